import {
  changeSettings,
  evolveOAuthClient,
  type Fact,
  type GuardEvent,
  type MatchingAttribute,
  type OAuthClient,
  type OAuthClientEvent,
  parseStream,
  type ProductEvent,
  type Scope,
  TENANT_STREAMS,
  type TenantEvent,
  type TenantSettings,
} from '#domain';
import type { CollectionDefinition, Document } from '#read-models';
import {
  foldHold,
  foldProduct,
  HOLDS,
  MAPPING_VERSIONS,
  PRODUCT_SETTINGS,
  touchesOfProduct,
} from './product-settings.projection.js';
import type { ProjectedEvent, Projection, Touch } from './projection.js';

export interface TenantDocument extends Document {
  readonly slug: string;
  readonly name: string;
  /** Absent: active. One that was deleted stays, for its history. */
  readonly status?: 'suspended' | 'deleted';
  /** Absent: as everybody is served. */
  readonly settings?: TenantSettings;
  readonly registeredAt: string;
  /** When it became what `status` says. */
  readonly statusSince?: string;
  readonly reason?: string;
}

export interface ConnectionDocument extends Document {
  readonly tenant: string;
  readonly connectionId: string;
  readonly idp: string;
  readonly name: string;
  readonly matchingAttribute: MatchingAttribute;
  readonly paused?: true;
  readonly createdAt: string;
}

/** A living credential; `_id` is the credential's id. */
export interface CredentialDocument extends Document {
  readonly tenant: string;
  readonly connectionId: string;
  readonly name: string;
  /** SHA-256 of the token, lower-case hex. */
  readonly tokenHash: string;
  readonly lastFour: string;
  readonly issuedAt: string;
  readonly expiresAt?: string;
  /** Absent: all. */
  readonly scopes?: readonly Scope[];
  /** Id of the credential that has taken its place; this one lives until `expiresAt`. */
  readonly replacedBy?: string;
}

/** A living OAuth client; `_id` is its `client_id`. */
export interface OAuthClientDocument extends Document, Omit<OAuthClient, 'id'> {
  readonly tenant: string;
}

export const TENANTS: CollectionDefinition = { name: 'tenants', indexes: [] };
export const CONNECTIONS: CollectionDefinition = {
  name: 'connections',
  indexes: [{ name: 'tenant', fields: ['tenant', '_id'] }],
};
export const CREDENTIALS: CollectionDefinition = {
  name: 'credentials',
  indexes: [
    { name: 'tokenHash', fields: ['tokenHash'] },
    { name: 'connection', fields: ['tenant', 'connectionId'] },
    { name: 'expiresAt', fields: ['expiresAt'] },
  ],
};

export const OAUTH_CLIENTS: CollectionDefinition = { name: 'oauth-clients', indexes: [] };

/** Tenants, their connections, living credentials and products, for the admin API and for those who check tokens. */
export const tenantSettings: Projection = {
  name: 'tenant-settings',
  collections: [TENANTS, CONNECTIONS, CREDENTIALS, OAUTH_CLIENTS, PRODUCT_SETTINGS, MAPPING_VERSIONS, HOLDS],
  streamPrefixes: [TENANT_STREAMS],
  touches(event): readonly Touch[] {
    const fact = event as unknown as TenantEvent;
    switch (fact.type) {
      case 'TenantRegistered':
      case 'TenantRenamed':
      case 'TenantSuspended':
      case 'TenantResumed':
      case 'TenantDeleted':
      case 'TenantSettingsChanged':
        return [{ collection: TENANTS.name, id: parseStream(event.stream).tenant }];
      case 'ConnectionCreated':
      case 'ConnectionChanged':
      case 'ConnectionPaused':
      case 'ConnectionResumed':
      case 'ConnectionDeleted':
        return [{ collection: CONNECTIONS.name, id: fact.data.connectionId }];
      case 'CredentialIssued':
      case 'CredentialRotated':
      case 'CredentialRevoked':
      case 'CredentialExpired':
        return [{ collection: CREDENTIALS.name, id: fact.data.credentialId }];
      case 'ProductEnabled':
      case 'ProductDisabled':
      case 'AttributeMappingChanged':
      case 'RoleMappingChanged':
        return touchesOfProduct(event);
      case 'DeprovisioningHeld':
      case 'DeprovisioningReleased':
      case 'DeprovisioningUndoStarted':
      case 'DeprovisioningUndone':
        return [{ collection: HOLDS.name, id: fact.data.holdId }];
      case 'OAuthClientRegistered':
      case 'OAuthClientChanged':
      case 'OAuthClientSecretRotated':
      case 'OAuthClientPasswordChanged':
      case 'OAuthClientDeleted':
        return [{ collection: OAUTH_CLIENTS.name, id: fact.data.clientId }];
    }
  },
  apply(document, event, { collection }) {
    if (collection === PRODUCT_SETTINGS.name) return foldProduct(document, event);
    if (collection === HOLDS.name) return foldHold(document, event);
    return fold(document, event);
  },
};

