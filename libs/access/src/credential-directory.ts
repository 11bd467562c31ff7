import type { TenantSettings } from '#domain';
import { findPreset, type IdpPreset, tolerancesOf } from '#idp';
import {
  CONNECTIONS,
  type ConnectionDocument,
  CREDENTIALS,
  type CredentialDocument,
  TENANTS,
  type TenantDocument,
} from '#projections';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import type { Tolerances } from '#scim';
import { LRUCache } from 'lru-cache';
import { type ScopeMask, scopeMaskOf } from './scope-mask.js';
import { hashToken, sameHash } from './token.js';

/** Who is speaking: the credential presented decides tenant and connection. */
export interface Caller {
  readonly tenant: string;
  readonly connectionId: string;
  readonly credentialId: string;
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
  | { readonly outcome: 'expired'; readonly caller: Caller }
  /** A good credential of a tenant that an operator has suspended. */
  | { readonly outcome: 'suspended'; readonly caller: Caller }
  /** A good credential of a connection that an admin has paused. */
  | { readonly outcome: 'paused'; readonly caller: Caller };

const UNKNOWN: Lookup = { outcome: 'unknown' };

interface Entry {
  readonly lookup: Lookup & { outcome: 'known' | 'suspended' | 'paused' };
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * Finds credentials by token. One look-up by hash, whatever their number; those in use stay in memory until the log says
 * something about the settings of a tenant ({@link forget}). There they are found by the token itself, which no request
 * can do without: hashing it each time would cost more than all else about knowing the caller. Finding tells by no delay
 * how much of a guess is right, because texts are compared only where their seeded hashes agree.
 */
export class CredentialDirectory {
  private readonly cache = new LRUCache<string, Entry>({ max: 10_000 });
  private generation = 0;

  constructor(
    private readonly readModels: ReadModels,
    private readonly now: () => number,
    /** Whether the read model has come as far as the log was when the process began. */
    private readonly isComplete: () => boolean = () => true,
  ) {}

  /** Answers from memory where it can, without a promise. */
  lookup(token: string): Lookup | Promise<Lookup> {
    const entry = this.cache.get(token);
    return entry ? this.judge(entry) : this.load(token);
  }

  /** Settings changed: what is in memory may no longer hold. */
  forget(): void {
    this.generation++;
    this.cache.clear();
  }

  private async load(token: string): Promise<Lookup> {
    const { generation } = this;
    const tokenHash = hashToken(token);
    const [document] = await this.readModels.find<CredentialDocument>(CREDENTIALS.name, {
      filter: { tokenHash },
      limit: 1,
    });
    if (!document || !sameHash(document.tokenHash, tokenHash)) return this.unknown();
    const { _id: credentialId, tenant, connectionId, expiresAt, scopes } = document;
    const connection = await this.readModels.get<ConnectionDocument>(CONNECTIONS.name, connectionId);
    const owner = await this.readModels.get<TenantDocument>(TENANTS.name, tenant);
    if (!connection || !owner || owner.status === 'deleted') return this.unknown();
    const { idp } = connection;
    const { settings } = owner;
    const groupPatchAnswer = findPreset(idp)?.groupPatchAnswer;
    const tolerances = tolerancesOf(idp);
    const caller = {
      tenant,
      connectionId,
      credentialId,
      scopes: scopeMaskOf(scopes),
      idp,
      tolerances,
      ...(groupPatchAnswer && { groupPatchAnswer }),
      ...(settings && { settings }),
    };
    const outcome = owner.status === 'suspended' ? 'suspended' : connection.paused ? 'paused' : 'known';
    const entry: Entry = {
      lookup: { outcome, caller },
      expiresAt: expiresAt === undefined ? Infinity : Date.parse(expiresAt),
    };
    if (generation === this.generation) this.cache.set(token, entry);
    return this.judge(entry);
  }

  /** A token that is not known yet must not be called wrong: an IdP would give up. */
  private unknown(): Lookup {
    if (this.isComplete()) return UNKNOWN;
    throw new ReadModelsUnavailable('Credentials are still being read');
  }

  private judge({ lookup, expiresAt }: Entry): Lookup {
    return expiresAt <= this.now() ? { outcome: 'expired', caller: lookup.caller } : lookup;
  }
}
