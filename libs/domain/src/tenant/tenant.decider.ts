import { SettingsError } from '../settings-error.js';
import { decideGuard } from './guard.decider.js';
import type { GuardCommand } from './guard.js';
import { decideProduct, type ProductCommand } from './product.decider.js';
import type { MatchingAttribute, TenantEvent } from './tenant.events.js';
import { decideOAuthClient, type OAuthClientCommand, oauthClientDeleted } from './oauth-client.js';
import { orderScopes, type Scope } from './scopes.js';
import type { Credential, Tenant } from './tenant.js';
import { changeSettings, effectiveChanges, type TenantSettingsChanges } from './tenant-settings.js';

/** What an issued token leaves in the log. */
export interface CredentialFacts {
  readonly credentialId: string;
  readonly name: string;
  readonly tokenHash: string;
  readonly lastFour: string;
  readonly expiresAt?: string;
  /** At least one. */
  readonly scopes: readonly Scope[];
}

/** What a token is given that takes another's place; what is left out, it takes over. */
export interface SuccessorFacts {
  readonly credentialId: string;
  readonly tokenHash: string;
  readonly lastFour: string;
  readonly name?: string | undefined;
  /** Null: never. Left out: as long after its issue as the old one's. */
  readonly expiresAt?: string | null | undefined;
}

export type TenantCommand =
  | ProductCommand
  | GuardCommand
  | OAuthClientCommand
  | { type: 'RegisterTenant'; slug: string; name: string }
  | { type: 'RenameTenant'; name: string }
  | { type: 'SuspendTenant'; reason?: string }
  | { type: 'ResumeTenant' }
  /** `confirmedSlug` is the slug as somebody typed it once more. */
  | { type: 'DeleteTenant'; confirmedSlug: string; reason: string }
  | { type: 'ChangeTenantSettings'; changes: TenantSettingsChanges }
  | {
      type: 'CreateConnection';
      connectionId: string;
      idp: string;
      name: string;
      matchingAttribute: MatchingAttribute;
      credential: CredentialFacts;
    }
  | { type: 'ChangeConnection'; connectionId: string; name?: string; matchingAttribute?: MatchingAttribute }
  | { type: 'PauseConnection'; connectionId: string }
  | { type: 'ResumeConnection'; connectionId: string }
  | { type: 'DeleteConnection'; connectionId: string }
  | { type: 'IssueCredential'; connectionId: string; credential: CredentialFacts }
  | {
      type: 'RotateCredential';
      credentialId: string;
      successor: SuccessorFacts;
      /** For how long the old one goes on working; 0: it stops at once. */
      graceSeconds: number;
      /** Now, UTC with milliseconds. */
      at: string;
    }
  | { type: 'RevokeCredential'; credentialId: string; reason: string }
  | { type: 'ExpireCredential'; credentialId: string };

/** A command about a tenant that cannot be granted. */
export class TenantError extends SettingsError {
  override readonly name = 'TenantError';
}

/** @throws TenantError */
export function decideTenant(tenant: Tenant, command: TenantCommand): TenantEvent[] {
  if (command.type === 'RegisterTenant') {
    if (tenant.status !== 'absent') throw slugTaken(tenant, command.slug);
    return [{ type: 'TenantRegistered', data: { slug: command.slug, name: command.name } }];
  }
  if (tenant.status === 'absent' || tenant.status === 'deleted') throw new TenantError('notFound', 'No such tenant');
  switch (command.type) {
    case 'RenameTenant':
      return command.name === tenant.name ? [] : [{ type: 'TenantRenamed', data: { name: command.name } }];
    case 'SuspendTenant': {
      const { reason } = command;
      if (tenant.status === 'suspended') return [];
      return [{ type: 'TenantSuspended', data: reason === undefined ? {} : { reason } }];
    }
    case 'ResumeTenant':
      return tenant.status === 'suspended' ? [{ type: 'TenantResumed', data: {} }] : [];
    case 'DeleteTenant':
      if (command.confirmedSlug !== tenant.slug) {
        throw new TenantError('invalid', 'Type the slug of the tenant again to delete it', 'confirm');
      }
      return [
        ...Object.keys(tenant.connections).flatMap((id) => connectionGone(tenant, id, 'tenant deleted')),
        { type: 'TenantDeleted', data: { reason: command.reason } },
      ];
    case 'ChangeTenantSettings': {
      const changes = effectiveChanges(tenant.settings, command.changes);
      if (Object.keys(changes).length === 0) return [];
      const { defaultPageSize = 0, maxPageSize = Infinity } = changeSettings(tenant.settings, changes);
      if (defaultPageSize > maxPageSize) {
        throw new TenantError('invalid', `must not be more than maxPageSize, ${maxPageSize}`, 'defaultPageSize');
      }
      return [{ type: 'TenantSettingsChanged', data: { changes } }];
    }
    case 'CreateConnection': {
      const { connectionId, idp, name, matchingAttribute } = command;
      return [
        { type: 'ConnectionCreated', data: { connectionId, idp, name, matchingAttribute } },
        issued(connectionId, command.credential),
      ];
    }
    case 'ChangeConnection': {
      const connection = requireConnection(tenant, command.connectionId);
      const { type: _type, connectionId, ...wanted } = command;
      const changes = Object.entries(wanted).filter(([name, value]) => connection[name as 'name'] !== value);
      if (changes.length === 0) return [];
      return [{ type: 'ConnectionChanged', data: { connectionId, ...Object.fromEntries(changes) } }];
    }
    case 'PauseConnection': {
      const { id: connectionId, paused } = requireConnection(tenant, command.connectionId);
      return paused ? [] : [{ type: 'ConnectionPaused', data: { connectionId } }];
    }
    case 'ResumeConnection': {
      const { id: connectionId, paused } = requireConnection(tenant, command.connectionId);
      return paused ? [{ type: 'ConnectionResumed', data: { connectionId } }] : [];
    }
    case 'DeleteConnection':
      requireConnection(tenant, command.connectionId);
      return connectionGone(tenant, command.connectionId, 'deleted');
    case 'IssueCredential':
      requireConnection(tenant, command.connectionId);
      return [issued(command.connectionId, command.credential)];
    case 'RotateCredential': {
      const old = requireCredential(tenant, command.credentialId);
      if (old.replacedBy !== undefined) {
        const detail = `The token was rotated already: ${old.replacedBy} has taken its place. Rotate that one, or revoke this one to end its grace.`;
        throw new TenantError('conflict', detail);
      }
      return rotated(old, command);
    }
    case 'RevokeCredential': {
      requireCredential(tenant, command.credentialId);
      return [revoked(command.credentialId, command.reason)];
    }
    case 'EnableProduct':
    case 'DisableProduct':
    case 'ChangeAttributeMapping':
    case 'ChangeRoleMapping':
      return decideProduct(tenant, command);
    case 'HoldDeprovisioning':
    case 'ReleaseDeprovisioning':
    case 'StartUndo':
    case 'FinishUndo':
      return decideGuard(tenant, command);
    case 'ExpireCredential':
      // Every process that notices may say so; only the first makes it a fact.
      if (!Object.hasOwn(tenant.credentials, command.credentialId)) return [];
      return [{ type: 'CredentialExpired', data: { credentialId: command.credentialId } }];
    case 'RegisterOAuthClient':
      requireConnection(tenant, command.connectionId);
      return decideOAuthClient(tenant.oauthClients, command);
    case 'ChangeOAuthClient':
    case 'RotateOAuthClientSecret':
    case 'ChangeOAuthClientPassword':
    case 'DeleteOAuthClient':
      return decideOAuthClient(tenant.oauthClients, command);
  }
}

