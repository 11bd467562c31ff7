import type { Fact } from '../facts.js';
import type { MatchingAttribute, TenantEvent } from './tenant.events.js';
import { evolveHolds, type Hold } from './guard.js';
import { evolveProduct, type ProductSettings, productSettingsOf } from './product-settings.js';
import { evolveOAuthClient, type OAuthClient } from './oauth-client.js';
import { type Scope, SCOPES } from './scopes.js';
import { changeSettings, type TenantSettings } from './tenant-settings.js';

export interface Credential {
  readonly id: string;
  readonly connectionId: string;
  readonly name: string;
  readonly tokenHash: string;
  readonly lastFour: string;
  readonly issuedAt: string;
  readonly expiresAt?: string;
  readonly scopes: readonly Scope[];
  /** Id of the credential that has taken its place; this one lives until `expiresAt`. */
  readonly replacedBy?: string;
}

export interface Connection {
  readonly id: string;
  readonly idp: string;
  readonly name: string;
  readonly matchingAttribute: MatchingAttribute;
  readonly paused: boolean;
  readonly createdAt: string;
}

/** What is remembered of a connection that is no more, for those who ask what its requests were. */
export interface DeletedConnection extends Connection {
  readonly deletedAt: string;
}

/** A tenant's settings as they stand; of what has ended, only which connections there were. */
export interface Tenant {
  /** `deleted` is for good. */
  readonly status: 'absent' | 'active' | 'suspended' | 'deleted';
  readonly slug: string;
  readonly name: string;
  readonly registeredAt: string;
  /** When it was suspended or deleted, and why, where somebody said so. */
  readonly statusSince?: string;
  readonly reason?: string;
  readonly settings: TenantSettings;
  readonly connections: Readonly<Record<string, Connection>>;
  readonly deletedConnections: Readonly<Record<string, DeletedConnection>>;
  readonly credentials: Readonly<Record<string, Credential>>;
  /** By the product's id; none for a product served as everybody is. */
  readonly products: Readonly<Record<string, ProductSettings>>;
  /** Mass departures that wait for an admin, by id. */
  readonly holds: Readonly<Record<string, Hold>>;
  readonly oauthClients: Readonly<Record<string, OAuthClient>>;
}

export const absentTenant: Tenant = {
  status: 'absent',
  slug: '',
  name: '',
  registeredAt: '',
  settings: {},
  connections: {},
  deletedConnections: {},
  credentials: {},
  products: {},
  holds: {},
  oauthClients: {},
};

export function evolveTenant(tenant: Tenant, event: Fact<TenantEvent>): Tenant {
  const at = event.metadata.occurredAt;
  switch (event.type) {
    case 'TenantRegistered':
      return { ...tenant, ...event.data, status: 'active', registeredAt: at };
    case 'TenantRenamed':
      return { ...tenant, name: event.data.name };
    case 'TenantSuspended':
      return { ...withoutReason(tenant), status: 'suspended', statusSince: at, ...event.data };
    case 'TenantResumed':
      return { ...withoutReason(tenant), status: 'active' };
    case 'TenantDeleted': {
      const { reason } = event.data;
      const deletedConnections = Object.keys(tenant.connections).reduce(
        (deleted, id) => withDeleted(deleted, tenant.connections[id], at),
        tenant.deletedConnections,
      );
      const gone = { connections: {}, deletedConnections, credentials: {}, oauthClients: {} };
      return { ...withoutReason(tenant), ...gone, status: 'deleted', statusSince: at, reason };
    }
    case 'TenantSettingsChanged':
      return { ...tenant, settings: changeSettings(tenant.settings, event.data.changes) };
    case 'ConnectionCreated': {
      const { connectionId: id, idp, name, matchingAttribute } = event.data;
      const connection: Connection = { id, idp, name, matchingAttribute, paused: false, createdAt: at };
      return { ...tenant, connections: { ...tenant.connections, [id]: connection } };
    }
    case 'ConnectionChanged': {
      const { connectionId, ...changes } = event.data;
      return withConnection(tenant, connectionId, changes);
    }
    case 'ConnectionPaused':
      return withConnection(tenant, event.data.connectionId, { paused: true });
    case 'ConnectionResumed':
      return withConnection(tenant, event.data.connectionId, { paused: false });
    case 'ConnectionDeleted': {
      const { connectionId } = event.data;
      const deletedConnections = withDeleted(tenant.deletedConnections, tenant.connections[connectionId], at);
      return { ...tenant, connections: without(tenant.connections, connectionId), deletedConnections };
    }
    case 'CredentialIssued': {
      const { credentialId: id, connectionId, name, tokenHash, lastFour, expiresAt, scopes = SCOPES } = event.data;
      const credential: Credential = {
        id,
        connectionId,
        name,
        tokenHash,
        lastFour,
        issuedAt: at,
        scopes,
        ...(expiresAt && { expiresAt }),
      };
      return { ...tenant, credentials: { ...tenant.credentials, [id]: credential } };
    }
    case 'CredentialRotated': {
      const { credentialId, replacedBy, validUntil } = event.data;
      const credential = tenant.credentials[credentialId];
      if (!credential || !validUntil) return { ...tenant, credentials: without(tenant.credentials, credentialId) };
      return {
        ...tenant,
        credentials: { ...tenant.credentials, [credentialId]: { ...credential, expiresAt: validUntil, replacedBy } },
      };
    }
    case 'ProductEnabled':
    case 'ProductDisabled':
    case 'AttributeMappingChanged':
    case 'RoleMappingChanged': {
      const { product } = event.data;
      const settings = evolveProduct(productSettingsOf(tenant.products, product), event);
      return { ...tenant, products: { ...tenant.products, [product]: settings } };
    }
    case 'DeprovisioningHeld':
    case 'DeprovisioningReleased':
    case 'DeprovisioningUndoStarted':
    case 'DeprovisioningUndone':
      return { ...tenant, holds: evolveHolds(tenant.holds, event) };
    case 'CredentialRevoked':
    case 'CredentialExpired':
      return { ...tenant, credentials: without(tenant.credentials, event.data.credentialId) };
    case 'OAuthClientRegistered':
    case 'OAuthClientChanged':
    case 'OAuthClientSecretRotated':
    case 'OAuthClientPasswordChanged':
    case 'OAuthClientDeleted': {
      const { clientId } = event.data;
      const client = evolveOAuthClient(tenant.oauthClients[clientId], event);
      const others = without(tenant.oauthClients, clientId);
      return { ...tenant, oauthClients: client ? { ...others, [clientId]: client } : others };
    }
  }
}

function withoutReason({ statusSince: _since, reason: _reason, ...tenant }: Tenant): Tenant {
  return tenant;
}

function withConnection(tenant: Tenant, id: string, changes: Partial<Connection>): Tenant {
  const connection = tenant.connections[id];
  if (!connection) return tenant;
  return { ...tenant, connections: { ...tenant.connections, [id]: { ...connection, ...changes } } };
}

function withDeleted(
  deleted: Tenant['deletedConnections'],
  connection: Connection | undefined,
  deletedAt: string,
): Tenant['deletedConnections'] {
  return connection ? { ...deleted, [connection.id]: { ...connection, deletedAt } } : deleted;
}

function without<T>(record: Readonly<Record<string, T>>, id: string): Readonly<Record<string, T>> {
  const { [id]: _gone, ...rest } = record;
  return rest;
}
