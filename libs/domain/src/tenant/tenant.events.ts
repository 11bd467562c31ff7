import type { GuardEvent } from './guard.js';
import type { ProductEvent } from './product-settings.js';
import type { OAuthClientEvent } from './oauth-client.js';
import type { Scope } from './scopes.js';
import type { TenantSettingsChanges } from './tenant-settings.js';

/** Attribute by which a connection's IdP finds its users. */
export type MatchingAttribute = 'userName' | 'externalId' | 'email';

/** Facts about one tenant's settings: its connections and their credentials, and its products. Secrets appear as hashes only. */
export type TenantEvent =
  | ProductEvent
  | GuardEvent
  | OAuthClientEvent
  | { type: 'TenantRegistered'; data: { slug: string; name: string } }
  | { type: 'TenantRenamed'; data: { name: string } }
  /** From here on nobody speaks SCIM for the tenant, until it is resumed. */
  | { type: 'TenantSuspended'; data: { reason?: string } }
  | { type: 'TenantResumed'; data: Record<string, never> }
  /** The last fact of a tenant: access has ended, people stay as they were, and the slug is never given again. */
  | { type: 'TenantDeleted'; data: { reason: string } }
  | { type: 'TenantSettingsChanged'; data: { changes: TenantSettingsChanges } }
  | {
      type: 'ConnectionCreated';
      data: { connectionId: string; idp: string; name: string; matchingAttribute: MatchingAttribute };
    }
  | {
      type: 'ConnectionChanged';
      data: { connectionId: string; name?: string; matchingAttribute?: MatchingAttribute };
    }
  /** Its IdP is asked to come again later, until it is resumed. */
  | { type: 'ConnectionPaused'; data: { connectionId: string } }
  | { type: 'ConnectionResumed'; data: { connectionId: string } }
  | { type: 'ConnectionDeleted'; data: { connectionId: string; reason: string } }
  | {
      type: 'CredentialIssued';
      data: {
        credentialId: string;
        connectionId: string;
        name: string;
        /** SHA-256 of the token, lower-case hex; the token itself is shown once and kept nowhere. */
        tokenHash: string;
        lastFour: string;
        /** UTC; absent: never. */
        expiresAt?: string;
        /** What it may do; absent in events of before there were scopes: everything, as it could then. */
        scopes?: readonly Scope[];
      };
    }
  /** The old credential gave way to a new one, at once or at `validUntil`. */
  | { type: 'CredentialRotated'; data: { credentialId: string; replacedBy: string; validUntil?: string } }
  | { type: 'CredentialRevoked'; data: { credentialId: string; reason: string } }
  | { type: 'CredentialExpired'; data: { credentialId: string } };
