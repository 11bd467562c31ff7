import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#config';
import { ProductPeople } from '#consumer';
import { type DirectoryEngines, Projector } from '#engines';
import type { EventStore } from '#event-store';
import { openEventStoreDb } from '#event-store/eventstoredb';
import { isFree, leasePrefix } from '#leases';
import type { MessageBus } from '#message-bus';
import { openLmdbMessageBus } from '#message-bus/lmdb';
import { productProfiles, topicsFor } from '#products';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { StandbyRelay } from '#relay';
import { createLogger } from '#telemetry';
import { wellnessPeople } from '../../apps/wellness/src/wellness-people.js';
import { EventStoreDbDouble } from '../eventstoredb/eventstoredb.double.js';
import { ADMIN_KEY, serveWithAdmin, TestGateway } from './start-gateway.js';
import { Switchable } from './switchable.js';
import { PATIENT, UNLIMITED } from './unlimited.js';

type Kept = 'read-models' | 'request-log' | 'grants' | 'people';

async function embedded(directory: string): Promise<(name: Kept) => ReadModels> {
  const opened = new Map<Kept, ReadModels>();
  for (const name of ['read-models', 'request-log', 'grants', 'people'] as const) {
    opened.set(name, await openLmdbReadModels({ directory: join(directory, name), durability: 'rebuildable' }));
  }
  return (name) => opened.get(name) as ReadModels;
}

/**
 * Gateways on one EventStoreDB, which the double stands for, and on the same read models, each with a client of its own, as if
 * each were a process; and projectors, relays and a product beside them.
 */
export class SharedEngines implements AsyncDisposable {
  /** Everybody's lines to the engines of that kind. */
  readonly lines = {
    store: new Switchable('store'),
    readModels: new Switchable('readModels'),
    bus: new Switchable('bus'),
  };
  private readonly gateways: TestGateway[] = [];
  private readonly workers: { stop(): Promise<unknown> }[] = [];
  private readonly clients: AsyncDisposable[] = [];

  private constructor(
    private readonly directory: string,
    readonly double: EventStoreDbDouble,
    private readonly openModels: (name: Kept) => ReadModels,
    readonly bus: MessageBus,
  ) {}

  /** @param openModels opens what all share, for one of them; default LMDB in this process, which is opened once */
  static async start(openModels?: (name: Kept) => ReadModels): Promise<SharedEngines> {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-shared-'));
    const double = await EventStoreDbDouble.start({ directory: join(directory, 'log') });
    const bus = await openLmdbMessageBus({ directory: join(directory, 'bus') });
    return new SharedEngines(directory, double, openModels ?? (await embedded(directory)), bus);
  }

  async addGateway(env: Readonly<Record<string, string>> = {}): Promise<TestGateway> {
    const dataDir = join(this.directory, `gateway-${this.gateways.length}`);
    const keys = { CURSOR_KEY: 'c'.repeat(32), OAUTH_KEY: 'o'.repeat(32) };
    const config = loadConfig({
      DATA_DIR: dataDir,
      ADMIN_KEY,
      LOG_LEVEL: 'silent',
      ...keys,
      ...UNLIMITED,
      ...PATIENT,
      ...env,
    });
    const engines: DirectoryEngines = {
      store: this.newClient(),
      readModels: this.newModels('read-models'),
      leases: this.newModels('read-models'),
      requestLog: this.newModels('request-log'),
      grants: this.newModels('grants'),
    };
    const start = () => serveWithAdmin(engines, config, createLogger(config.LOG_LEVEL), () => Promise.resolve());
    const gateway = new TestGateway(dataDir, start, await start());
    this.gateways.push(gateway);
    return gateway;
  }

  /** As the app of that name; the first to come works, the others stand by. */
  addProjector(): Projector {
    const [readModels, leases] = [this.newModels('read-models'), this.newModels('read-models')];
    const parts = { store: this.newClient(), readModels, leases };
    const projector = new Projector(parts, createLogger('silent'));
    projector.start();
    this.workers.push(projector);
    return projector;
  }

  /** As the app of that name; the first to come works, the others stand by. */
  async addRelay(): Promise<StandbyRelay> {
    const [readModels, leases] = [this.newModels('read-models'), this.newModels('read-models')];
    const engines = { store: this.newClient(), readModels, leases, bus: this.lines.bus.wrap(this.bus) };
    const relay = new StandbyRelay({ ...engines, products: productProfiles, log: createLogger('silent') });
    await relay.start();
    this.workers.push(relay);
    return relay;
  }

  /** As the app of that name. */
  async addWellness() {
    const parts = { bus: this.lines.bus.wrap(this.bus), models: this.newModels('people'), log: createLogger('silent') };
    await this.bus.declareTopics(topicsFor(productProfiles));
    const people = await ProductPeople.start(wellnessPeople, parts);
    this.workers.push(people);
    return people;
  }

  /** Whether nobody holds it: the next to look takes it. */
  async isLeaseFree(name: string): Promise<boolean> {
    const place = await this.newModels('read-models').checkpoint(`${leasePrefix}${name}`);
    return place === undefined || isFree(place);
  }

  async leaseTaken(name: string): Promise<void> {
    while (await this.isLeaseFree(name)) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
    await Promise.all(this.workers.map((worker) => worker.stop()));
    await this.bus[Symbol.asyncDispose]();
    for (const client of this.clients) await client[Symbol.asyncDispose]();
    await this.double[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }

  private newModels(name: Kept): ReadModels {
    const models = this.openModels(name);
    if (!this.clients.includes(models)) this.clients.push(models);
    return this.lines.readModels.wrap(models);
  }

  private newClient(): EventStore {
    const client = openEventStoreDb({ connectionString: this.double.connectionString });
    this.clients.push(client);
    return this.lines.store.wrap(client);
  }
}
