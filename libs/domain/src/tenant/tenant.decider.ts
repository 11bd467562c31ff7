import type { MatchingAttribute, TenantEvent } from './tenant.events.js';
import type { Tenant } from './tenant.js';

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
  | {
      type: 'CreateConnection';
      connectionId: string;
      idp: string;
      name: string;
      matchingAttribute: MatchingAttribute;
      credential: CredentialFacts;
    }
  | { type: 'ChangeConnection'; connectionId: string; name?: string; matchingAttribute?: MatchingAttribute }
  | { type: 'DeleteConnection'; connectionId: string }
  | { type: 'IssueCredential'; connectionId: string; credential: CredentialFacts }
  | { type: 'RotateCredential'; credentialId: string; credential: CredentialFacts; validUntil?: string }
  | { type: 'RevokeCredential'; credentialId: string; reason: string }
  | { type: 'ExpireCredential'; credentialId: string };

/** A settings command that cannot be granted; `kind` tells the admin API how to answer. */
export class TenantError extends Error {
  override readonly name = 'TenantError';
  constructor(
    readonly kind: 'notFound' | 'conflict',
    message: string,
  ) {
    super(message);
  }
}

/** @throws TenantError */
export function decideTenant(tenant: Tenant, command: TenantCommand): TenantEvent[] {
  if (command.type === 'RegisterTenant') {
    if (tenant.status !== 'absent') throw new TenantError('conflict', `The slug "${command.slug}" is taken`);
    return [{ type: 'TenantRegistered', data: { slug: command.slug, name: command.name } }];
  }
  if (tenant.status === 'absent') throw new TenantError('notFound', 'No such tenant');
  switch (command.type) {
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
    case 'DeleteConnection':
      requireConnection(tenant, command.connectionId);
      return [
        ...Object.values(tenant.credentials)
          .filter(({ connectionId }) => connectionId === command.connectionId)
          .map(({ id }): TenantEvent => revoked(id, 'connection deleted')),
        { type: 'ConnectionDeleted', data: { connectionId: command.connectionId, reason: 'deleted' } },
      ];
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
