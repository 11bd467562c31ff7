import { parseStream, type Scope, type TenantSettings } from '#domain';
import type { EventBatch, EventStore } from '#event-store';
import { findPreset, type IdpPreset, tolerancesOf } from '#idp';
import {
  CONNECTIONS,
  type ConnectionDocument,
  CREDENTIALS,
  type CredentialDocument,
  OAUTH_CLIENTS,
  type OAuthClientDocument,
  TENANTS,
  type TenantDocument,
} from '#projections';
import { type Document, type ReadModels, ReadModelsUnavailable } from '#read-models';
import type { Tolerances } from '#scim';
import { LRUCache } from 'lru-cache';
import { type GrantStore, isAccessToken } from './oauth/grant-store.js';
import { LoggedSettings } from './logged-settings.js';
import type { RecentSettings } from './recent-settings.js';
import { type ScopeMask, scopeMaskOf } from './scope-mask.js';
import { hashToken, sameHash } from './token.js';
import type { TokenUse, TokenUses } from './token-uses.js';

/** Who is speaking: the credential presented decides tenant and connection. */
export interface Caller {
  readonly tenant: string;
  readonly connectionId: string;
  readonly credentialId: string;
  /** Where to note that the credential was used. */
  readonly use: TokenUse;
  /** What the credential may do. */
  readonly scopes: ScopeMask;
  /** Preset of the connection; the log may hold one that is not known any more. */
  readonly idp: string;
  /** What of that preset the protocol core must know. */
  readonly tolerances: Tolerances;
  readonly groupPatchAnswer?: IdpPreset['groupPatchAnswer'];
  /** How the tenant wants to be served, where it differs from what everybody gets. */
  readonly settings?: TenantSettings;
}

export type Lookup =
  | { readonly outcome: 'known'; readonly caller: Caller }
  | { readonly outcome: 'unknown' }
  /** `refreshable`: an access token of OAuth; its client gets another one by itself. */
  | { readonly outcome: 'expired'; readonly caller: Caller; readonly refreshable?: true }
  /** A good credential of a tenant that an operator has suspended. */
  | { readonly outcome: 'suspended'; readonly caller: Caller }
  /** A good credential of a connection that an admin has paused. */
  | { readonly outcome: 'paused'; readonly caller: Caller };

const UNKNOWN: Lookup = { outcome: 'unknown' };

interface Entry {
  readonly lookup: Lookup & { outcome: 'known' | 'suspended' | 'paused' };
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** An access token of OAuth: when it expires; `expiresAt` is then when what was found has to be found again. */
  readonly accessUntil?: number;
}

/** An OAuth client as the log has it, with whom it speaks for. */
export interface KnownClient {
  readonly client: OAuthClientDocument;
  readonly connection: ConnectionDocument;
  readonly tenant: TenantDocument;
}

export interface CredentialDirectoryParts {
  readonly readModels: ReadModels;
  readonly now: () => number;
  /** Position up to which the read models show the settings of tenants; -1n: nothing yet. */
  readonly passed: () => bigint;
  readonly uses: TokenUses;
  /** Absent where nothing is granted by OAuth. */
  readonly grants?: GrantStore;
  /** Asked where the read models are away. */
  readonly store?: Pick<EventStore, 'read'>;
}

/** For so long an access token of OAuth stays in memory: another process may have ended its grant, which no event tells. */
const ACCESS_TOKEN_MEMORY_MS = 500;

/** Times that a look-up begins again because settings have changed meanwhile; then what was found counts this once. */
const MAX_ATTEMPTS = 3;

/**
 * Finds credentials by token. One look-up by hash, whatever their number; those in use stay in memory until the log says
 * something about their tenant ({@link hear}). There they are found by the token itself, which no request can do without:
 * hashing it each time would cost more than all else about knowing the caller. Finding tells by no delay how much of a guess
 * is right, because texts are compared only where their seeded hashes agree.
 *
 * What the read models show counts only as the log has it since ({@link RecentSettings}): a revoked credential must not come
 * back because they lag, and a new one must not wait for them.
 */
