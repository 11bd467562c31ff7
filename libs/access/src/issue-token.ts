import type { CredentialFacts } from '#domain';
import { hashToken, newToken } from './token.js';

/** A token, which is shown once, and what the log keeps of it. */
export interface IssuedToken {
  readonly token: string;
  readonly credential: CredentialFacts;
}

export function issueToken(about: Omit<CredentialFacts, 'tokenHash' | 'lastFour'>): IssuedToken {
  const token = newToken();
  return { token, credential: { ...about, tokenHash: hashToken(token), lastFour: token.slice(-4) } };
}
