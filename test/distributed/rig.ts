import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { type EventStore } from '#event-store';
import { openEventStoreDb } from '#event-store/eventstoredb';
import { type MessageBus } from '#message-bus';
import { openKafkaMessageBus } from '#message-bus/kafka';
import { type ReadModels } from '#read-models';
import { openMongoReadModels } from '#read-models/mongodb';
import { freePort } from '../support/free-port.js';
import { UNLIMITED } from '../support/unlimited.js';
import { control, emptyKafka, type EngineAddresses } from './engine-addresses.js';
import { KillableProcess } from './killable-process.js';
import { asBroker, type Endpoint, TcpProxy } from './tcp-proxy.js';

export const ADMIN_KEY = 'admin-key-of-the-distributed-specs';

export type Engine = 'kafka' | 'mongo' | 'eventstore';
export const ENGINES: readonly Engine[] = ['kafka', 'mongo', 'eventstore'];

/** How many of each app run. */
const APPS = {
  'scim-gateway': 2,
  admin: 1,
  projector: 2,
  relay: 2,
  wellness: 2,
  'hr-assistant': 1,
} as const;
export type AppName = keyof typeof APPS;

/** One process of an app, and its own lines to the engines. */
export interface Instance {
  readonly app: AppName;
  readonly process: KillableProcess;
  /** Where it listens, if it does. */
  readonly url: string;
  readonly lines: Readonly<Record<Engine, TcpProxy>>;
}

/**
 * The distributed set-up: every app as a process of its own on a double of EventStoreDB, which is a process too, and the
 * MongoDB-wire server and Kafka at their addresses. Between each process and each engine there is a line that can be cut and stalled.
 */
export class Rig implements AsyncDisposable {
  private constructor(
    private readonly addresses: EngineAddresses,
    /** Logs and data; kept where the run failed. */
    readonly directory: string,
    private readonly database: string,
    private readonly eventStore: { readonly process: KillableProcess; readonly endpoint: Endpoint },
    readonly instances: readonly Instance[],
  ) {}

  static async start(addresses: EngineAddresses): Promise<Rig> {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-distributed-'));
    await mkdir(join(directory, 'logs'));
    await emptyKafka(addresses);
    const database = `faults-${Date.now().toString(36)}`;
    const endpoint = { host: '127.0.0.1', port: await freePort() };
    const process = new KillableProcess({
      name: 'eventstore',
      command: ['dist/test/distributed/eventstoredb-process.js', join(directory, 'log'), `${endpoint.port}`],
      env: {},
      logFile: join(directory, 'logs', 'eventstore.log'),
    });
    await process.start();
    const instances: Instance[] = [];
    for (const [app, count] of Object.entries(APPS) as [AppName, number][]) {
      for (let n = 1; n <= count; n += 1) {
        const lines = {
          kafka: await TcpProxy.open(addresses.kafka, asBroker(addresses.kafka)),
          mongo: await TcpProxy.open(addresses.mongo),
          eventstore: await TcpProxy.open(endpoint),
        };
        instances.push(await instanceOf(app, n, { directory, database, lines }));
      }
    }
    const rig = new Rig(addresses, directory, database, { process, endpoint }, instances);
    await Promise.all(instances.map((instance) => instance.process.start()));
    return rig;
  }

  of(app: AppName): readonly Instance[] {
    return this.instances.filter((instance) => instance.app === app);
  }

  /** @param name e.g. `relay-2` */
  named(name: string): Instance {
    const found = this.instances.find(({ process }) => process.name === name);
    if (!found) throw new Error(`There is no ${name}`);
    return found;
  }

  /** Whoever holds a lease, once somebody does. */
  async holder(lease: string): Promise<Instance> {
    for (;;) {
      const found = this.instances.find(({ process }) => process.isAlive && process.leases.has(lease));
      if (found) return found;
      await Promise.race(this.instances.map(({ process }) => once(process, 'lease')));
    }
  }

  async killEngine(engine: Engine): Promise<void> {
    if (engine === 'eventstore') await this.eventStore.process.kill();
    else await control(this.addresses, 'kill', engine);
  }

  async startEngine(engine: Engine): Promise<void> {
    if (engine === 'eventstore') await this.eventStore.process.start();
    else await control(this.addresses, 'start', engine);
  }

  /** Straight to the engines, past the lines. */
  openStore(): EventStore & AsyncDisposable {
    const { host, port } = this.eventStore.endpoint;
    return openEventStoreDb({ connectionString: `esdb://${host}:${port}?tls=false` });
  }

  openReadModels(): ReadModels {
    const { host, port } = this.addresses.mongo;
    return openMongoReadModels({ uri: `mongodb://${host}:${port}`, database: this.database });
  }

  openBus(): MessageBus {
    const { host, port } = this.addresses.kafka;
    return openKafkaMessageBus({ brokers: [`${host}:${port}`] });
  }

  /** Stops every app in order. @returns the exit codes, by name */
  async stop(): Promise<Record<string, number | null>> {
    const alive = this.instances.filter(({ process }) => process.isAlive);
    const codes = await Promise.all(alive.map(({ process }) => process.stop()));
    return Object.fromEntries(alive.map(({ process }, i) => [process.name, codes[i] ?? null]));
  }

  /** Forgets what the run has left behind. */
  async forget(): Promise<void> {
    const { host, port } = this.addresses.mongo;
    await using client = await MongoClient.connect(`mongodb://${host}:${port}`);
    const { databases } = await client.db('admin').admin().listDatabases({ nameOnly: true });
    for (const { name } of databases) if (name.startsWith(this.database)) await client.db(name).dropDatabase();
    await rm(this.directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.instances) {
      process.thaw();
      await process.kill();
    }
    await this.eventStore.process.kill();
    await Promise.all(
      this.instances.flatMap(({ lines }) => ENGINES.map((engine) => lines[engine][Symbol.asyncDispose]())),
    );
  }
}

async function instanceOf(
  app: AppName,
  n: number,
  { directory, database, lines }: { directory: string; database: string; lines: Instance['lines'] },
): Promise<Instance> {
  const name = `${app}-${n}`;
  const port = await freePort();
  const at = (engine: Engine): string => `127.0.0.1:${lines[engine].port}`;
  const env = {
    ...UNLIMITED,
    ADMIN_KEY,
    PORT: `${port}`,
    DATA_DIR: join(directory, name),
    DEMO_TENANT: 'false',
    CURSOR_KEY: 'cursor-key-of-the-distributed-specs',
    OAUTH_KEY: 'oauth-key-of-the-distributed-specs!',
    EVENTSTORE_URI: `esdb://${at('eventstore')}?tls=false`,
    MONGODB_URI: `mongodb://${at('mongo')}/${database}?directConnection=true`,
    KAFKA_BROKERS: at('kafka'),
  };
  const process = new KillableProcess({
    name,
    command: [`dist/apps/${app}/src/main.js`],
    env,
    logFile: join(directory, 'logs', `${name}.log`),
  });
  return { app, process, url: `http://127.0.0.1:${port}`, lines };
}

/** The same over all lives of whoever listens there, and so not one that the system gives to those who ask for any. */
