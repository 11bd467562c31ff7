import type { Scope } from '#domain';
import type { CollectionDefinition, Document } from '#read-models';

/** What codes and tokens have in common; `_id` is the SHA-256 of what the client holds, lower-case hex. */
interface Granted extends Document {
  readonly tenant: string;
  readonly connectionId: string;
  readonly clientId: string;
  /** Of the client's secret when it was granted; under another one it counts no more. */
  readonly secretId: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch; from then on it is refused. */
  readonly expiresAt: number;
}

/** An authorization code, RFC 6749 §4.1.2. */
export interface CodeDocument extends Granted {
  readonly grantId: string;
  readonly redirectUri: string;
  /** RFC 7636, method S256. */
  readonly codeChallenge?: string;
  /** Milliseconds since the epoch. */
  readonly usedAt?: number;
}

export interface AccessTokenDocument extends Granted {
  /** Absent where nobody consented: the client asked for itself (RFC 6749 §4.4). */
  readonly grantId?: string;
}

export interface RefreshTokenDocument extends Granted {
  readonly grantId: string;
  /** When it was first exchanged, milliseconds since the epoch. */
  readonly usedAt?: number;
}

/** What was granted at once and ends together has ended; `_id` is the grant's. A mark, so that nothing written late undoes it. */
export interface EndedGrantDocument extends Document {
  readonly expiresAt: number;
}

const collection = (name: string): CollectionDefinition => ({
  name,
  indexes: [{ name: 'expiresAt', fields: ['expiresAt'] }],
});

export const CODES = collection('oauth-codes');
export const ACCESS_TOKENS = collection('oauth-access-tokens');
export const REFRESH_TOKENS = collection('oauth-refresh-tokens');
export const ENDED_GRANTS = collection('oauth-ended-grants');
