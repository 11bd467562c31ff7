import { type Scope, SCOPES } from '#domain';
import fc from 'fast-check';
import { missingScopes, scopeMaskOf } from './scope-mask.js';

describe('scope masks', () => {
  const someScopes = fc.subarray([...SCOPES]);

  it('miss exactly what is needed and not granted', () => {
    fc.assert(
      fc.property(someScopes, someScopes, (granted, needed) => {
        const missing = missingScopes(scopeMaskOf(granted), scopeMaskOf(needed));
        expect(missing).toEqual(needed.filter((scope) => !granted.includes(scope)));
      }),
    );
  });

  it('hold all where none are told, and nothing for a scope that nobody knows', () => {
    expect(missingScopes(scopeMaskOf(undefined), scopeMaskOf(SCOPES))).toEqual([]);
    expect(scopeMaskOf([])).toBe(0);
    expect(scopeMaskOf(['toString', 'get:roles'] as unknown as Scope[])).toBe(0);
  });
});
