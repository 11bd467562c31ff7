import type { CredentialDocument } from '#projections';
import { type CollectionDefinition, type Document, type ReadModels, updateDocuments } from '#read-models';
import { tokenWarnings } from './token-warnings.js';

/** The last use of one token. Each request that shows it leaves a number here, and nothing else until that is written down. */
export class TokenUse {
  /** Milliseconds since the epoch; 0: not since it was last written down. */
  private at = 0;

  constructor(
    readonly credential: CredentialDocument,
    private readonly news: TokenUse[],
  ) {}

  came(now: number): void {
    if (this.at === 0) this.news.push(this);
    this.at = now;
  }

  /** @returns when it last came, milliseconds since the epoch; the next time is news again */
  settle(): number {
    const { at } = this;
    this.at = 0;
    return at;
  }

  /** It could not be written down. */
  unsettle(at: number): void {
    if (this.at < at) this.came(at);
  }
}

interface TokenUseRecord extends Document {
  readonly tenant: string;
  readonly lastUsedAt: string;
  /** UTC day on which the log was last told of its warnings. */
  readonly warnedOn?: string;
}

export const TOKEN_USES: CollectionDefinition = { name: 'token-uses', indexes: [] };

export interface TokenUsesOptions {
  /** Flushed to disk: the log does not tell of requests that change nothing. */
  readonly store: ReadModels;
  readonly now: () => number;
  readonly log: { warn(about: object, message: string): void };
}

/** Milliseconds. What a crash takes along. */
const WRITE_EVERY = 5_000;

/**
 * Remembers when tokens were last used, and warns of those in use that should be rotated, once a day each. A request only
 * leaves a time in memory; the rest is done in batches on a timer.
 */
export class TokenUses {
  /** Tokens used since they were last written down. Their number is that of tokens, not of requests. */
  private readonly news: TokenUse[] = [];
  private readonly ended = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  /** Writes come one after another. */
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: TokenUsesOptions) {}

  async start(): Promise<void> {
    const { store, log } = this.options;
    await store.declare(TOKEN_USES);
    this.timer = setInterval(() => {
      this.flush().catch((error: unknown) => log.warn({ err: error }, 'The last use of tokens is not written'));
    }, WRITE_EVERY);
    this.timer.unref();
  }

  /** The memory of one token. Ask when it is loaded, not once per request. */
  useOf(credential: CredentialDocument): TokenUse {
    return new TokenUse(credential, this.news);
  }

  /** The credential has ended, and with it what is remembered. */
  forget(credentialId: string): void {
    this.ended.add(credentialId);
  }

  /** When they were last used, by their ids; none for one that never was. */
  async lastUsed(credentialIds: readonly string[]): Promise<Map<string, string>> {
    await this.flush();
    const records = await this.options.store.getMany<TokenUseRecord>(TOKEN_USES.name, credentialIds);
    return new Map(records.flatMap((record) => (record ? [[record._id, record.lastUsedAt] as const] : [])));
  }

  /** Everything up to now is in the store when this resolves. */
  flush(): Promise<void> {
    const turn = this.writing.then(() => this.write());
    this.writing = turn.catch(() => undefined);
    return turn;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  private async write(): Promise<void> {
    const { store } = this.options;
    const used = new Map<string, { use: TokenUse; at: number }>();
    for (const use of this.news.splice(0)) {
      const at = use.settle();
      const { _id: id } = use.credential;
      if (at > (used.get(id)?.at ?? 0)) used.set(id, { use, at });
    }
    const ended = [...this.ended];
    for (const id of ended) used.delete(id);
    if (used.size === 0 && ended.length === 0) return;
    try {
      const changes = [...used].map(
        ([id, { use, at }]) =>
          [id, (before: TokenUseRecord | undefined) => this.recordOf(use.credential, at, before)] as const,
      );
      await updateDocuments(store, TOKEN_USES.name, new Map(changes));
      const operations = ended.map((id) => ({ type: 'delete', collection: TOKEN_USES.name, id }) as const);
      if (operations.length > 0) await store.write({ operations });
    } catch (error) {
      for (const { use, at } of used.values()) use.unsettle(at);
      throw error;
    }
    for (const id of ended) this.ended.delete(id);
  }

  private recordOf(credential: CredentialDocument, at: number, before: TokenUseRecord | undefined): TokenUseRecord {
    const { _id, tenant } = credential;
    const time = new Date(at).toISOString();
    const warnedOn = this.warn(credential, before?.warnedOn);
    // Another process may have seen it later.
    const lastUsedAt = before && before.lastUsedAt > time ? before.lastUsedAt : time;
    return { _id, tenant, lastUsedAt, ...(warnedOn !== undefined && { warnedOn }) };
  }

  /** @returns the day on which the log was last told */
  private warn(credential: CredentialDocument, warnedOn: string | undefined): string | undefined {
    const now = this.options.now();
    const today = new Date(now).toISOString().slice(0, 10);
    if (warnedOn === today) return warnedOn;
    const warnings = tokenWarnings(credential, now);
    if (warnings.length === 0) return warnedOn;
    const { _id: credentialId, tenant, connectionId, issuedAt, expiresAt } = credential;
    const codes = warnings.map(({ code }) => code);
    const about = { tenant, connectionId, credentialId, warnings: codes, issuedAt, expiresAt };
    this.options.log.warn(about, 'A token that is in use should be rotated');
    return today;
  }
}

/** Injection token of the process' {@link TokenUses}. */
export const TOKEN_USE_MEMORY = Symbol('TokenUses');
