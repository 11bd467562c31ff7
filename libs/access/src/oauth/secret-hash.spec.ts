import { hashSecret, TooManySecrets, verifyRandomSecret, verifySecret } from './secret-hash.js';

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

  it('are known again, and only with the secret they are of', async () => {
    const hash = await hashSecret('random');
    for (let n = 0; n < 2; n++) {
      expect(await verifyRandomSecret('random', hash)).toBe(true);
      expect(await verifyRandomSecret('other', hash)).toBe(false);
    }
    expect(await verifyRandomSecret('random', await hashSecret('other'))).toBe(false);
  });

  it('are refused where too many are waited for, and made again afterwards', async () => {
    const cheap = `$scrypt$ln=1,r=1,p=1$c2FsdA$${Buffer.alloc(32).toString('base64url')}`;
    const asked = Array.from({ length: 60 }, () => verifySecret('x', cheap));
    const results = await Promise.allSettled(asked);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBe(10);
    expect(refused[0]?.reason).toBeInstanceOf(TooManySecrets);
    expect(await verifySecret('x', cheap)).toBe(false);
  });
});
