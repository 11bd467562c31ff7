import {
  type CollectionDefinition,
  type Document,
  type Filter,
  type Query,
  type QueryBudget,
  type ReadModels,
  ReadModelsUnavailable,
  type WriteBatch,
} from '../read-models.port.js';
import type { Collection } from './collection.js';
import { databasesOf, declareCollection } from './declaration.js';
import { Mutations } from './mutations.js';
import { Pace } from './pace.js';
import { findPinned } from './pinned-find.js';
import { type QueryCost, QueryRun, readDocument } from './query-run.js';
import { SEGMENT_SIZE } from './segments.js';
import { type Durability, Storage } from './storage.js';
import { checkpointValue, Writer } from './writer.js';
import { setImmediate as nextTurn } from 'node:timers/promises';

export interface LmdbReadModelsOptions {
  /** Folder of the file `read-models.mdb`; made if it is missing. One process may have it open, once. */
  readonly directory: string;
  /** What a power cut may take; default `flushed`, nothing. Killing the process never takes anything. */
  readonly durability?: Durability;
  /** Entries per run of a counted index; 1024 by default. Only tests have a reason to change it. */
  readonly segmentSize?: number;
  /** Told after each query how it was answered. */
  readonly onCost?: (cost: QueryCost) => void;
}

/**
 * Read models in one LMDB file in this process. A query that no index covers reads the whole collection, in slices of a
 * few milliseconds and as of the moment it began.
 * @throws ReadModelsUnavailable the file cannot be opened
 */
export async function openLmdbReadModels(options: LmdbReadModelsOptions): Promise<ReadModels> {
  const storage = await Storage.open(options.directory, options.durability);
  return new LmdbReadModels(storage, options.segmentSize ?? SEGMENT_SIZE, options.onCost);
}

class LmdbReadModels implements ReadModels {
  readonly #collections = new Map<string, Collection>();
  readonly #writer: Writer;
  #closing: Promise<void> | undefined;
  /** Queries under way; the file stays open and its databases as they are until they are done. */
  #queries = 0;

  constructor(
    private readonly storage: Storage,
    private readonly segmentSize: number,
    private readonly onCost: LmdbReadModelsOptions['onCost'],
  ) {
    this.#writer = new Writer(storage, this.#collections);
  }

  async declare(definition: CollectionDefinition): Promise<void> {
    this.#assertOpen();
    await this.#writer.alone(async () => {
      // Opening a database ends lmdb's current read transaction, under a query's feet.
      await this.#queriesDone();
      const collection = await declareCollection(this.storage, this.#writer, definition, this.segmentSize);
      this.#collections.set(definition.name, collection);
    });
  }

  async get<T extends Document>(collection: string, id: string, fields?: readonly string[]): Promise<T | undefined> {
    this.#assertOpen();
    return readDocument<T>(this.#collection(collection), id, fields);
  }

  async getMany<T extends Document>(collection: string, ids: readonly string[]): Promise<(T | undefined)[]> {
    this.#assertOpen();
    const from = this.#collection(collection);
    return ids.map((id) => readDocument<T>(from, id));
  }

  async find<T extends Document>(collection: string, query: Query): Promise<T[]> {
    this.#assertOpen();
    return (
      findPinned<T>(this.#collection(collection), query) ??
      this.#query(collection, query.budget, (run) => run.find<T>(query))
    );
  }

  async count(collection: string, filter: Filter, budget?: QueryBudget): Promise<number> {
    return this.#query(collection, budget, (run) => run.count(filter));
  }

  async write(batch: WriteBatch): Promise<void> {
    this.#assertOpen();
    await this.#writer.write(batch);
  }

  async checkpoint(name: string): Promise<bigint | undefined> {
    this.#assertOpen();
    const position = this.storage.value(checkpointValue(name));
    return position === undefined ? undefined : BigInt(position);
  }

  async checkpoints(names: readonly string[]): Promise<(bigint | undefined)[]> {
    return Promise.all(names.map((name) => this.checkpoint(name)));
  }

  async reset(collections: readonly string[], checkpoints: readonly string[]): Promise<void> {
    this.#assertOpen();
    const emptied = collections.map((name) => this.#collection(name));
    await this.#writer.alone(async () => {
      const mutations = new Mutations();
      for (const database of emptied.flatMap(databasesOf)) mutations.clear(database);
      for (const name of checkpoints) mutations.putValue(checkpointValue(name), undefined);
      for (const { segments } of emptied.flatMap(({ indexes }) => indexes)) segments?.empty();
      await this.#writer.commit(mutations, emptied);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // One step later, so that `#closing` is set and turns new callers away.
    await Promise.resolve();
    await this.#writer.idle();
    await this.#queriesDone();
    await this.storage.close();
  }

  async #query<T>(
    collection: string,
    budget: QueryBudget | undefined,
    run: (query: QueryRun) => Promise<T>,
  ): Promise<T> {
    this.#assertOpen();
    const from = this.#collection(collection);
    const snapshot = this.storage.snapshot();
    this.#queries++;
    try {
      const pace = new Pace(() => this.#assertOpen(), budget);
      const sequence = (): number => this.storage.sequenceIn(snapshot);
      return await run(new QueryRun(from, snapshot, pace, { sequence, onCost: this.onCost }));
    } finally {
      this.#queries--;
      snapshot.done();
    }
  }

  async #queriesDone(): Promise<void> {
    while (this.#queries > 0) await nextTurn();
  }

  #collection(name: string): Collection {
    const collection = this.#collections.get(name);
    if (!collection) throw new TypeError(`Collection ${name} is not declared`);
    return collection;
  }

  #assertOpen(): void {
    if (this.#closing) throw new ReadModelsUnavailable('The read models are closing');
  }
}