export class CredentialDirectory {
  private readonly cache = new LRUCache<string, Entry>({ max: 10_000 });
  private generation = 0;

  constructor(
    private readonly parts: CredentialDirectoryParts,
    private readonly recent: RecentSettings,
  ) {}

  /**
   * Answers from memory where it can, without a promise. While the read models are away it answers from the log, where only
   * the credentials of `tenant` are looked at: any other is unknown then.
   * @throws ReadModelsUnavailable (as a rejection) while it cannot be told whether the token is good
   */
  lookup(token: string, tenant: string): Lookup | Promise<Lookup> {
    const entry = this.cache.get(token);
    if (entry) return this.judge(entry, token);
    return this.load(token).catch((error: unknown) => this.loadFromLog(token, tenant, error));
  }

  /**
   * @returns undefined where there is no such client (any more), or its tenant was deleted
   * @throws ReadModelsUnavailable while it cannot be told
   */
  async client(id: string): Promise<KnownClient | undefined> {
    this.requireKnowledge();
    const client = await this.read<OAuthClientDocument>(OAUTH_CLIENTS.name, id);
    const owners = client && (await ownersOf(client, this.read));
    return owners && { client, ...owners };
  }

  /** The token has ended, and nothing in the log tells. */
  forget(token: string): void {
    this.cache.delete(token);
  }

  /** News of the log: what is in memory of the tenants they are about no longer holds. */
  hear({ events, position }: Pick<EventBatch, 'events' | 'position'>): void {
    this.recent.add(events, position);
    if (events.length === 0) return;
    this.generation++;
    this.recent.forgetUpTo(this.parts.passed());
    const tenants = new Set(events.map(({ stream }) => parseStream(stream).tenant));
    const stale = [...this.cache.entries()].filter(([, { lookup }]) => tenants.has(lookup.caller.tenant));
    for (const [token] of stale) this.cache.delete(token);
  }

  private async load(token: string): Promise<Lookup> {
    const tokenHash = hashToken(token);
    for (let attempt = 1; ; attempt++) {
      this.requireKnowledge();
      const { generation } = this;
      const entry = await (isAccessToken(token) ? this.findGranted(tokenHash) : this.find(tokenHash));
      const isCurrent = generation === this.generation;
      if (!isCurrent && attempt < MAX_ATTEMPTS) continue;
      if (!entry) return UNKNOWN;
      if (isCurrent) this.cache.set(token, entry);
      return this.judge(entry, token);
    }
  }

  /** @param error why the read models did not answer; thrown where the log cannot answer for them */
  private async loadFromLog(token: string, tenant: string, error: unknown): Promise<Lookup> {
    const { store } = this.parts;
    // What OAuth has granted is not in the log.
    if (!(error instanceof ReadModelsUnavailable) || !store || isAccessToken(token)) throw error;
    const { generation } = this;
    const settings = await LoggedSettings.read(store, tenant);
    const document = settings.credentialWith(hashToken(token));
    const read: Read = async (collection, id) => settings.get(collection, id);
    const entry = document && (await this.entryOf(document, read));
    if (!entry) return UNKNOWN;
    if (generation === this.generation) this.cache.set(token, entry);
    return this.judge(entry, token);
  }

  /** A token that is not known yet must not be called wrong: an IdP would give up. */
  private requireKnowledge(): void {
    const passed = this.parts.passed();
    if (!this.recent.complements(passed)) throw new ReadModelsUnavailable('Credentials are still being read');
    // A look-up that has read before this must look again.
    if (this.recent.forgetUpTo(passed)) this.generation++;
  }

