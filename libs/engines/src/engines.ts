import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, type RollcallConfig } from '#config';
import type { EventStore } from '#event-store';
import { openLmdbEventStore } from '#event-store/lmdb';
import type { MessageBus } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import type { Metrics } from '#telemetry';
import { lockDirectory } from './directory-lock.js';
import { meterEventStore } from './meter-event-store.js';

/** What an app runs on. The only place where a configuration becomes an adapter. */
export interface Engines extends AsyncDisposable {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly bus: MessageBus;
  /** Where refused requests are remembered. Flushed to disk, as the log cannot give them back. */
  readonly requestLog: ReadModels;
  /** Codes and tokens of OAuth. Flushed to disk: the log does not tell of them. */
  readonly grants: ReadModels;
  /** A store of documents for a product of its own, apart from ours. */
  openPeopleStore(product: string): Promise<ReadModels>;
}

export interface OpenEnginesOptions {
  /** Where what goes through the log is counted; default nowhere. */
  readonly metrics?: Metrics | undefined;
}

/**
 * Opens the engines that the configuration names. The embedded ones belong to one process at a time.
 * @throws ConfigurationError when an engine is asked for that this release cannot speak to
 * @throws DirectoryLocked when another process has the data directory
 */
export async function openEngines(config: RollcallConfig, { metrics }: OpenEnginesOptions = {}): Promise<Engines> {
  const asked = (['EVENTSTORE_URI', 'MONGODB_URI', 'KAFKA_BROKERS'] as const).filter(
    (name) => config[name] !== undefined,
  );
  if (asked.length > 0) {
    const names = asked.join(', ');
    throw new ConfigurationError(`This release runs on its embedded engines only; leave ${names} unset.`);
  }
  const directory = config.DATA_DIR;
  await mkdir(directory, { recursive: true });
  const opened: AsyncDisposable[] = [await lockDirectory(directory)];
  const keep = async <T extends AsyncDisposable>(opening: Promise<T>): Promise<T> => {
    const engine = await opening;
    opened.push(engine);
    return engine;
  };
  const closeAll = async (): Promise<void> => {
    // In the reverse order of opening: the lock goes last.
    for (const engine of opened.splice(0).reverse()) await engine[Symbol.asyncDispose]();
  };
  const commits = metrics?.distribution('rollcall_commit_events');
  const onCommit = commits && ((events: number): void => commits.record(events));
  try {
    return {
      store: metered(await keep(openLmdbEventStore({ directory: join(directory, 'event-store'), onCommit })), metrics),
      readModels: await keep(
        openLmdbReadModels({ directory: join(directory, 'read-models'), durability: 'rebuildable' }),
      ),
      requestLog: await keep(openLmdbReadModels({ directory: join(directory, 'request-log') })),
      grants: await keep(openLmdbReadModels({ directory: join(directory, 'grants') })),
      bus: await keep(openLmdbMessageBus({ directory: join(directory, 'message-bus') })),
      openPeopleStore: (product) => keep(openLmdbReadModels({ directory: join(directory, 'products', product) })),
      [Symbol.asyncDispose]: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const metered = (store: EventStore, metrics: Metrics | undefined): EventStore =>
  metrics ? meterEventStore(store, metrics) : store;
