import fc from 'fast-check';
import { userModel } from '../schema/models.js';
import type { JsonValue } from '../schema/schema.types.js';
import { matchesFilter } from './filter-matcher.js';
import { parseFilter } from './filter-parser.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const ana: JsonValue = {
  id: 'A1',
  externalId: 'Ext1',
  meta: { created: '2026-01-01T00:00:00Z', lastModified: '2026-01-01T02:00:00+01:00' },
  userName: 'Ana@Example.com',
  name: { familyName: 'Strauß', givenName: 'Ana' },
  active: true,
  emails: [
    { value: 'ana@example.com', type: 'work', primary: true },
    { value: 'ana@home.example', type: 'home' },
  ],
  shoeSize: 38,
  tags: ['Red', 'Blue'],
  [ENT]: { employeeNumber: '007', manager: { value: 'M1' } },
  'urn:acme:1.0:User': { Badge: 'X9', extension_0f_Hat: true },
};

describe('matchesFilter', () => {
  it.each([
    // C2.9 letter case follows caseExact
    ['userName eq "ANA@EXAMPLE.COM"', true],
    ['externalId eq "ext1"', false],
    ['externalId eq "Ext1"', true],
    ['id eq "a1"', false],
    ['emails.value eq "ANA@home.example"', true],
    // C2.5 any value; one element inside brackets
    ['emails.type eq "work" and emails.value co "@home."', true],
    ['emails[type eq "work" and value co "@home."]', false],
    ['emails[type eq "work"].value eq "ana@example.com"', true],
    ['emails[type eq "work"].value eq "ana@home.example"', false],
    ['emails co "home.ex"', true],
    ['emails sw "home"', false],
    ['emails ew "HOME.EXAMPLE"', true],
    ['emails[not (type eq "work")]', true],
    ['emails[not (type pr)]', false],
    // C2.6 ne is the negation of eq
    ['emails.type ne "work"', false],
    ['emails.type ne "other"', true],
    ['title ne "x"', true],
    ['not (title eq "x")', true],
    ['emails[type ne "work"]', true],
    // C2.4 presence
    ['title pr', false],
    ['name pr', true],
    ['name.middleName pr', false],
    ['title eq null', true],
    ['title eq ""', true],
    ['userName ne null', true],
    ['userName ne ""', true],
    [`${ENT} pr`, true],
    // C2.8 ordering
    ['userName gt "ana@a"', true],
    ['userName le "ana@a"', false],
    ['meta.created eq "2026-01-01T01:00:00+01:00"', true],
    ['meta.lastModified gt "2026-01-01T00:59:59.999Z"', true],
    ['meta.lastModified le "2026-01-01T01:00:00Z"', true],
    ['meta.created sw "2026-01"', true],
    ['meta.location ne "x"', true],
    // C2.9 booleans as text
    ['active eq "True"', true],
    ['active eq "false"', false],
    ['emails[primary eq "TRUE"]', true],
    // C2.10 attributes that no schema knows
    ['email eq "x"', false],
    ['email ne "x"', false],
    ['not (email eq "x")', true],
    ['SHOESIZE eq 38', true],
    ['shoeSize eq "38"', true],
    ['shoeSize gt 37.5', true],
    ['shoeSize gt "37"', false],
    ['shoeSize ne 38', false],
    ['shoeSize ne 39', true],
    ['tags eq "red"', true],
    ['tags ne "green"', true],
    ['tags[value eq "red"]', false],
    ['urn:acme:1.0:User:badge eq "x9"', true],
    ['URN:ACME:1.0:USER:EXTENSION_0F_HAT eq "True"', true],
    ['urn:acme:1.0:User pr', true],
    // extensions and the bare name of one of theirs
    [`${ENT}:employeeNumber eq 007`, null],
    [`${ENT}:employeeNumber eq "007"`, true],
    ['manager eq "M1"', true],
    ['manager.value eq "m1"', false],
    ['department eq "x"', false],
    // precedence: and before or
    ['userName pr or title pr and title pr', true],
    ['(userName pr or title pr) and title pr', false],
  ])('%s → %s', (filter, expected) => {
    if (expected === null) expect(() => parseFilter(filter, userModel)).toThrow();
    else expect(matchesFilter(parseFilter(filter, userModel), ana)).toBe(expected);
  });

  it('has ne as the exact negation of eq for attributes a schema knows', () => {
    const paths = ['userName', 'title', 'name.givenName', 'emails.type', 'emails', 'active', 'meta.created'];
    const values = ['"work"', '"ana"', 'null', '""', '"2026-01-01T00:00:00Z"', 'true', '"True"'];
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.constantFrom(...values), fc.boolean(), (path, value, full) => {
        const resource = full ? ana : { userName: 'work' };
        const matches = (filter: string) => {
          try {
            return matchesFilter(parseFilter(filter, userModel), resource);
          } catch {
            return 'refused'; // the types do not go together
          }
        };
        expect(matches(`${path} ne ${value}`)).toBe(matches(`not (${path} eq ${value})`));
      }),
    );
  });

  it('sees own properties only', () => {
    expect(matchesFilter(parseFilter('valueOf2 pr or hasOwnProperty2 pr', userModel), {})).toBe(false);
  });
});
