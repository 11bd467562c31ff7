import {
  hashRandomSecret,
  hashSecret,
  takesWork,
  TooManySecrets,
  verifyRandomSecret,
  verifySecret,
} from './secret-hash.js';

describe('hashes of secrets', () => {
  it('say with what they were made, and differ from time to time', async () => {
    const [one, two] = await Promise.all([hashSecret('correct horse'), hashSecret('correct horse')]);
    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.toBe(two);
  });

  it('are of one secret alone, in whatever way its letters are composed', async () => {
    const hash = await hashSecret('pâssword');
    expect(await verifySecret('pâssword'.normalize('NFD'), hash)).toBe(true);
    expect(await verifySecret('password', hash)).toBe(false);
    expect(await verifySecret('', hash)).toBe(false);
  });

  it('of other parameters and other programs are read: RFC 7914 §12, third vector', async () => {
    const salt = Buffer.from('SodiumChloride').toString('base64url');
    const key = '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2';
    const hash = `$scrypt$ln=14,r=8,p=1$${salt}$${Buffer.from(key, 'hex').toString('base64url')}`;
    expect(await verifySecret('pleaseletmein', hash)).toBe(true);
  });

  it.each(['', '$scrypt$ln=14,r=8,p=5$$', 'plain', '$argon2id$v=19$x$y'])(
    'never fit what is none: %j',
    async (hash) => {
      expect(await verifySecret('', hash)).toBe(false);
      expect(await verifySecret(hash, hash)).toBe(false);
    },
  );

  it('of random secrets take no work, and are of one secret alone', async () => {
    const hash = hashRandomSecret('random');
    expect(hash).toMatch(/^\$sha256\$[\w-]{43}$/);
    for (const [secret, isRight] of [
      ['random', true],
      ['other', false],
      ['', false],
    ] as const) {
      // prettier-ignore
      expect(takesWork(secret, hash)).toBe(false);
      expect(await verifyRandomSecret(secret, hash)).toBe(isRight);
    }
    // Nobody signs in with what only looks like the hash of a password.
    expect(await verifySecret('random', hash)).toBe(false);
  });

  it('that older releases made of random secrets are known again, right or wrong', async () => {
    const hash = await hashSecret('random');
    for (const [secret, isRight] of [
      ['random', true],
      ['other', false],
    ] as const) {
      // prettier-ignore
      expect(takesWork(secret, hash)).toBe(true);
      expect(await verifyRandomSecret(secret, hash)).toBe(isRight);
      expect(takesWork(secret, hash)).toBe(false);
      expect(await verifyRandomSecret(secret, hash)).toBe(isRight);
    }
    expect(await verifyRandomSecret('random', await hashSecret('other'))).toBe(false);
  });

  it('are refused where too many are waited for, of one account and of all, and made again afterwards', async () => {
    const cheap = (salt: string) => `$scrypt$ln=1,r=1,p=1$${salt}$${Buffer.alloc(32).toString('base64url')}`;
    const asked = Array.from({ length: 72 }, (_, n) => verifySecret('x', cheap(`salt${n % 6}`)));
    const results = await Promise.allSettled(asked);
    const isRefused = (n: number): boolean => results[n]?.status === 'rejected';
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused[0]?.reason).toBeInstanceOf(TooManySecrets);
    expect(refused).toHaveLength(22);
    expect(results.findIndex((_, n) => isRefused(n))).toBe(50);
    const ofOne = await Promise.allSettled([
      ...Array.from({ length: 12 }, () => verifySecret('x', cheap('salt'))),
      verifySecret('x', cheap('other')),
    ]);
    expect(ofOne.map(({ status }) => status === 'fulfilled')).toEqual([...Array<boolean>(10).fill(true), false, false, true]); // prettier-ignore
    expect(await verifySecret('x', cheap('salt'))).toBe(false);
  });
});
