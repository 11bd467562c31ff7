import { namesVersion, requireVersion, versionOf } from './version-precondition.js';

describe('entity tags (RFC 7644 §3.14)', () => {
  it.each([
    ['W/"7"', true],
    ['"7"', true],
    ['7', true],
    ['*', true],
    ['W/"1", W/"7"', true],
    ['W/"70"', false],
    ['W/"6"', false],
    ['', false],
  ])('%s names revision 7: %s', (header, named) => {
    expect(namesVersion(header, 7)).toBe(named);
  });

  it('without If-Match everything goes', () => {
    expect(() => requireVersion(undefined, 7)).not.toThrow();
    expect(() => requireVersion(versionOf(7), 7)).not.toThrow();
    expect(() => requireVersion(versionOf(6), 7)).toThrow(/version W\/"7"/);
  });
});
