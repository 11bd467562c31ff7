/** Attribute by which a connection's IdP finds its users. */
export type MatchingAttribute = 'userName' | 'externalId' | 'email';

/** Facts about one tenant's settings: its connections and their credentials. Secrets appear as hashes only. */
export type TenantEvent =
  | { type: 'TenantRegistered'; data: { slug: string; name: string } }
  | {
      type: 'ConnectionCreated';
      data: { connectionId: string; idp: string; name: string; matchingAttribute: MatchingAttribute };
    }
  | {
      type: 'ConnectionChanged';
      data: { connectionId: string; name?: string; matchingAttribute?: MatchingAttribute };
    }
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
      };
    }
  /** The old credential gave way to a new one, at once or at `validUntil`. */
  | { type: 'CredentialRotated'; data: { credentialId: string; replacedBy: string; validUntil?: string } }
  | { type: 'CredentialRevoked'; data: { credentialId: string; reason: string } }
  | { type: 'CredentialExpired'; data: { credentialId: string } };