type SettingsDocument = TenantDocument | ConnectionDocument | CredentialDocument | OAuthClientDocument;

function fold(document: Document | undefined, event: ProjectedEvent): SettingsDocument | undefined {
  const fact = event as unknown as Fact<Exclude<TenantEvent, ProductEvent | GuardEvent>>;
  const { tenant } = parseStream(event.stream);
  const at = event.metadata.occurredAt;
  switch (fact.type) {
    case 'TenantRegistered':
      return { _id: tenant, ...fact.data, registeredAt: at };
    case 'TenantRenamed':
    case 'TenantSuspended':
    case 'TenantResumed':
    case 'TenantDeleted':
    case 'TenantSettingsChanged':
      return document && foldTenant(document as TenantDocument, fact);
    case 'ConnectionCreated':
      return { _id: fact.data.connectionId, tenant, ...fact.data, createdAt: at };
    case 'ConnectionChanged':
      return document && { ...(document as ConnectionDocument), ...fact.data };
    case 'ConnectionPaused':
      return document && { ...(document as ConnectionDocument), paused: true };
    case 'ConnectionResumed':
      return document && resumed(document as ConnectionDocument);
    case 'CredentialIssued': {
      const { credentialId, ...rest } = fact.data;
      return { _id: credentialId, tenant, ...rest, issuedAt: at };
    }
    case 'CredentialRotated': {
      const { validUntil: expiresAt, replacedBy } = fact.data;
      if (expiresAt === undefined) return undefined;
      return document && { ...(document as CredentialDocument), expiresAt, replacedBy };
    }
    case 'ConnectionDeleted':
    case 'CredentialRevoked':
    case 'CredentialExpired':
      return undefined;
    case 'OAuthClientRegistered':
    case 'OAuthClientChanged':
    case 'OAuthClientSecretRotated':
    case 'OAuthClientPasswordChanged':
    case 'OAuthClientDeleted':
      return foldOAuthClient(tenant, document as OAuthClientDocument | undefined, fact);
  }
}

function foldOAuthClient(
  tenant: string,
  document: OAuthClientDocument | undefined,
  fact: Fact<OAuthClientEvent>,
): OAuthClientDocument | undefined {
  const client = evolveOAuthClient(document && { id: document._id, ...document }, fact);
  if (!client) return undefined;
  const { id: _id, ...rest } = client;
  return { ...rest, _id, tenant };
}

function resumed({ paused: _paused, ...connection }: ConnectionDocument): ConnectionDocument {
  return connection;
}

type TenantFact = Extract<Fact<TenantEvent>, { type: `Tenant${string}` }>;

function foldTenant(tenant: TenantDocument, fact: TenantFact): TenantDocument {
  const { status: _status, statusSince: _since, reason: _reason, ...rest } = tenant;
  const statusSince = fact.metadata.occurredAt;
  switch (fact.type) {
    case 'TenantRegistered':
      return tenant;
    case 'TenantRenamed':
      return { ...tenant, name: fact.data.name };
    case 'TenantSuspended':
      return { ...rest, status: 'suspended', statusSince, ...fact.data };
    case 'TenantResumed':
      return rest;
    case 'TenantDeleted':
      return { ...rest, status: 'deleted', statusSince, ...fact.data };
    case 'TenantSettingsChanged':
      return { ...tenant, settings: changeSettings(tenant.settings ?? {}, fact.data.changes) };
  }
}
