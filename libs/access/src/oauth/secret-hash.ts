import { hash as digest, randomBytes, scrypt, type ScryptOptions, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/** N = 2^14, r = 8, p = 5: 16 MiB and about a tenth of a second, as OWASP's password storage page asks for scrypt. */
const LOG2_COST = 14;
const BLOCK_SIZE = 8;
const PARALLELISM = 5;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Of hashes that are waited for; more are refused, for whoever sends them guesses. */
const MAX_WAITING = 50;

/** More secrets are to be hashed than can be in good time; the caller may ask again. */
export class TooManySecrets extends Error {
  override readonly name = 'TooManySecrets';
}

/** scrypt (RFC 7914) with a salt, as `$scrypt$ln=14,r=8,p=5$salt$hash`, both base64url. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const parameters = { ln: LOG2_COST, r: BLOCK_SIZE, p: PARALLELISM };
  const hash = await derive(secret, salt, parameters);
  const written = `ln=${parameters.ln},r=${parameters.r},p=${parameters.p}`;
  return ['', 'scrypt', written, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

const HASH = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w-]+)\$([\w-]+)$/;

/**
 * Whether the hash is one of the secret. Takes as long for a wrong one as for the right one.
 * @param hash of {@link hashSecret}, also with parameters of other releases
 */
export async function verifySecret(secret: string, hash: string): Promise<boolean> {
  const [, ln, r, p, salt, wanted] = HASH.exec(hash) ?? [];
  if (salt === undefined || wanted === undefined) return false;
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  const found = await derive(secret, Buffer.from(salt, 'base64url'), parameters);
  const expected = Buffer.from(wanted, 'base64url');
  return found.length === expected.length && timingSafeEqual(found, expected);
}

/** Client secrets found right lately, as digests together with their hashes. */
const right = new LRUCache<string, true>({ max: 1_000 });

/**
 * {@link verifySecret} for secrets that are random beyond guessing and come often: one that was right is known again without
 * the work, which is there for those that people choose.
 */
export async function verifyRandomSecret(secret: string, hash: string): Promise<boolean> {
  const key = digest('sha256', `${hash}\0${secret}`, 'base64');
  if (right.has(key)) return true;
  const isRight = await verifySecret(secret, hash);
  if (isRight) right.set(key, true);
  return isRight;
}

let waiting = 0;
let last: Promise<unknown> = Promise.resolve();

/** One after the other: the threads that would hash side by side are those that write the log. */
async function derive(secret: string, salt: Buffer, cost: { ln: number; r: number; p: number }): Promise<Buffer> {
  if (waiting >= MAX_WAITING) throw new TooManySecrets('Too many secrets are being checked');
  waiting++;
  const turn = last.then(() => scrypted(secret, salt, { N: 2 ** cost.ln, r: cost.r, p: cost.p }));
  last = turn.catch(() => undefined);
  try {
    return await turn;
  } finally {
    waiting--;
  }
}

const scrypted = (secret: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const maxmem = 2 * 128 * (options.N ?? 1) * (options.r ?? 1) + 2 ** 20;
    // What looks the same is the same: a password typed on another keyboard may come composed otherwise.
    scrypt(secret.normalize('NFC'), salt, HASH_BYTES, { ...options, maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
