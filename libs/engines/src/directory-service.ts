import { once } from 'node:events';
import { CredentialDirectory, GrantStore, RecentSettings, TokenUses } from '#access';
import type { RollcallConfig } from '#config';
import { GROUP_STREAMS, TENANT_STREAMS, USER_STREAMS } from '#domain';
import { type EventBatch, isPosition } from '#event-store';
import { type MembershipCleanup, SNAPSHOTS } from '#handlers';
import { PROJECTIONS, TENANTS, tenantSchemas, tenantSettings } from '#projections';
import { RequestLog } from '#request-log';
import {
  CheckpointFollower,
  followLog,
  type LogFollower,
  ProgressTracker,
  ProjectionRunner,
  type ProjectionSource,
  storedPosition,
  type SubscriptionLog,
} from '#subscriptions';
import type { LeasedWork } from '#leases';
import type { Engines } from './engines.js';
import { runUntil, shareWork, untilDone } from './shared-work.js';

/** What a gateway works on. */
export type DirectoryEngines = Pick<Engines, 'store' | 'readModels' | 'requestLog' | 'grants'> &
  Partial<Pick<Engines, 'leases'>>;

/** A reader does not wait for it: whoever needs what is in the log has it folded at once. */
const GATHER_MS = 100;
/** Name of the checkpoint of those who finish what deletions leave to do. */
const CLEANUP_CHECKPOINT = 'membership-cleanup';
/** Positions that a start may look at once more. */
const CLEANUP_REPEATED = 5_000n;
/** Longest that a start waits to hear what the log has said of tenants; until it is heard, requests are answered 503. */
const HEARING_MS = 5_000;

/** How often whoever cleans up looks for what another process, or it itself while something was away, has not finished, ms. */
const FIRST_AGAIN_MS = 30_000;

const MEGABYTE = 1024 * 1024;

const callsKept = ({
  REQUEST_LOG_SUCCESSES: successes,
  REQUEST_LOG_DAYS: days,
  REQUEST_LOG_CONNECTION_MB,
  REQUEST_LOG_MB,
}: RollcallConfig) => ({
  successes,
  retention: { days, connectionBytes: REQUEST_LOG_CONNECTION_MB * MEGABYTE, bytes: REQUEST_LOG_MB * MEGABYTE },
});

/** No list waits for what is only declared: on data of an older release it begins at the start of the log. */
const REQUIRED = PROJECTIONS.filter((projection) => projection !== tenantSchemas).map(({ name }) => name);

/**
 * What a gateway keeps running beside its routes: the projections it reads from, the memory of credentials, the clean-up
 * behind deletions, and the log of refused requests. Read models that other processes have too it does not keep up: there the
 * projector does, and this follows how far it is.
 */
export class DirectoryService {
  readonly credentials: CredentialDirectory;
  readonly runner: ProjectionSource;
  readonly requestLog: RequestLog;
  readonly tokenUses: TokenUses;
  readonly grants: GrantStore;
  /** Position of the newest event of before this process, where no other one writes. */
  writtenBefore: bigint | undefined;
  /** Whether what the log has said of credentials is known. */
  private heard = false;
  private cleanup: LeasedWork | undefined;
  private again: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();
  private readonly followers: LogFollower[] = [];
  private readonly recentSettings = new RecentSettings();

  constructor(
    private readonly engines: DirectoryEngines,
    private readonly log: SubscriptionLog,
    config: RollcallConfig,
  ) {
    const { store, readModels } = engines;
    this.tokenUses = new TokenUses({ store: engines.requestLog, now: Date.now, log });
    this.grants = new GrantStore({ store: engines.grants, now: Date.now, log });
    const passed = (): bigint => this.runner.status().find(({ name }) => name === tenantSettings.name)?.position ?? -1n;
    const parts = { readModels, now: Date.now, passed, uses: this.tokenUses, grants: this.grants, store };
    this.credentials = new CredentialDirectory(parts, this.recentSettings);
    this.requestLog = new RequestLog({
      ...callsKept(config),
      store: engines.requestLog,
      tenantExists: async (tenant) => (await readModels.get(TENANTS.name, tenant)) !== undefined,
      now: Date.now,
      log,
    });
    const read = { models: readModels, projections: PROJECTIONS, required: REQUIRED, log };
    this.runner = engines.leases
      ? new CheckpointFollower(read)
      : new ProjectionRunner({ ...read, store, gatherMs: GATHER_MS });
  }

  /** Whether other processes read and write the same read models. */
  get sharesReadModels(): boolean {
    return this.engines.leases !== undefined;
  }

  /** Resolves soon, whatever is away; {@link checkCredentials} tells when there is something to answer from. */
  async start(): Promise<void> {
    const { store, readModels } = this.engines;
    if (store.soleWriter) this.writtenBefore = await store.lastPosition();
    await readModels.declare(SNAPSHOTS);
    await this.requestLog.start();
    await this.runner.start();
    await this.tokenUses.start();
    await this.grants.start();
    const { signal } = this.stopping;
    const hearing = untilDone(
      () => this.hearOfCredentials(),
      signal,
      (error) => this.log.warn({ err: error }, 'Credentials cannot be read yet; trying again'),
    ).then(() => (this.heard = true));
    const late = AbortSignal.timeout(HEARING_MS);
    await Promise.race([hearing, once(late, 'abort')]);
  }

