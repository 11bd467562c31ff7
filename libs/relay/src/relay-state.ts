import {
  CheckpointMoved,
  type CheckpointMove,
  type CollectionDefinition,
  type Document,
  type ReadModels,
  type WriteOperation,
} from '#read-models';
import { LRUCache } from 'lru-cache';

interface Change {
  readonly collection: string;
  readonly id: string;
  /** Undefined: deleted. */
  readonly document: Document | undefined;
}

/** Counts what relays have stored. Each moves it with all it stores, and so hears of any other that does. */
const STORED_COUNT = 'relay-stored';
/** Tries to claim the state while somebody else is still storing. */
const CLAIMS = 20;
/** Documents deleted in one batch. */
const DELETED_TOGETHER = 1_000;

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

  /** What the count was after our last batch. */
  private stored: bigint | undefined;

  constructor(private readonly readModels: ReadModels) {}

  /**
   * Makes the state ours: what whoever had it before has yet to store is refused.
   * @throws CheckpointMoved they keep storing
   */
  async claim(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      this.stored = await this.readModels.checkpoint(STORED_COUNT);
      try {
        await this.write([]);
        return;
      } catch (error) {
        if (!(error instanceof CheckpointMoved) || tries === CLAIMS) throw error;
      }
    }
  }

  /** Deletes everything in these collections. */
  async empty(collections: readonly CollectionDefinition[]): Promise<void> {
    for (const { name } of collections) {
      for (;;) {
        const found = await this.readModels.find(name, { filter: {}, limit: DELETED_TOGETHER, fields: [] });
        if (found.length === 0) break;
        await this.write(found.map(({ _id }) => ({ type: 'delete', collection: name, id: _id })));
      }
    }
  }

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

  /**
   * Stores what was committed, with the checkpoint; one call at a time. What one call could not store, the next does.
   * @throws CheckpointMoved the state is no longer ours
   */
  async save(checkpoint: { readonly name: string; readonly position: bigint }): Promise<void> {
    const saving = (this.saving = this.unsaved);
    this.unsaved = new Map();
    try {
      await this.write([...saving.values()].map(operationOf), [checkpoint]);
    } catch (error) {
      this.unsaved = new Map([...saving, ...this.unsaved]);
      throw error;
    } finally {
      this.saving = new Map();
    }
  }

  private async write(
    operations: readonly WriteOperation[],
    checkpoints: readonly CheckpointMove[] = [],
  ): Promise<void> {
    const after = this.stored ?? ('none' as const);
    const position = (this.stored ?? 0n) + 1n;
    await this.readModels.write({ operations, checkpoints: [...checkpoints, { name: STORED_COUNT, position, after }] });
    this.stored = position;
  }
}

function operationOf({ collection, id, document }: Change): WriteOperation {
  return document ? { type: 'put', collection, document } : { type: 'delete', collection, id };
}
