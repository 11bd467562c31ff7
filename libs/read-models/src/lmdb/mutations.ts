import type { Database } from 'lmdb';
import type { Collection, Entries, Index } from './collection.js';
import type { KeyDatabase, Storage, TextDatabase } from './storage.js';

type AnyDatabase = KeyDatabase | TextDatabase;

const NOTHING = new Uint8Array(0);

/** The puts and removes of one transaction, worked out before it begins, because nothing may fail inside it. */
export class Mutations {
  readonly #databases: AnyDatabase[] = [];
  readonly #keys: string[] = [];
  /** Undefined removes. */
  readonly #values: (string | Uint8Array | undefined)[] = [];
  /** New documents, the usual case: their entries are all put, so they need not be listed one by one. */
  readonly #newCollections: Collection[] = [];
  readonly #newIds: string[] = [];
  readonly #newJson: string[] = [];
  readonly #newEntries: Entries[] = [];
  readonly #named = new Map<string, string | undefined>();
  readonly #cleared: AnyDatabase[] = [];

  /** Of an id that has no document yet. */
  addDocument(collection: Collection, id: string, json: string, entries: Entries): void {
    this.#newCollections.push(collection);
    this.#newIds.push(id);
    this.#newJson.push(json);
    this.#newEntries.push(entries);
    for (const at of collection.counted) {
      const keys = entries[at] ?? [];
      const segments = collection.indexes[at]?.segments;
      if (typeof keys === 'string') segments?.add(keys);
      else for (const key of keys) segments?.add(key);
    }
  }

  putDocument(collection: Collection, id: string, json: string): void {
    this.#push(collection.documents, id, json);
  }

  removeDocument(collection: Collection, id: string): void {
    this.#push(collection.documents, id, undefined);
  }

  /** Makes the document's entries in every index those of `after`; undefined: it has none. */
  replaceEntries(collection: Collection, before: Entries | undefined, after: Entries | undefined): void {
    collection.indexes.forEach((index, i) => {
      const from = before?.[i] ?? [];
      const to = after?.[i] ?? [];
      if (from === to) return;
      for (const key of typeof from === 'string' ? [from] : from) {
        if (to === key || (typeof to !== 'string' && to.includes(key))) continue;
        this.#push(index.keys, key, undefined);
        index.segments?.remove(key);
      }
      for (const key of typeof to === 'string' ? [to] : to) {
        if (from === key || (typeof from !== 'string' && from.includes(key))) continue;
        this.#push(index.keys, key, NOTHING);
        index.segments?.add(key);
      }
    });
  }

  /** The counts that `replaceEntries` moved, once all of it is done. */
  putCounts(collection: Collection): void {
    for (const { segments } of collection.indexes) {
      if (!segments) continue;
      for (const [start, count] of segments.changes()) this.#push(segments.counts, start, count);
    }
  }

  putValue(name: string, value: string | undefined): void {
    this.#named.set(name, value);
  }

  /** What `putValue` was last told of `name`, if anything. */
  value(name: string): string | undefined {
    return this.#named.get(name);
  }

  /** Comes before every put of this transaction. */
  clear(database: AnyDatabase): void {
    this.#cleared.push(database);
  }

  /** Only inside `Storage.commit`. */
  apply(storage: Storage): void {
    for (const database of this.#cleared) void database.clearAsync();
    for (let i = 0; i < this.#newIds.length; i++) this.#applyNew(i);
    for (let i = 0; i < this.#databases.length; i++) {
      // Each value is of its database's kind; only the types have lost track.
      const database = this.#databases[i] as Database<string | Uint8Array, string>;
      const key = this.#keys[i] as string;
      const value = this.#values[i];
      if (value === undefined) void database.remove(key);
      else void database.put(key, value);
    }
    for (const [name, value] of this.#named) {
      if (value === undefined) storage.removeValue(name);
      else storage.putValue(name, value);
    }
  }

  #applyNew(at: number): void {
    const { documents, indexes } = this.#newCollections[at] as Collection;
    const entries = this.#newEntries[at] as Entries;
    void documents.put(this.#newIds[at] as string, this.#newJson[at] as string);
    for (let i = 0; i < indexes.length; i++) {
      const { keys: database } = indexes[i] as Index;
      const keys = entries[i] as Entries[number];
      if (typeof keys === 'string') void database.put(keys, NOTHING);
      else for (const key of keys) void database.put(key, NOTHING);
    }
  }

  #push(database: AnyDatabase, key: string, value: string | Uint8Array | undefined): void {
    this.#databases.push(database);
    this.#keys.push(key);
    this.#values.push(value);
  }
}
