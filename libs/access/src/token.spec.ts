import fc from 'fast-check';
import { hashToken, newToken, sameHash, TOKEN_LENGTH, tokenIn } from './token.js';

describe('tokens', () => {
  it('are 64 alphanumeric characters, and all letters come', () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const token = newToken();
      expect(token).toMatch(/^[A-Za-z0-9]{64}$/);
      for (const letter of token) seen.add(letter);
    }
    expect(TOKEN_LENGTH).toBe(64);
    expect(seen.size).toBe(62);
  });

  it.each([
    ['Bearer abc', 'abc'],
    ['bearer abc', 'abc'],
    ['abc', 'abc'],
    ['Bearer Bearer abc', 'abc'],
    ['  OAuth   abc  ', 'abc'],
    ['Basic c2NpbTphYmM=', 'abc'],
    ['basic OmE6Yg', 'a:b'],
    ['Basic YWJj', undefined],
    ['Basic c2NpbTo=', undefined],
    ['Basic', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('are read from %j as %j (A1, A10.1)', (header, token) => {
    expect(tokenIn(header)).toBe(token);
  });

  it('are the same in whatever case the scheme is written', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'Z', '7', '-', ' ', '\t', '\u00a0', 'é', '~'),
      minLength: 15,
      maxLength: 30,
    });
    fc.assert(fc.property(word, (token) => expect(tokenIn(`Bearer ${token}`)).toBe(tokenIn(`BEARER ${token}`))));
  });

  it('compare by their hashes', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(sameHash(hashToken(a), hashToken(b))).toBe(a === b);
      }),
    );
    expect(sameHash('ab', 'abc')).toBe(false);
  });
});
