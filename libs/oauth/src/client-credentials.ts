import type { Parameters } from './parameters.js';
import { OAuthRefusal } from './refusal.js';

export interface ClientCredentials {
  readonly id: string;
  readonly secret: string;
  /** They came in the header, so a refusal has to name the scheme (RFC 6749 §5.2). */
  readonly usedHeader: boolean;
}

/** RFC 6749 §2.3.1: from `Basic`, or from the form. @throws OAuthRefusal where there are none */
export function clientCredentialsIn(authorization: string | undefined, parameters: Parameters): ClientCredentials {
  const [scheme = '', encoded = ''] = (authorization ?? '').trim().split(/\s+/);
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    return { id: text.slice(0, Math.max(colon, 0)), secret: text.slice(colon + 1), usedHeader: true };
  }
  const { client_id: id, client_secret: secret } = parameters;
  if (id !== undefined && secret !== undefined) return { id, secret, usedHeader: false };
  throw new OAuthRefusal('invalid_client', 'Send client ID and secret as Basic authentication or in the form', 401);
}
