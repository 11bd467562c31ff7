import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RollcallConfig, loadConfig } from '#config';
import { type DirectoryEngines, Projector } from '#engines';
import type { EventStore } from '#event-store';
import { openEventStoreDb } from '#event-store/eventstoredb';
import type { ReadModels } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { createLogger } from '#telemetry';
import { EventStoreDbDouble } from '../eventstoredb/eventstoredb.double.js';
import { ADMIN_KEY, type RunningApp, serveWithAdmin, TestGateway } from './start-gateway.js';
import { Switchable } from './switchable.js';
import { UNLIMITED } from './unlimited.js';

/** One gateway, with its own lines to what all share. */
export interface SharingGateway {
  readonly gateway: TestGateway;
  readonly store: Switchable;
  readonly readModels: Switchable;
}

/**
 * Gateways on one EventStoreDB, which the double stands for, and on the same read models, each with a client of its own, as if
 * each were a process; and projectors beside them.
 */
export class SharedEngines implements AsyncDisposable {
  private readonly gateways: TestGateway[] = [];
  private readonly projectors: Projector[] = [];
  private readonly clients: EventStore[] = [];

  private constructor(
    private readonly directory: string,
    readonly double: EventStoreDbDouble,
    private readonly models: Readonly<Record<'readModels' | 'requestLog' | 'grants', ReadModels>>,
  ) {}

  static async start(): Promise<SharedEngines> {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-shared-'));
    const open = (name: string) => openLmdbReadModels({ directory: join(directory, name), durability: 'rebuildable' });
    return new SharedEngines(directory, await EventStoreDbDouble.start({ directory: join(directory, 'log') }), {
      readModels: await open('read-models'),
      requestLog: await open('request-log'),
      grants: await open('grants'),
    });
  }

  async addGateway(env: Readonly<Record<string, string>> = {}): Promise<SharingGateway> {
    const [store, readModels] = [new Switchable('store'), new Switchable('readModels')];
    const dataDir = join(this.directory, `gateway-${this.gateways.length}`);
    const keys = { CURSOR_KEY: 'c'.repeat(32), OAUTH_KEY: 'o'.repeat(32) };
    const config = loadConfig({ DATA_DIR: dataDir, ADMIN_KEY, LOG_LEVEL: 'silent', ...keys, ...UNLIMITED, ...env });
    const engines: DirectoryEngines = {
      ...this.models,
      store: store.wrap(this.newClient()),
      readModels: readModels.wrap(this.models.readModels),
      leases: readModels.wrap(this.models.readModels),
    };
    const start = () => serve(engines, config);
    const gateway = new TestGateway(dataDir, start, await start());
    this.gateways.push(gateway);
    return { gateway, store, readModels };
  }

  /** As the app of that name; the first to come works, the others stand by. */
  addProjector(): Projector {
    const { readModels } = this.models;
    const projector = new Projector(
      { store: this.newClient(), readModels, leases: readModels },
      createLogger('silent'),
    );
    projector.start();
    this.projectors.push(projector);
    return projector;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway[Symbol.asyncDispose]()));
    await Promise.all(this.projectors.map((projector) => projector.stop()));
    for (const client of this.clients) await client[Symbol.asyncDispose]();
    for (const models of Object.values(this.models)) await models[Symbol.asyncDispose]();
    await this.double[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true, force: true });
  }

  private newClient(): EventStore {
    const client = openEventStoreDb({
      connectionString: this.double.connectionString,
      appendTimeoutMs: 1_000,
      readTimeoutMs: 1_000,
    });
    this.clients.push(client);
    return client;
  }
}

function serve(engines: DirectoryEngines, config: RollcallConfig): Promise<RunningApp> {
  return serveWithAdmin(engines, config, createLogger(config.LOG_LEVEL), () => Promise.resolve());
}