function slugTaken({ status }: Tenant, slug: string): TenantError {
  const why = status === 'deleted' ? 'belonged to a tenant that was deleted, and is never given again' : 'is taken';
  return new TenantError('conflict', `The slug "${slug}" ${why}`, 'slug');
}

/** The end of a connection and of everything that speaks for it. */
function connectionGone(tenant: Tenant, connectionId: string, reason: string): TenantEvent[] {
  const why = reason === 'deleted' ? 'connection deleted' : reason;
  return [
    ...Object.values(tenant.credentials)
      .filter((credential) => credential.connectionId === connectionId)
      .map(({ id }): TenantEvent => revoked(id, why)),
    ...Object.values(tenant.oauthClients)
      .filter((client) => client.connectionId === connectionId)
      .map(({ id }) => oauthClientDeleted(id, why)),
    { type: 'ConnectionDeleted', data: { connectionId, reason } },
  ];
}

function issued(connectionId: string, credential: CredentialFacts): TenantEvent {
  const scopes = orderScopes(credential.scopes);
  if (scopes.length === 0) throw new TenantError('invalid', 'A token needs at least one scope', 'scopes');
  return { type: 'CredentialIssued', data: { connectionId, ...credential, scopes } };
}

function rotated(old: Credential, command: TenantCommand & { type: 'RotateCredential' }): TenantEvent[] {
  const { successor, graceSeconds, at } = command;
  const { name = old.name, expiresAt = lifetimeFrom(at, old), ...token } = successor;
  const graceEnd = laterBy(at, graceSeconds * 1_000);
  // Grace never makes a token live longer than it was to live.
  const validUntil = old.expiresAt !== undefined && old.expiresAt < graceEnd ? old.expiresAt : graceEnd;
  const { connectionId, scopes } = old;
  return [
    issued(connectionId, { ...token, name, scopes, ...(expiresAt !== null && { expiresAt }) }),
    {
      type: 'CredentialRotated',
      data: { credentialId: old.id, replacedBy: token.credentialId, ...(validUntil > at && { validUntil }) },
    },
  ];
}

/** When a token ends that is issued now and lives as long as `old` was to live; null: never. */
function lifetimeFrom(at: string, { issuedAt, expiresAt }: Credential): string | null {
  return expiresAt === undefined ? null : laterBy(at, Date.parse(expiresAt) - Date.parse(issuedAt));
}

const laterBy = (time: string, milliseconds: number): string => new Date(Date.parse(time) + milliseconds).toISOString();

const revoked = (credentialId: string, reason: string): TenantEvent => ({
  type: 'CredentialRevoked',
  data: { credentialId, reason },
});

function requireConnection(tenant: Tenant, id: string) {
  const connection = Object.hasOwn(tenant.connections, id) ? tenant.connections[id] : undefined;
  if (!connection) throw new TenantError('notFound', 'No such connection');
  return connection;
}

function requireCredential(tenant: Tenant, id: string) {
  const credential = Object.hasOwn(tenant.credentials, id) ? tenant.credentials[id] : undefined;
  if (!credential) throw new TenantError('notFound', 'No such credential');
  return credential;
}
