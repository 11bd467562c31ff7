import { ENTERPRISE_USER_SCHEMA, parseFilter, userModel } from '#scim';
import { hintsIn, unknownAttributesIn } from './find-hints.js';

describe('unknownAttributesIn', () => {
  it.each([
    ['userName eq "a" and emails[type eq "work"].value pr', []],
    ['email co "x"', ['email']],
    ['not (emails.nothing pr) or manager.value eq "1"', ['emails.nothing']],
    ['urn:x:y:1.0:User:shoe eq "1"', ['urn:x:y:1.0:User:shoe']],
    ['things[type eq "x"]', ['things']],
    [`${ENTERPRISE_USER_SCHEMA}:department eq "x"`, []],
    ['meta.created gt "2026-01-01T00:00:00Z" and id pr', []],
  ])('%s → %j', (filter, unknown) => {
    expect(unknownAttributesIn(parseFilter(filter, userModel))).toEqual(unknown);
  });
});

describe('hintsIn', () => {
  it('finds attributes under a URN that is not theirs, and URNs nobody declared', () => {
    const hints = hintsIn(userModel, {
      userName: 'a',
      department: 'x',
      country: 'NO',
      [ENTERPRISE_USER_SCHEMA]: { title: 'x', displayName: 'manager', jobCode: '7', department: 'y' },
      'urn:x:y:1.0:User': { a: '1' },
    });
    expect(hints.map(({ cause, detail }) => [cause, /"([^"]*)"/.exec(detail)?.[1]])).toEqual([
      ['wrongNamespace', 'department'],
      ['wrongNamespace', 'title'],
      ['undeclaredExtension', 'urn:x:y:1.0:User'],
    ]);
  });
});
