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
/** The same of one account, so that guesses at one leave room for the others. */
const MAX_WAITING_PER_HASH = 10;

/** More secrets are to be hashed than can be in good time; the caller may ask again. */
export class TooManySecrets extends Error {
  override readonly name = 'TooManySecrets';
}

/** scrypt (RFC 7914) with a salt, as `$scrypt$ln=14,r=8,p=5$salt$hash`, both base64url. */
export async function hashSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const parameters = { ln: LOG2_COST, r: BLOCK_SIZE, p: PARALLELISM };
  const hash = await derive(salt.toString('base64url'), secret, salt, parameters);
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
  const derived = await derive(hash, secret, Buffer.from(salt, 'base64url'), parameters);
  const expected = Buffer.from(wanted, 'base64url');
  return derived.length === expected.length && timingSafeEqual(derived, expected);
}

/** SHA-256, as `$sha256$hash`, base64url: for secrets made here, of which there are too many to be guessed. */
export const hashRandomSecret = (secret: string): string => `$sha256$${digest('sha256', secret, 'base64url')}`;

const RANDOM_HASH = /^\$sha256\$([\w-]{43})$/;

/** What was found lately of secrets whose hashes older releases made by scrypt, by digests of both. */
const found = new LRUCache<string, boolean>({ max: 10_000 });
const keyOf = (secret: string, hash: string): string => digest('sha256', `${hash}\0${secret}`, 'base64');

/**
 * Whether the hash is one of a secret that was made here: of {@link hashRandomSecret}, or of {@link hashSecret}, which older
 * releases took. The work of that is done once per secret, as long as it is remembered.
 */
export async function verifyRandomSecret(secret: string, hash: string): Promise<boolean> {
  const wanted = RANDOM_HASH.exec(hash)?.[1];
  if (wanted !== undefined) {
    return timingSafeEqual(digest('sha256', secret, 'buffer'), Buffer.from(wanted, 'base64url'));
  }
  const key = keyOf(secret, hash);
  const known = found.get(key);
  if (known !== undefined) return known;
  const isRight = await verifySecret(secret, hash);
  found.set(key, isRight);
  return isRight;
}

/** Whether {@link verifyRandomSecret} would have to work for its answer. */
export const takesWork = (secret: string, hash: string): boolean => HASH.test(hash) && !found.has(keyOf(secret, hash));

let waiting = 0;
const waitingFor = new Map<string, number>();
let last: Promise<unknown> = Promise.resolve();

/**
 * One after the other: the threads that would hash side by side are those that write the log.
 * @param account what the guesses would be at
 */
async function derive(
  account: string,
  secret: string,
  salt: Buffer,
  cost: { ln: number; r: number; p: number },
): Promise<Buffer> {
  const before = waitingFor.get(account) ?? 0;
  if (waiting >= MAX_WAITING || before >= MAX_WAITING_PER_HASH) {
    throw new TooManySecrets('Too many secrets are being checked');
  }
  waiting++;
  waitingFor.set(account, before + 1);
  const turn = last.then(() => scrypted(secret, salt, { N: 2 ** cost.ln, r: cost.r, p: cost.p }));
  last = turn.catch(() => undefined);
  try {
    return await turn;
  } finally {
    waiting--;
    const left = (waitingFor.get(account) ?? 1) - 1;
    if (left > 0) waitingFor.set(account, left);
    else waitingFor.delete(account);
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
