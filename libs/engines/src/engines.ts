import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, parseKafkaBrokers, type RollcallConfig } from '#config';
import type { EventStore } from '#event-store';
import { openEventStoreDb } from '#event-store/eventstoredb';
import { openLmdbEventStore } from '#event-store/lmdb';
import type { MessageBus } from '#message-bus';
import { openKafkaMessageBus } from '#message-bus/kafka';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { databaseOf, openMongoReadModels } from '#read-models/mongodb';
import type { Metrics } from '#telemetry';
import { lockDirectory } from './directory-lock.js';
import { meterEventStore } from './meter-event-store.js';

/** Where sources run as they are, as under test, there is none, and searches are made in this process. */
const SEARCHES = new URL('./search-process.js', import.meta.url);

/** What a product's app runs on. */
export interface ProductEngines extends AsyncDisposable {
  /** Whether some engine is at an address, and so may be away while we run. */
  readonly mayBeAway: boolean;
  readonly bus: MessageBus;
  /** A store of documents for a product of its own, apart from ours. */
  openPeopleStore(product: string): Promise<ReadModels>;
}

/** The log, and nothing that follows from it. */
export interface EventStoreAlone extends AsyncDisposable {
  readonly store: EventStore;
}

/** What an app runs on. The only place where a configuration becomes an adapter. */
export interface Engines extends ProductEngines {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  /** Where refused requests are remembered. Flushed to disk, as the log cannot give them back. */
  readonly requestLog: ReadModels;
  /** Codes and tokens of OAuth. Flushed to disk: the log does not tell of them. */
  readonly grants: ReadModels;
  /**
   * Where processes agree on who does what: the read models on a line of their own, so that no long write holds it up.
   * Undefined where no other process can have the read models: there is nobody to agree with.
   */
  readonly leases: ReadModels | undefined;
}

export interface OpenEnginesOptions {
  /** Where what goes through the log is counted; default nowhere. */
  readonly metrics?: Metrics | undefined;
  /** Told of what an adapter tries again by itself. */
  readonly log?: { warn(details: object, message: string): void } | undefined;
}

/**
 * Opens the engines that the configuration names: of each of the three the one at its address, the embedded one where
 * there is none. An engine at an address may be away; whoever uses it is told then. The embedded ones belong to one process
 * at a time.
 * @throws ConfigurationError an address is not one
 * @throws DirectoryLocked another process has the data directory, and something embedded is asked for
 */
export async function openEngines(config: RollcallConfig, options: OpenEnginesOptions = {}): Promise<Engines> {
  const open = new Opener(config, options);
  return open.all(async () => ({
    mayBeAway: open.mayBeAway,
    store: await open.eventStore(),
    readModels: await open.models('', 'read-models', 'rebuildable'),
    requestLog: await open.models('-request-log', 'request-log'),
    grants: await open.models('-grants', 'grants'),
    leases: config.MONGODB_URI === undefined ? undefined : await open.models('', 'read-models'),
    bus: await open.bus(),
    openPeopleStore: (product) => open.peopleStore(product),
    [Symbol.asyncDispose]: () => open.close(),
  }));
}

/** As {@link openEngines}, of the log alone. */
export async function openLog(config: RollcallConfig, options: OpenEnginesOptions = {}): Promise<EventStoreAlone> {
  const open = new Opener(config, options);
  return open.all(async () => ({ store: await open.eventStore(), [Symbol.asyncDispose]: () => open.close() }));
}

/** As {@link openEngines}, of what a product's app needs. */
export async function openProductEngines(
  config: RollcallConfig,
  options: OpenEnginesOptions = {},
): Promise<ProductEngines> {
  const open = new Opener(config, options);
  return open.all(async () => ({
    mayBeAway: open.mayBeAway,
    bus: await open.bus(),
    openPeopleStore: (product) => open.peopleStore(product),
    [Symbol.asyncDispose]: () => open.close(),
  }));
}

class Opener {
  readonly #opened: AsyncDisposable[] = [];
  #directory: Promise<string> | undefined;

  constructor(
    private readonly config: RollcallConfig,
    private readonly options: OpenEnginesOptions,
  ) {}

  get mayBeAway(): boolean {
    const { EVENTSTORE_URI, MONGODB_URI, KAFKA_BROKERS } = this.config;
    return [EVENTSTORE_URI, MONGODB_URI, KAFKA_BROKERS].some((address) => address !== undefined);
  }

  async all<T>(parts: () => Promise<T>): Promise<T> {
    try {
      return await parts();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** In the reverse order of opening: the lock goes last. */
  async close(): Promise<void> {
    for (const engine of this.#opened.splice(0).reverse()) await engine[Symbol.asyncDispose]();
  }

  async eventStore(): Promise<EventStore> {
    const { metrics } = this.options;
    const store = this.#keep(await this.#openEventStore());
    return metrics ? meterEventStore(store, metrics) : store;
  }

  async #openEventStore(): Promise<EventStore> {
    const { EVENTSTORE_URI: connectionString } = this.config;
    if (connectionString !== undefined) {
      return addressed('EVENTSTORE_URI', () => openEventStoreDb({ connectionString }));
    }
    const commits = this.options.metrics?.distribution('rollcall_commit_events');
    const onCommit = commits && ((events: number): void => commits.record(events));
    return openLmdbEventStore({ directory: await this.#folder('event-store'), onCommit });
  }

  /** @param suffix of the database's name @param folder of DATA_DIR */
  async models(suffix: string, folder: string, durability?: 'rebuildable'): Promise<ReadModels> {
    const { MONGODB_URI: uri } = this.config;
    if (uri !== undefined) {
      const open = () => openMongoReadModels({ uri, database: `${databaseOf(uri)}${suffix}` });
      return this.#keep(addressed('MONGODB_URI', open));
    }
    const directory = await this.#folder(folder);
    // Only what clients may search in any way they like.
    const searches = durability === 'rebuildable' && existsSync(SEARCHES) ? { entry: SEARCHES } : undefined;
    return this.#keep(await openLmdbReadModels({ directory, ...(durability && { durability }), ...(searches && { searches }) })); // prettier-ignore
  }

  peopleStore(product: string): Promise<ReadModels> {
    return this.models(`-product-${product}`, join('products', product));
  }

  async bus(): Promise<MessageBus> {
    const { KAFKA_BROKERS: text } = this.config;
    if (text === undefined)
      return this.#keep(await openLmdbMessageBus({ directory: await this.#folder('message-bus') }));
    const address = parseKafkaBrokers(text);
    if (!address) throw new ConfigurationError('KAFKA_BROKERS is not valid');
    const { log } = this.options;
    return this.#keep(openKafkaMessageBus({ ...address, ...(log && { log }) }));
  }

  /** A folder of the data directory, which is ours from the first one on. */
  async #folder(name: string): Promise<string> {
    this.#directory ??= (async () => {
      const { DATA_DIR: directory } = this.config;
      await mkdir(directory, { recursive: true });
      this.#keep(await lockDirectory(directory));
      return directory;
    })();
    return join(await this.#directory, name);
  }

  #keep<T extends AsyncDisposable>(engine: T): T {
    this.#opened.push(engine);
    return engine;
  }
}

/** @throws ConfigurationError that names the setting, without its value: an address may hold a password */
function addressed<T>(setting: 'EVENTSTORE_URI' | 'MONGODB_URI', open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof TypeError) throw new ConfigurationError(`${setting} cannot be used: ${error.message}`);
    throw error;
  }
}
