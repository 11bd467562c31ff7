import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
export const TOKEN_LENGTH = 64;

/** 64 random alphanumeric characters (about 381 bits), each equally likely. */
export function newToken(): string {
  let token = '';
  while (token.length < TOKEN_LENGTH) {
    for (const byte of randomBytes(TOKEN_LENGTH * 2)) {
      // 248 is the largest multiple of 62 in a byte: above it the first letters would come more often.
      if (byte < 248 && token.length < TOKEN_LENGTH) token += ALPHABET[byte % ALPHABET.length];
    }
  }
  return token;
}

/** SHA-256, lower-case hex: what we keep of a token. It needs no salt, the token being random beyond guessing. */
export const hashToken = (token: string): string => hash('sha256', token, 'hex');

/** Whether two hashes of the same length are equal, in a time that does not tell where they differ. */
export function sameHash(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

/**
 * The token in an Authorization header as IdPs send it: `Bearer x` in any case, `OAuth x`, a bare `x`, a doubled
 * `Bearer Bearer x`, with stray spaces; or as the password of `Basic` (RFC 7617), whatever the name, for those that know
 * nothing else.
 */
export function tokenIn(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  if (isUsual(authorization)) return authorization.slice(USUAL_SCHEME.length);
  const words = authorization.trim().split(/\s+/);
  if (words.length === 2 && words[0]?.toLowerCase() === 'basic') return passwordIn(words[1] ?? '');
  while (words.length > 1 && /^(bearer|oauth)$/i.test(words[0] ?? '')) words.shift();
  const [token] = words;
  return words.length === 1 && token !== undefined && token !== '' && !/^(bearer|oauth|basic)$/i.test(token)
    ? token
    : undefined;
}

const USUAL_SCHEME = 'Bearer ';
/** Longer than any word that stands for a scheme. */
const MIN_USUAL_LENGTH = USUAL_SCHEME.length + 20;

/** Whether this is how nearly all of them come: one space, then one word of visible ASCII to the end. */
function isUsual(authorization: string): boolean {
  if (authorization.length < MIN_USUAL_LENGTH || !authorization.startsWith(USUAL_SCHEME)) return false;
  for (let i = USUAL_SCHEME.length; i < authorization.length; i++) {
    const code = authorization.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
  }
  return true;
}

function passwordIn(credentials: string): string | undefined {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1) || undefined;
}
