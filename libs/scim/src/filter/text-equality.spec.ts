import fc from 'fast-check';
import { groupModel, userModel } from '../schema/models.js';
import { parseFilter } from './filter-parser.js';
import { parseTextEquality } from './text-equality.js';

/** A filter that the short way does not take and that means the same. */
const theLongWay = (text: string) => `(${text})`;

describe('an equality with a plain text', () => {
  const model = fc.constantFrom(userModel, groupModel);
  const name = fc.constantFrom(
    ...['userName', 'externalId', 'id', 'displayName', 'title', 'password', 'active', 'name', 'emails', 'schemas'],
    ...['USERNAME', 'nobody', 'meta', 'not', 'and', '', 'userName ', 'name.givenName', 'members'],
  );
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', ' eq "', '\ud800', 'ü', ')', ' ') }),
    fc.string({ minLength: 480, maxLength: 520 }),
  );
  const given = fc.oneof(
    fc.tuple(name, value).map(([attribute, text]) => `${attribute} eq "${text}"`),
    fc.tuple(name, value).map(([attribute, text]) => `${attribute} eq ${JSON.stringify(text)}`),
    fc.constantFrom('userName eq "', 'userName eq ""', 'userName eq "a" or id eq "b"', 'userName eq "a" '),
  );

  it('is parsed to what the parser makes of it, or left to it', () => {
    fc.assert(
      fc.property(given, model, (text, resource) => {
        const node = parseTextEquality(text, resource);
        if (node) expect(node).toEqual(parseFilter(theLongWay(text), resource));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['userName eq "ana@example.com"', 'externalId eq "00u-1 ü"', 'id eq "x"', 'userName eq ""'])(
    'is taken apart at once: %s',
    (text) => {
      expect(parseTextEquality(text, userModel)).toEqual(parseFilter(theLongWay(text), userModel));
    },
  );

  it.each(['password eq "x"', 'active eq "True"', 'emails eq "x"', 'username eq "x"', 'userName eq "a\\n"'])(
    'is left to the parser where it takes more: %s',
    (text) => {
      expect(parseTextEquality(text, userModel)).toBeUndefined();
    },
  );
});
