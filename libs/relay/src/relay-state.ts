import type { CollectionDefinition, Document, ReadModels, WriteOperation } from '#read-models';
import { LRUCache } from 'lru-cache';

interface Change {
  readonly collection: string;
  readonly id: string;
  /** Undefined: deleted. */
  readonly document: Document | undefined;
}

/**
 * The relay's own documents: folds over the log as of its checkpoint, with which they are written. What a batch changes
 * counts once the batch is committed, and is forgotten where it fails.
 */
export class RelayState {
  private batch = new Map<string, Change>();
  /** Committed, but not stored yet. */
  private unsaved = new Map<string, Change>();
  /** On its way to the store. */
  private saving: ReadonlyMap<string, Change> = new Map();
  private readonly recent = new LRUCache<string, { document: Document | undefined }>({ max: 5_000 });

  constructor(private readonly readModels: ReadModels) {}

  async declare(collections: readonly CollectionDefinition[]): Promise<void> {
    for (const collection of collections) await this.readModels.declare(collection);
  }

  async get<T extends Document>(collection: string, id: string): Promise<T | undefined> {
    const key = `${collection} ${id}`;
    const changed = this.batch.get(key) ?? this.unsaved.get(key) ?? this.saving.get(key);
    if (changed) return changed.document as T | undefined;
    const known = this.recent.get(key);
    if (known) return known.document as T | undefined;
    const document = await this.readModels.get<T>(collection, id);
    this.recent.set(key, { document });
    return document;
  }

  put(collection: string, document: Document): void {
    this.batch.set(`${collection} ${document._id}`, { collection, id: document._id, document });
  }

  delete(collection: string, id: string): void {
    this.batch.set(`${collection} ${id}`, { collection, id, document: undefined });
  }

  commit(): void {
    for (const [key, change] of this.batch) {
      this.unsaved.set(key, change);
      this.recent.set(key, { document: change.document });
    }
    this.batch.clear();
  }

  rollback(): void {
    this.batch.clear();
  }

  /** Stores what was committed, with the checkpoint; one call at a time. What one call could not store, the next does. */
  async save(checkpoint: { readonly name: string; readonly position: bigint }): Promise<void> {
    const saving = (this.saving = this.unsaved);
    this.unsaved = new Map();
    try {
      await this.readModels.write({ operations: [...saving.values()].map(operationOf), checkpoint });
    } catch (error) {
      this.unsaved = new Map([...saving, ...this.unsaved]);
      throw error;
    } finally {
      this.saving = new Map();
    }
  }
}

function operationOf({ collection, id, document }: Change): WriteOperation {
  return document ? { type: 'put', collection, document } : { type: 'delete', collection, id };
}
