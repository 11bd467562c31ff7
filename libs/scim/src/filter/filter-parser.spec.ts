import fc from 'fast-check';
import { groupModel, userModel } from '../schema/models.js';
import { ScimError } from '../scim-error.js';
import { parseFilter, parseFilteredPath } from './filter-parser.js';
import { printFilter } from './filter-printer.js';
import type { FilterNode } from './filter.types.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const normal = (text: string) => printFilter(parseFilter(text, userModel));
const refusal = (text: string): ScimError => {
  try {
    parseFilter(text, userModel);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
};

describe('parseFilter', () => {
  it.each([
    // RFC 7644 §3.4.2.2, the examples
    ['userName eq "bjensen"', 'userName eq "bjensen"'],
    ['name.familyName co "O\'Malley"', 'name.familyName co "O\'Malley"'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"', 'userName sw "J"'],
    ['title pr and userType eq "Employee"', 'title pr and userType eq "Employee"'],
    ['meta.lastModified gt "2011-05-13T04:42:34Z"', 'meta.lastModified gt "2011-05-13T04:42:34Z"'],
    [
      'userType eq "E" and (emails co "a" or emails.value co "b")',
      'userType eq "E" and (emails.value co "a" or emails.value co "b")',
    ],
    ['userType ne "E" and not (emails co "a")', 'userType ne "E" and not (emails.value co "a")'],
    [
      'emails[type eq "work" and value co "@x"] or ims[type eq "xmpp"]',
      'emails[type eq "work" and value co "@x"] or ims[type eq "xmpp"]',
    ],
    ['schemas eq "urn:x"', 'schemas eq "urn:x"'],
    // C2.1: names and operators in any case, URNs in full
    ['USERNAME Eq "x" AND NOT(TITLE Pr)', 'userName eq "x" and not (title pr)'],
    [`${ENT.toUpperCase()}:DEPARTMENT eq "x"`, `${ENT}:department eq "x"`],
    [`${ENT}:manager.value eq "x"`, `${ENT}:manager.value eq "x"`],
    ['urn:acme:1.0:User:shoeSize ge 40.5e0', 'urn:acme:1.0:User:shoeSize ge 40.5'],
    // C2.2: precedence
    ['title pr or active eq true and nickName pr', 'title pr or active eq true and nickName pr'],
    ['(title pr or active eq true) and nickName pr', '(title pr or active eq true) and nickName pr'],
    ['title pr and (active eq true and (nickName pr))', 'title pr and active eq true and nickName pr'],
    // C2.3, C2.4: values
    [String.raw`userName eq "\u00e9\"\\"`, String.raw`userName eq "é\"\\"`],
    ['title eq null or active ne null', 'title eq null or active ne null'],
    // digits of a string attribute stay as written
    [`${ENT}:employeeNumber eq 12345678901234567890`, `${ENT}:employeeNumber eq "12345678901234567890"`],
    // C2.5, A5, A2: a complex attribute stands for its value
    ['emails eq "x"', 'emails.value eq "x"'],
    ['manager eq "m"', `${ENT}:manager.value eq "m"`],
    // C2.7: Entra ID's form, and negation inside brackets
    ['emails[type eq "work"].value eq "x"', 'emails[type eq "work" and value eq "x"]'],
    [
      'emails[type eq "a" or primary eq true].value co "x"',
      'emails[(type eq "a" or primary eq true) and value co "x"]',
    ],
    ['emails[not (type eq "work")] and active eq true', 'emails[not (type eq "work")] and active eq true'],
    ['roles[primary eq "True"].value eq "admin"', 'roles[primary eq "True" and value eq "admin"]'],
    // C2.10: an unknown attribute is no fault
    ['email Co "x"', 'email co "x"'],
  ])('reads %s', (text, expected) => {
    expect(normal(text)).toBe(expected);
    expect(normal(expected)).toBe(expected);
  });

  it.each([
    ['', 1],
    ['   ', 4],
    ['userName', 9],
    ['userName eq', 12],
    ['userName equals "x"', 10],
    ['userName eq ana', 13],
    ['userName eq True', 13],
    ['userName eq "x', 13],
    ['userName eq "x" title pr', 17],
    ['userName eq "x" and', 20],
    ['(userName eq "x"', 17],
    ['userName eq "x")', 16],
    ['not userName eq "x"', 5],
    ['emails[type eq "work"', 22],
    ['emails[type eq "work"].', 23],
    ['emails[a[b eq 1]]', 9],
    ['emails[emails.type eq "x"]', 8],
    ['emails.value[type eq "x"]', 13],
    [`${ENT}[department eq "x"]`, 59],
    [`${ENT} eq "x"`, 63],
    ['name eq "x"', 9],
    ['active gt true', 11],
    ['active eq "yes"', 11],
    ['x509Certificates.value lt "x"', 27],
    ['meta.created gt "yesterday"', 17],
    ['userName gt null', 13],
    ['1name eq "x"', 1],
    ['__proto__ eq "x"', 1],
    ['constructor eq "x"', 1],
    ['a..b eq 1', 1],
    ['unknown eq 1e999', 12],
  ])('refuses %j at position %i (C2.10)', (text, position) => {
    const error = refusal(text);
    expect(error.kind).toBe('invalidFilter');
    expect(error.detail).toContain(`position ${position}:`);
  });

  it.each(['password eq "x"', 'not (PASSWORD pr)', 'urn:ietf:params:scim:schemas:core:2.0:User:password sw "a"'])(
    'does not search passwords: %s (RFC 7644 §7.5.2)',
    (text) => expect(refusal(text).kind).toBe('sensitive'),
  );

  it('never quotes what was searched for', () => {
    expect(refusal('userName eq secret"').detail).not.toContain('secret');
    expect(refusal('meta.created eq "secret"').detail).not.toContain('secret');
  });

  it('takes unquoted words only when told to, behind eq on a string (C2.3)', () => {
    const lenient = { lenientUnquoted: true };
    expect(printFilter(parseFilter('externalId eq 00-ana@example.com', userModel, lenient))).toBe(
      'externalId eq "00-ana@example.com"',
    );
    expect(() => parseFilter('userName sw ana', userModel, lenient)).toThrow(ScimError);
    expect(() => parseFilter('active eq yes', userModel, lenient)).toThrow(ScimError);
  });

  it('holds its limits on length, terms and depth', () => {
    const nested = (depth: number) => `${'('.repeat(depth)}title pr${')'.repeat(depth)}`;
    const terms = (count: number) => Array.from({ length: count }, () => 'title pr').join(' or ');
    expect(normal(nested(50))).toBe('title pr');
    expect(refusal(nested(51)).detail).toContain('50 levels');
    expect(normal(terms(200))).toBe(terms(200));
    expect(refusal(terms(201)).detail).toContain('200 terms');
    expect(normal(`title eq "${'x'.repeat(9_980)}"`)).toContain('xxx');
    expect(refusal(`title eq "${'x'.repeat(10_000)}"`).detail).toContain('10000 characters');
  });

  const fragments = [
    ...'()[]"\\. ',
    'userName',
    'emails',
    'and',
    'or',
    'not',
    'eq',
    'pr',
    '"x"',
    '1',
    'true',
    ' ',
    ENT,
  ];
  it.each([
    ['characters', fc.string({ unit: 'binary' })],
    ['fragments', fc.array(fc.constantFrom(...fragments), { maxLength: 30 }).map((parts) => parts.join(''))],
  ])('answers any %s with a filter or a ScimError', (_name, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const parse of [parseFilter, parseFilteredPath]) {
          try {
            parse(text, userModel);
          } catch (error) {
            expect(error).toBeInstanceOf(ScimError);
            expect(['invalidFilter', 'sensitive']).toContain((error as ScimError).kind);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads members of a group', () => {
    expect(printFilter(parseFilter('members eq "u1" or MEMBERS[Value eq "u2"]', groupModel))).toBe(
      'members.value eq "u1" or members[value eq "u2"]',
    );
  });
});

describe('parseFilteredPath', () => {
  it('takes attr[filter].sub apart (RFC 7644 §3.5.2)', () => {
    const { path, filter } = parseFilteredPath('addresses[TYPE eq "work"].Locality', userModel);
    expect(path).toMatchObject({ attribute: 'addresses', subAttribute: 'locality' });
    expect(printFilter(filter)).toBe('type eq "work"');
  });

  it.each(['emails', 'emails[type eq "x"]value', 'emails[type eq "x"].value eq "y"', 'emails[]', 'emails[type eq "x"'])(
    'refuses %s',
    (text) => expect(() => parseFilteredPath(text, userModel)).toThrow(ScimError),
  );
});

describe('printFilter', () => {
  const names = ['userName', 'title', 'name.givenName', 'emails.value', 'emails.type', `${ENT}:department`, 'shoe'];
  const comparison = (name: fc.Arbitrary<string>) =>
    fc.oneof(
      name.map((path) => `${path} pr`),
      fc
        .tuple(name, fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'le'), fc.string({ unit: 'grapheme' }))
        .map(([path, operator, value]) => `${path} ${operator} ${JSON.stringify(value)}`),
    );
  const boolean = (leaf: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.letrec<{ filter: string }>((tie) => ({
      filter: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter')).map(([a, op, b]) => `(${a}) ${op} (${b})`),
        fc.tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter')).map(([a, op, b]) => `${a} ${op} ${b}`),
        tie('filter').map((filter) => `NOT (${filter})`),
      ),
    })).filter;
  const element = boolean(comparison(fc.constantFrom('type', 'value', 'primary2')));
  const filters = boolean(
    fc.oneof(
      comparison(fc.constantFrom(...names)),
      element.map((filter) => `emails[${filter}]`),
    ),
  );

  it('prints what parses to the same nodes', () => {
    fc.assert(
      fc.property(filters, (text) => {
        let node: FilterNode;
        try {
          node = parseFilter(text, userModel);
        } catch {
          return; // over a limit
        }
        expect(parseFilter(printFilter(node), userModel)).toEqual(node);
      }),
    );
  });
});
