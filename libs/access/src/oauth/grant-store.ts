import { type Document, type ReadModels, updateDocuments, type WriteOperation } from '#read-models';
import { hashToken, newToken } from '../token.js';
import {
  ACCESS_TOKENS,
  type AccessTokenDocument,
  type CodeDocument,
  CODES,
  ENDED_GRANTS,
  type EndedGrantDocument,
  REFRESH_TOKENS,
  type RefreshTokenDocument,
} from './grant-documents.js';
import { LIFETIMES } from './lifetimes.js';

const ACCESS_TOKEN_PREFIX = 'oat_';
const REFRESH_TOKEN_PREFIX = 'ort_';

/** Tells from a bearer token of a connection, which is letters and digits alone. */
export const isAccessToken = (token: string): boolean => token.startsWith(ACCESS_TOKEN_PREFIX);
export const newAccessToken = (): string => ACCESS_TOKEN_PREFIX + newToken();
export const newRefreshToken = (): string => REFRESH_TOKEN_PREFIX + newToken();

/** Kept after its end, so that a late comer can be told what has happened, milliseconds. */
const KEPT_MS = 86_400_000;
/** An exchanged refresh token: for so long its reuse is taken for theft. */
const USED_KEPT_MS = 30 * 86_400_000;
const SWEEP_EVERY_MS = 600_000;
const SWEEP_BATCH = 500;

export interface GrantStoreOptions {
  /** Flushed to disk: the log tells of clients, not of what they were granted. */
  readonly store: ReadModels;
  readonly now: () => number;
  readonly log: { warn(about: object, message: string): void };
}

/** What a client receives together. */
export interface NewTokens {
  readonly access: { readonly token: string; readonly document: Omit<AccessTokenDocument, '_id'> };
  readonly refresh?: { readonly token: string; readonly document: Omit<RefreshTokenDocument, '_id'> };
  /** The refresh token that was exchanged for them. */
  readonly exchanged?: RefreshTokenDocument;
}

/**
 * Codes and tokens of OAuth 2, by their hashes; each is found by its key, whatever their number. What belongs to a grant
 * ends with it.
 */
export class GrantStore {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: GrantStoreOptions) {}

  async start(): Promise<void> {
    for (const collection of [CODES, ACCESS_TOKENS, REFRESH_TOKENS, ENDED_GRANTS]) {
      await this.options.store.declare(collection);
    }
    this.timer = setInterval(() => {
      this.sweep().catch((error: unknown) => this.options.log.warn({ err: error }, 'Expired grants are not removed'));
    }, SWEEP_EVERY_MS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async keepCode(code: string, document: Omit<CodeDocument, '_id'>): Promise<void> {
    await this.put<CodeDocument>(CODES.name, { _id: hashToken(code), ...document });
  }

  code(code: string): Promise<CodeDocument | undefined> {
    return this.options.store.get(CODES.name, hashToken(code));
  }

  /** @returns false where somebody has used it already, in whatever process */
  async useCode({ _id }: CodeDocument): Promise<boolean> {
    let isOurs = false;
    const use = (document: CodeDocument | undefined): CodeDocument | undefined => {
      isOurs = document !== undefined && document.usedAt === undefined;
      return isOurs && document ? { ...document, usedAt: this.options.now() } : undefined;
    };
    await updateDocuments(this.options.store, CODES.name, new Map([[_id, use]]));
    return isOurs;
  }

  async keepTokens({ access, refresh, exchanged }: NewTokens): Promise<void> {
    const put = (collection: string, document: Document): WriteOperation => ({ type: 'put', collection, document });
    const keep = (collection: string, { token, document }: { token: string; document: object }): WriteOperation =>
      put(collection, { _id: hashToken(token), ...document });
    const operations = [keep(ACCESS_TOKENS.name, access)];
    if (refresh) operations.push(keep(REFRESH_TOKENS.name, refresh));
    if (exchanged && exchanged.usedAt === undefined) {
      const now = this.options.now();
      const expiresAt = Math.min(exchanged.expiresAt, now + USED_KEPT_MS);
      operations.push(put(REFRESH_TOKENS.name, { ...exchanged, usedAt: now, expiresAt } as RefreshTokenDocument));
    }
    await this.options.store.write({ operations });
  }

  /** Undefined also where its grant has ended; an expired one is there for a while. @param hash of the token */
  async accessToken(hash: string): Promise<AccessTokenDocument | undefined> {
    return this.living(await this.options.store.get<AccessTokenDocument>(ACCESS_TOKENS.name, hash));
  }

  /** Undefined also where its grant has ended. */
  async refreshToken(token: string): Promise<RefreshTokenDocument | undefined> {
    return this.living(await this.options.store.get<RefreshTokenDocument>(REFRESH_TOKENS.name, hashToken(token)));
  }

  async dropAccessToken(id: string): Promise<void> {
    await this.options.store.write({ operations: [{ type: 'delete', collection: ACCESS_TOKENS.name, id }] });
  }

  /** Everything that was granted with it is refused from now on. */
  async endGrant(grantId: string): Promise<void> {
    const expiresAt = this.options.now() + (LIFETIMES.refreshToken + LIFETIMES.accessToken) * 1_000;
    await this.put<EndedGrantDocument>(ENDED_GRANTS.name, { _id: grantId, expiresAt });
  }

  /** Removes what has expired a while ago. */
  async sweep(): Promise<void> {
    const { store, now } = this.options;
    const filter = { expiresAt: { $lt: now() - KEPT_MS } };
    for (const { name: collection } of [CODES, ACCESS_TOKENS, REFRESH_TOKENS, ENDED_GRANTS]) {
      for (;;) {
        const found = await store.find(collection, { filter, limit: SWEEP_BATCH, fields: ['_id'] });
        if (found.length === 0) break;
        await store.write({ operations: found.map(({ _id: id }) => ({ type: 'delete', collection, id })) });
      }
    }
  }

  private async living<T extends { readonly grantId?: string }>(document: T | undefined): Promise<T | undefined> {
    if (document?.grantId === undefined) return document;
    return (await this.options.store.get(ENDED_GRANTS.name, document.grantId)) ? undefined : document;
  }

  private put<T extends Document>(collection: string, document: T): Promise<void> {
    return this.options.store.write({ operations: [{ type: 'put', collection, document }] });
  }
}

/** Injection token of the process' {@link GrantStore}. */
export const GRANT_STORE = Symbol('GrantStore');