  /**
   * Credentials are judged by the log itself: what it says is heard at once, whether or not the projection has got there.
   * Begins where the projection stood, or, where it begins anew, at the end of the log, for it to get there first.
   */
  private async hearOfCredentials(): Promise<void> {
    const { store, readModels } = this.engines;
    const until = (await store.lastPosition()) ?? -1n;
    const stored = await readModels.checkpoint(tenantSettings.name);
    const since = stored !== undefined && isPosition(stored) ? stored : until;
    // What is stored is ahead of what was last looked at.
    if (this.sharesReadModels) await this.runner.progress.waitFor(since, HEARING_MS);
    if (this.stopping.signal.aborted) return;
    const heard = new ProgressTracker();
    this.recentSettings.begin(since, until);
    heard.passed(since);
    const handle = async (batch: EventBatch): Promise<void> => {
      this.credentials.hear(batch);
      for (const { type, data } of batch.events) {
        const { credentialId, clientId, validUntil } = data as Partial<Record<string, string>>;
        const ends = type === 'CredentialRevoked' || type === 'CredentialExpired' || type === 'CredentialRotated';
        if (ends && credentialId !== undefined && validUntil === undefined) this.tokenUses.forget(credentialId);
        if (type === 'OAuthClientDeleted' && clientId !== undefined) this.tokenUses.forget(clientId);
      }
      heard.passed(batch.position);
    };
    this.followers.push(
      followLog({
        name: 'credentials',
        store,
        after: since < 0n ? 'start' : since,
        streamPrefixes: [TENANT_STREAMS],
        handle,
        onParked: () => undefined,
        log: this.log,
      }),
    );
    while (!this.stopping.signal.aborted && !(await heard.waitFor(until, HEARING_MS))) continue;
    heard[Symbol.dispose]();
  }

  /**
   * Follows deletions and memberships, in one process of all; needs the handlers, which need the runner's progress first.
   * @param first what whoever does this does before
   */
  async startCleanup(cleanup: MembershipCleanup, first: () => Promise<void>): Promise<void> {
    const { leases } = this.engines;
    if (!leases) {
      this.followers.push(await this.followForCleanup(cleanup));
      this.again = setInterval(() => void first().catch(() => undefined), FIRST_AGAIN_MS).unref();
      return first();
    }
    this.cleanup = shareWork({
      name: CLEANUP_CHECKPOINT,
      leases,
      log: this.log,
      work: async (signal) => {
        await first();
        const follower = await this.followForCleanup(cleanup);
        // What a process that has died meanwhile has left undone is found too.
        const again = setInterval(() => void first().catch(() => undefined), FIRST_AGAIN_MS);
        await runUntil(signal, { start: () => Promise.resolve(), stop: () => follower.stop() });
        clearInterval(again);
      },
    });
  }

  private async followForCleanup(cleanup: MembershipCleanup): Promise<LogFollower> {
    const { store, readModels } = this.engines;
    let saved = await storedPosition(readModels, CLEANUP_CHECKPOINT);
    return followLog({
      name: CLEANUP_CHECKPOINT,
      store,
      after: saved ?? 'start',
      gatherMs: GATHER_MS,
      streamPrefixes: [USER_STREAMS, GROUP_STREAMS],
      handle: async ({ events, position }) => {
        let acted = false;
        for (const event of events) if (cleanup.concerns(event)) acted = (await cleanup.follow(event)) || acted;
        // Doing it again changes nothing, so the checkpoint need not move with every batch, nor be waited for.
        if (!acted && saved !== undefined && position - saved < CLEANUP_REPEATED) return;
        saved = position;
        const written = readModels.write({ operations: [], checkpoint: { name: CLEANUP_CHECKPOINT, position } });
        if (acted) await written;
        else written.catch((error: unknown) => this.log.warn({ err: error }, 'A checkpoint could not be stored'));
      },
      onParked: () => undefined,
      log: this.log,
    });
  }

  /** Whether tokens can be told good from wrong: true, or what is missing. */
  checkCredentials(): true | string {
    return this.heard || 'what the log says of credentials has yet to be read';
  }

  /** Whether lists are up to date: true, or what is behind. */
  check(): true | string {
    const failing = this.runner.status().filter((status) => status.failing);
    return failing.length === 0 || `projections are not moving: ${failing.map(({ name }) => name).join(', ')}`;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.again);
    await this.cleanup?.stop();
    await Promise.all(this.followers.map((follower) => follower.stop()));
    await this.runner.stop();
    await this.tokenUses.stop();
    this.grants.stop();
    await this.requestLog.stop();
  }
}
