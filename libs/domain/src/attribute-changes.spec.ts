import type { JsonValue } from '#scim';
import fc from 'fast-check';
import { applyChanges, diffAttributes, sameValue } from './attribute-changes.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const leaf = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.boolean());
const name = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,8}$/);
const complex = fc.dictionary(name, leaf, { minKeys: 1, maxKeys: 4 });
const attributes = fc
  .tuple(
    fc.dictionary(name, fc.oneof(leaf, complex, fc.array(complex, { minLength: 1, maxLength: 3 })), { maxKeys: 6 }),
    fc.option(fc.dictionary(name, fc.oneof(leaf, complex), { minKeys: 1, maxKeys: 4 }), { nil: undefined }),
  )
  .chain(([core, extension]) =>
    fc.constantFrom(ENT, ENT.toUpperCase(), 'https://acme.example.com/scim/2.0/User', 'urn:acme').map((schema) => ({
      ...core,
      ...(extension && { [schema]: extension }),
    })),
  );

describe('attribute changes', () => {
  it('lead from the one resource to the other, whatever they are', () => {
    fc.assert(
      fc.property(attributes, attributes, (before, after) => {
        const changes = diffAttributes(before, after);
        const reached = changes ? applyChanges(before, changes) : before;
        expect(sameValue(reached, after)).toBe(true);
      }),
    );
  });

  it('are none between equal resources, however names and elements are ordered', () => {
    const emails: JsonValue = [{ value: 'a@x', type: 'work' }, { value: 'b@x' }];
    const before = { emails, name: { givenName: 'Ana', familyName: 'Lee' } };
    const after = {
      name: { familyName: 'Lee', givenName: 'Ana' },
      emails: [{ value: 'b@x' }, { type: 'work', value: 'a@x' }],
    };
    expect(diffAttributes(before, after)).toBeUndefined();
  });

  it('name what changed as finely as the log promises', () => {
    const before = { title: 'Nurse', name: { givenName: 'Ana', familyName: 'Lee' }, [ENT]: { department: 'ICU' } };
    const after = { name: { givenName: 'Anna', familyName: 'Lee' }, [ENT]: { department: 'ER', costCenter: '7' } };
    expect(diffAttributes(before, after)).toEqual({
      title: null,
      'name.givenName': 'Anna',
      [`${ENT}:department`]: 'ER',
      [`${ENT}:costCenter`]: '7',
    });
  });

  it.each(['URN:ACME:hr:1.0:User', 'https://acme.example.com/hr/1.0'])('name attributes of %s one by one', (schema) => {
    expect(diffAttributes({ [schema]: { a: 1, b: 2 } }, { [schema]: { a: 1, b: 3 } })).toEqual({ [`${schema}:b`]: 3 });
  });

  it('take the extension away with its last attribute (RFC 7644 §3.5.2)', () => {
    const changes = diffAttributes({ [ENT]: { department: 'ICU' } }, {});
    expect(changes).toEqual({ [`${ENT}:department`]: null });
    expect(applyChanges({ [ENT]: { department: 'ICU' } }, changes ?? {})).toEqual({});
  });
});