  private async find(tokenHash: string): Promise<Entry | undefined> {
    const { readModels } = this.parts;
    const { recent } = this;
    const query = { filter: { tokenHash }, limit: 1 };
    const [stored] = await readModels.find<CredentialDocument>(CREDENTIALS.name, query);
    const id = stored?._id ?? recent.issuedWith(tokenHash);
    const document = id === undefined ? undefined : recent.overlay(CREDENTIALS.name, id, stored);
    if (!document || !sameHash(document.tokenHash, tokenHash)) return undefined;
    return this.entryOf(document, this.read);
  }

  private async entryOf(document: CredentialDocument, read: Read): Promise<Entry | undefined> {
    const { expiresAt, scopes } = document;
    const lookup = await this.callerOf(document, scopes, read);
    return lookup && { lookup, expiresAt: expiresAt === undefined ? Infinity : Date.parse(expiresAt) };
  }

  /** An access token of OAuth counts while its grant has not ended and its client has the secret it was granted under. */
  private async findGranted(tokenHash: string): Promise<Entry | undefined> {
    const found = await this.parts.grants?.accessToken(tokenHash);
    const client = found && (await this.read<OAuthClientDocument>(OAUTH_CLIENTS.name, found.clientId));
    if (!client || client.secretId !== found.secretId) return undefined;
    const { _id, tenant, connectionId, name, lastFour, secretIssuedAt: issuedAt } = client;
    const credential = { _id, tenant, connectionId, name, tokenHash, lastFour, issuedAt };
    const lookup = await this.callerOf(credential, found.scopes, this.read);
    const { expiresAt: accessUntil } = found;
    return lookup && { lookup, expiresAt: this.parts.now() + ACCESS_TOKEN_MEMORY_MS, accessUntil };
  }

  private async callerOf(
    credential: CredentialDocument,
    scopes: readonly Scope[] | undefined,
    read: Read,
  ): Promise<Entry['lookup'] | undefined> {
    const owners = await ownersOf(credential, read);
    if (!owners) return undefined;
    const { _id: credentialId, tenant, connectionId } = credential;
    const { connection, tenant: owner } = owners;
    const { idp } = connection;
    const { settings } = owner;
    const groupPatchAnswer = findPreset(idp)?.groupPatchAnswer;
    const caller = {
      tenant,
      connectionId,
      credentialId,
      use: this.parts.uses.useOf(credential),
      scopes: scopeMaskOf(scopes),
      idp,
      tolerances: tolerancesOf(idp),
      ...(groupPatchAnswer && { groupPatchAnswer }),
      ...(settings && { settings }),
    };
    const outcome = owner.status === 'suspended' ? 'suspended' : connection.paused ? 'paused' : 'known';
    return { outcome, caller };
  }

  /** The document as the log has it. */
  private readonly read: Read = async <T extends Document>(collection: string, id: string) =>
    this.recent.overlay(collection, id, await this.parts.readModels.get<T>(collection, id));

  private judge({ lookup, expiresAt, accessUntil }: Entry, token: string): Lookup | Promise<Lookup> {
    const now = this.parts.now();
    if (expiresAt > now && (accessUntil === undefined || accessUntil > now)) return lookup;
    if (accessUntil === undefined) return { outcome: 'expired', caller: lookup.caller };
    if (accessUntil <= now) return { outcome: 'expired', caller: lookup.caller, refreshable: true };
    this.cache.delete(token);
    return this.load(token);
  }
}

/** Where settings stand. */
type Read = <T extends Document>(collection: string, id: string) => Promise<T | undefined>;

async function ownersOf(
  { connectionId, tenant: slug }: { readonly connectionId: string; readonly tenant: string },
  read: Read,
): Promise<Omit<KnownClient, 'client'> | undefined> {
  const connection = await read<ConnectionDocument>(CONNECTIONS.name, connectionId);
  const tenant = await read<TenantDocument>(TENANTS.name, slug);
  return connection && tenant && tenant.status !== 'deleted' ? { connection, tenant } : undefined;
}

/** Injection token of the process' {@link CredentialDirectory}. */
export const CREDENTIAL_DIRECTORY = Symbol('CredentialDirectory');
