import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdminHttpModule, publishOpenApi } from '#admin-http';
import { loadConfig, type RollcallConfig } from '#config';
import { type DirectoryEngines, type DirectoryService, type Engines, installedProducts, openEngines } from '#engines';
import type { EventStore, RecordedEvent } from '#event-store';
import { createLogger, type Logger } from '#telemetry';
import { startGateway as composeGateway } from '../../apps/scim-gateway/src/gateway-app.js';
import { adminLimits } from '../../apps/scim-gateway/src/admin-limits.js';
import { pageSizes } from '../../apps/scim-gateway/src/gateway.module.js';
import { type Answer, HttpClient } from './http-client.js';
import { PATIENCE_MS, PATIENT, UNLIMITED } from './unlimited.js';
import { TenantClient } from './tenant-client.js';

export const ADMIN_KEY = 'admin-key-of-the-specs';

/** An app that is up, whatever it is made of. */
export interface RunningApp {
  /** Scheme, host and port it listens on. */
  readonly origin: string;
  readonly store: EventStore;
  /** Resolves once the read models have passed everything that is in the log now. */
  readModelsCaughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an app on `config.DATA_DIR`, listening on a free port. */
export type Compose = (config: RollcallConfig, logger: Logger) => Promise<RunningApp>;

type Ports = Pick<Engines, 'store' | 'readModels'> & Partial<Pick<Engines, 'grants'>>;

/** SCIM and the admin API on the embedded engines, in this process. */
export const gatewayWithAdmin: Compose = (config, logger) => composeOn((engines) => engines, config, logger);

/** As {@link gatewayWithAdmin}, with something between the gateway and its engines. */
export const gatewayBehind =
  (wrap: (engines: Engines) => Ports): Compose =>
  (config, logger) =>
    composeOn(wrap, config, logger);

async function composeOn(wrap: (engines: Engines) => Ports, config: RollcallConfig, logger: Logger) {
  const engines = await openEngines(config);
  const { requestLog, grants } = engines;
  const ports = { requestLog, grants, ...wrap(engines) };
  return {
    ...(await serveWithAdmin(ports, config, logger, () => engines[Symbol.asyncDispose]())),
    store: engines.store,
  };
}

/** @param close ends the engines, once nothing uses them any more */
export async function serveWithAdmin(
  engines: DirectoryEngines,
  config: RollcallConfig,
  logger: Logger,
  close: () => PromiseLike<void>,
): Promise<RunningApp> {
  const products = await installedProducts(config);
  const admin = AdminHttpModule.forRoot({
    adminKey: config.ADMIN_KEY ?? ADMIN_KEY,
    page: pageSizes(config),
    products,
    limits: adminLimits(config),
    addresses: { publicUrl: config.PUBLIC_URL, baseDomain: config.BASE_DOMAIN },
  });
  const gateway = await composeGateway({ config, engines, logger, beside: [admin], prepare: publishOpenApi });
  await gateway.app.listen(0, config.HOST);
  return {
    origin: (await gateway.app.getUrl()).replace(/\/$/, ''),
    store: engines.store,
    readModelsCaughtUp: () => caughtUp(engines.store, gateway.directory),
    stop: async () => {
      await gateway.stop();
      await close();
    },
  };
}

export async function caughtUp(store: EventStore, { runner }: DirectoryService): Promise<void> {
  const last = await store.lastPosition();
  if (last !== undefined && !(await runner.progress.waitFor(last, PATIENCE_MS))) {
    throw new Error('the read models do not catch up');
  }
}

export interface StartOptions {
  /** Settings besides those that every spec needs, by their names in the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What to start; default {@link gatewayWithAdmin}. */
  readonly compose?: Compose;
}

/** Starts a gateway on data of its own, gone again when it is disposed. */
export async function startGateway({ env = {}, compose = gatewayWithAdmin }: StartOptions = {}): Promise<TestGateway> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-e2e-'));
  const settings = {
    HOST: '127.0.0.1',
    DATA_DIR: directory,
    ADMIN_KEY,
    LOG_LEVEL: 'silent',
    ...UNLIMITED,
    ...PATIENT,
    ...env,
  };
  const start = () => {
    const config = loadConfig(settings);
    return compose(config, createLogger(config.LOG_LEVEL));
  };
  try {
    return new TestGateway(directory, start, await start());
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

let tenants = 0;

/** A running gateway as specs see it. */
export class TestGateway implements AsyncDisposable {
  private client: HttpClient;

  constructor(
    /** DATA_DIR. */
    readonly directory: string,
    private readonly start: () => Promise<RunningApp>,
    private app: RunningApp | undefined,
  ) {
    this.client = new HttpClient(this.running.origin);
  }

  private get running(): RunningApp {
    if (!this.app) throw new Error('the gateway is stopped');
    return this.app;
  }

  get store(): EventStore {
    return this.running.store;
  }

  get http(): HttpClient {
    return this.client;
  }

  /** A call of the admin API; `path` follows `/admin/v1`. */
  admin(
    method: string,
    path: string,
    body?: unknown,
    { key = ADMIN_KEY }: { key?: string | undefined } = {},
  ): Promise<Answer> {
    return this.client.send({
      method,
      target: `/admin/v1${path}`,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  /** Registers a tenant that no other spec knows, with one connection. */
  async newTenant({
    idp = 'generic',
    slug = `t${++tenants}`,
    scopes,
  }: { idp?: string; slug?: string; scopes?: readonly string[] } = {}) {
    const tenant = await this.admin('POST', '/tenants', { slug, name: `Tenant ${slug}` });
    if (tenant.status !== 201) throw new Error(`tenant: ${tenant.status} ${tenant.text}`);
    const connection = await this.admin('POST', `/tenants/${slug}/connections`, { idp, scopes });
    if (connection.status !== 201) throw new Error(`connection: ${connection.status} ${connection.text}`);
    const { token, id, tokenId } = connection.body as { token: string; id: string; tokenId: string };
    return new TenantClient(this, slug, token, { connectionId: id, tokenId });
  }

  /** Everything in the log after `position`, in order. */
  async eventsAfter(position: bigint | undefined): Promise<RecordedEvent[]> {
    const events: RecordedEvent[] = [];
    for await (const event of this.store.readAll(position ?? 'start')) events.push(event);
    return events;
  }

  readModelsCaughtUp(): Promise<void> {
    return this.running.readModelsCaughtUp();
  }

  /** Waits for the next event of the tenant, or for `timeoutMs` to go by without one. */
  async nextEvent(tenant: string, timeoutMs = 200): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    const after = (await this.store.lastPosition()) ?? 'start';
    for await (const { events } of this.store.subscribeToAll(after, { signal })) {
      if (events.some(({ metadata }) => metadata.tenant === tenant)) return;
    }
  }

  /** The first event from now on that `matches`. */
  async firstEvent(matches: (event: RecordedEvent) => boolean, timeoutMs = PATIENCE_MS): Promise<RecordedEvent> {
    const signal = AbortSignal.timeout(timeoutMs);
    const after = (await this.store.lastPosition()) ?? 'start';
    for await (const { events } of this.store.subscribeToAll(after, { signal })) {
      const found = events.find(matches);
      if (found) return found;
    }
    throw new Error(`no such event within ${timeoutMs} ms`);
  }

  /** Ends the app and leaves its data. */
  async stop(): Promise<void> {
    this.client[Symbol.dispose]();
    const { app } = this;
    this.app = undefined;
    await app?.stop();
  }

  /** Ends the app, which answers what it has been asked. */
  async stopServing(): Promise<void> {
    const { app } = this;
    this.app = undefined;
    await app?.stop();
    this.client[Symbol.dispose]();
  }

  /** Starts again on the same data; clients of before go on working. */
  async restart(): Promise<void> {
    await this.stop();
    this.app = await this.start();
    this.client = new HttpClient(this.app.origin);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.directory, { recursive: true, force: true });
  }
}
