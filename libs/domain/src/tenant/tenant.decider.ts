import type { MatchingAttribute, TenantEvent } from './tenant.events.js';
import type { Tenant } from './tenant.js';
import { changeSettings, effectiveChanges, type TenantSettingsChanges } from './tenant-settings.js';

/** What an issued token leaves in the log. */
export interface CredentialFacts {
  readonly credentialId: string;
  readonly name: string;
  readonly tokenHash: string;
  readonly lastFour: string;
  readonly expiresAt?: string;
}

export type TenantCommand =
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
  | { type: 'RotateCredential'; credentialId: string; credential: CredentialFacts; validUntil?: string }
  | { type: 'RevokeCredential'; credentialId: string; reason: string }
  | { type: 'ExpireCredential'; credentialId: string };

/** A settings command that cannot be granted; `kind` tells the admin API how to answer. */
export class TenantError extends Error {
  override readonly name = 'TenantError';
  constructor(
    readonly kind: 'notFound' | 'conflict' | 'invalid',
    message: string,
    /** Name of the field that is not as it should be, where there is one. */
    readonly field?: string,
  ) {
    super(message);
  }
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
      const { connectionId } = requireCredential(tenant, command.credentialId);
      const { credentialId, credential, validUntil } = command;
      const replacedBy = credential.credentialId;
      return [
        issued(connectionId, credential),
        { type: 'CredentialRotated', data: { credentialId, replacedBy, ...(validUntil && { validUntil }) } },
      ];
    }
    case 'RevokeCredential': {
      requireCredential(tenant, command.credentialId);
      return [revoked(command.credentialId, command.reason)];
    }
    case 'ExpireCredential':
      // Every process that notices may say so; only the first makes it a fact.
      if (!Object.hasOwn(tenant.credentials, command.credentialId)) return [];
      return [{ type: 'CredentialExpired', data: { credentialId: command.credentialId } }];
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
    { type: 'ConnectionDeleted', data: { connectionId, reason } },
  ];
}

function issued(connectionId: string, credential: CredentialFacts): TenantEvent {
  return { type: 'CredentialIssued', data: { connectionId, ...credential } };
}

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
