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
import { Stretch } from '#turns';
import type { Collection } from './collection.js';
import { databasesOf, declareCollection } from './declaration.js';
import { Mutations } from './mutations.js';
import { LongWork, Pace } from './pace.js';
import { findPinned } from './pinned-find.js';
import { type QueryCost, QueryRun, readDocument } from './query-run.js';
import { type Found, NoSearchProcess, SearchProcess } from './searches/search-process.js';
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
  /** Where long searches go; default nowhere: they are made in this process. */
  readonly searches?: SearchesOptions;
}

export interface SearchesOptions {
  /** A module that calls {@link serveSearches}, and can be run as it is. */
  readonly entry: URL;
  /** Every query goes there at once, if it is not one that an index answers outright. Only tests have a reason to. */
  readonly eager?: boolean;
}

/** What a query with a budget may take in this process before it is begun anew in the one for searches, milliseconds. */
const HERE_MS = 2;

/**
 * Read models in one LMDB file in this process. A query that no index covers reads the whole collection, in slices of a
 * few milliseconds and as of the moment it began.
 * @throws ReadModelsUnavailable the file cannot be opened
 */
export async function openLmdbReadModels(options: LmdbReadModelsOptions): Promise<ReadModels> {
  const storage = await Storage.open(options.directory, options.durability);
  return new LmdbReadModels(storage, options);
}

class LmdbReadModels implements ReadModels {
  readonly #collections = new Map<string, Collection>();
  readonly #definitions = new Map<string, CollectionDefinition>();
  readonly #writer: Writer;
  #closing: Promise<void> | undefined;
  /** Queries under way; the file stays open and its databases as they are until they are done. */
  #queries = 0;
  readonly #searches: SearchProcess | undefined;

  constructor(
    private readonly storage: Storage,
    private readonly options: LmdbReadModelsOptions,
  ) {
    this.#writer = new Writer(storage, this.#collections);
    const { directory, searches } = options;
    const onEnd = (): void => storage.forgetDeadReaders();
    this.#searches = searches && new SearchProcess({ entry: searches.entry, directory, onEnd, waits: searches.eager });
  }

  async declare(definition: CollectionDefinition): Promise<void> {
    this.#assertOpen();
    const { segmentSize = SEGMENT_SIZE } = this.options;
    await this.#writer.alone(async () => {
      // Opening a database ends lmdb's current read transaction, under a query's feet.
      await this.#queriesDone();
      const collection = await declareCollection(this.storage, this.#writer, definition, segmentSize);
      this.#definitions.set(definition.name, definition);
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
    const from = this.#collection(collection);
    const pinned = findPinned<T>(from, query);
    if (pinned) return pinned;
    return this.#query(
      from,
      query.budget,
      (run) => run.find<T>(query),
      async (searches) => {
        const { texts } = await this.#search(searches, from, query);
        const documents: T[] = [];
        const stretch = new Stretch();
        for (const text of texts) {
          documents.push(from.read(text, query.fields) as T);
          if (stretch.isOver) await stretch.rest();
        }
        return documents;
      },
    );
  }

  async count(collection: string, filter: Filter, budget?: QueryBudget): Promise<number> {
    this.#assertOpen();
    const from = this.#collection(collection);
    return this.#query(
      from,
      budget,
      (run) => run.count(filter),
      async (searches) => (await this.#search(searches, from, { filter, ...(budget && { budget }) }, true)).count,
    );
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
    await this.#searches?.[Symbol.asyncDispose]();
    await this.#writer.idle();
    await this.#queriesDone();
    await this.storage.close();
  }

  /** @param elsewhere asks the search process, where there is one and the query turns out to be long */
  async #query<T>(
    from: Collection,
    budget: QueryBudget | undefined,
    here: (run: QueryRun) => Promise<T>,
    elsewhere: (searches: SearchProcess) => Promise<T>,
  ): Promise<T> {
    const searches = this.#searches;
    const { eager } = this.options.searches ?? {};
    if (!searches || !(budget || eager)) return this.#queryHere(from, budget, here);
    try {
      if (!eager) return await this.#queryHere(from, budget, here, HERE_MS);
    } catch (error) {
      if (!(error instanceof LongWork)) throw error;
    }
    try {
      return await elsewhere(searches);
    } catch (error) {
      if (!(error instanceof NoSearchProcess)) throw error;
    }
    return this.#queryHere(from, budget, here);
  }

  async #queryHere<T>(
    from: Collection,
    budget: QueryBudget | undefined,
    run: (query: QueryRun) => Promise<T>,
    mostMs?: number,
  ): Promise<T> {
    this.#assertOpen();
    const snapshot = this.storage.snapshot();
    this.#queries++;
    try {
      const pace = new Pace(() => this.#assertOpen(), budget, mostMs);
      const sequence = (): number => this.storage.sequenceIn(snapshot);
      return await run(new QueryRun(from, snapshot, pace, { sequence, onCost: this.options.onCost }));
    } finally {
      this.#queries--;
      snapshot.done();
    }
  }

  async #search(searches: SearchProcess, from: Collection, query: Query, counts = false): Promise<Found> {
    const { indexes = [], derived } = this.#definitions.get(from.name) ?? {};
    const found = await searches.search({ name: from.name, indexes, isDerived: derived !== undefined }, query, counts);
    if (found.cost) this.options.onCost?.({ ...found.cost, elsewhere: true });
    return found;
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
