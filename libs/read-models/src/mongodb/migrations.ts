import type { Db } from 'mongodb';
import type { CollectionDefinition } from '../read-models.port.js';
import { keysOf } from './index-use.js';

/** Codes of the server: the collection is there; it is not there. */
const NAMESPACE_EXISTS = 48;
const NAMESPACE_NOT_FOUND = 26;
const INDEX_NOT_FOUND = 27;

/**
 * Brings a collection to its definition: makes the indexes that are missing and drops those that are no longer declared.
 * An index is named by its keys, so that two definitions of the same keys are one, and a changed one is another.
 */
export class Migrations {
  constructor(private readonly db: Db) {}

  async apply({ name, indexes }: CollectionDefinition): Promise<void> {
    // A transaction may not make a collection on every server.
    await this.db.createCollection(name).catch(unless(NAMESPACE_EXISTS));
    await this.db.createCollection('rollcall.checkpoints').catch(unless(NAMESPACE_EXISTS));
    const collection = this.db.collection(name);
    const wanted = new Map(
      indexes.map(({ fields }) => [
        `${PREFIX}${keysOf(fields).join(',')}`,
        Object.fromEntries(keysOf(fields).map((field) => [field, 1 as const])),
      ]),
    );
    const there = await collection.indexes().catch(unless(NAMESPACE_NOT_FOUND));
    const names = new Set((there ?? []).map((index) => index.name));
    for (const [index, key] of wanted) if (!names.has(index)) await collection.createIndex(key, { name: index });
    for (const index of names) {
      if (index !== undefined && index.startsWith(PREFIX) && !wanted.has(index)) {
        // Another process may bring the collection to the same definition at this moment.
        await collection.dropIndex(index).catch(unless(INDEX_NOT_FOUND));
      }
    }
  }
}

/** What we have made; an operator's own indexes are left alone. */
const PREFIX = 'rollcall:';

const unless =
  (...codes: number[]) =>
  (error: unknown): undefined => {
    if (!codes.includes(Number((error as { code?: unknown }).code))) throw error;
    return undefined;
  };
