import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA, type JsonValue, type ResourceAttributes } from '#scim';
import fc from 'fast-check';
import { compileProfile, deriveView, productProfiles, sameView, wellness, type ProductProfile } from './index.js';

const compiled = compileProfile(wellness);
const view = (attributes: ResourceAttributes) => deriveView(compiled, { id: 'u1', attributes, active: true });

describe('deriving a view', () => {
  it('finds names without regard to case, RFC 7643 §2.1', () => {
    const { keys } = view({
      USERNAME: 'ann@acme.test',
      Name: { GIVENNAME: 'Ann', familyname: 'Lee' },
      EMPLOYEENUMBER: 'top',
      [ENTERPRISE_USER_SCHEMA.toLowerCase()]: { JoiningDate: '2024-01-01', MANAGER: { DisplayName: 'Bob' } },
    });
    expect(keys).toEqual({
      email: 'ann@acme.test',
      first_name: 'Ann',
      last_name: 'Lee',
      employee_id: 'top',
      joining_date: '2024-01-01',
      manager_name: 'Bob',
    });
  });

  it("takes the name in the profile's case before others, whichever came first", () => {
    expect(view({ TITLE: 'a', title: 'b' }).keys).toEqual({ job_title: 'b' });
    expect(view({ title: 'b', TITLE: 'a' }).keys).toEqual({ job_title: 'b' });
  });

  it('reads no inherited names', () => {
    const attributes = Object.create({ userName: 'evil@acme.test' }) as ResourceAttributes;
    expect(view(attributes).keys).toEqual({});
    expect(view(JSON.parse('{"__proto__":{"userName":"evil@acme.test"}}') as ResourceAttributes).keys).toEqual({});
  });

  it('never throws and emits nothing but keys of the profile, whatever comes', () => {
    const names = [
      USER_SCHEMA,
      ENTERPRISE_USER_SCHEMA,
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      ...pathParts(),
    ];
    const name = fc.oneof(fc.constantFrom(...names), fc.mixedCase(fc.constantFrom(...names)), fc.string());
    const { value } = fc.letrec<{ value: JsonValue; object: ResourceAttributes }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<JsonValue>('', ' ', 'a@b', 'work', 'primary', 'true', 'tel:', '2024-02-30', 1e300, -1e-300),
        fc.jsonValue() as fc.Arbitrary<JsonValue>,
        fc.array(tie('value'), { maxLength: 4 }),
        tie('object'),
      ),
      object: fc.dictionary(name, tie('value'), { maxKeys: 8, noNullPrototype: false }),
    }));
    const person = fc.dictionary(name, value, { maxKeys: 12 });
    for (const profile of productProfiles) {
      const compiledProfile = compileProfile(profile);
      const known = new Set(profile.keys.map(({ key }) => key));
      fc.assert(
        fc.property(person, fc.boolean(), (attributes, active) => {
          const derived = deriveView(compiledProfile, { id: 'u', attributes, active });
          expect(Object.keys(derived.keys).filter((key) => !known.has(key))).toEqual([]);
          expect(Object.values(derived.keys).filter((sent) => sent === null || sent === '')).toEqual([]);
          expect(derived.active).toBe(active);
          expect(sameView(derived, deriveView(compiledProfile, { id: 'u', attributes, active }))).toBe(true);
          expect(JSON.parse(JSON.stringify(derived.problems))).toEqual(derived.problems);
        }),
        { numRuns: 500 },
      );
    }
  });

  it('applies a profile that no sample product is: choices in paths, booleans, lists', () => {
    const profile: ProductProfile = {
      ...wellness,
      id: 'sample',
      identityKey: 'id_text',
      keys: [
        aKey('id_text', ['externalId']),
        { ...aKey('mobile', ['phoneNumbers[type eq "mobile"].value']), level: 'optional' },
        { ...aKey('main', ['emails[primary eq true].value']), level: 'optional' },
        { ...aKey('any_role', ['roles.value']), level: 'optional' },
        { ...aKey('manages', ['urn:acme:2.0:User:flags.manages']), type: 'boolean', namespace: 'extension' },
        { ...aKey('skills', ['urn:acme:2.0:User:skills']), type: 'stringList', namespace: 'extension' },
      ],
    };
    const attributes = {
      externalId: 'e1',
      phoneNumbers: [
        { type: 'work', value: '1' },
        { type: 'MOBILE', value: '2' },
      ],
      emails: [{ value: 'a@b' }, { value: 'c@d', primary: 'True' }],
      roles: [{ display: 'x' }, { value: 'admin' }],
      'urn:acme:2.0:User': { flags: { manages: 'true' }, skills: 'go' },
    };
    expect(deriveView(compileProfile(profile), { id: 'u', attributes, active: true }).keys).toEqual({
      id_text: 'e1',
      mobile: '2',
      main: 'c@d',
      any_role: 'admin',
      manages: true,
      skills: ['go'],
    });
  });
});

describe('comparing views', () => {
  const base = view({ userName: 'a@b', addresses: [{ locality: 'Rome', country: 'IT' }] });

  it('sees no difference in the order of names, nor in the version of the mapping', () => {
    const other = view({ addresses: [{ country: 'IT', locality: 'Rome' }], userName: 'a@b' });
    expect(sameView(base, { ...other, mappingVersion: 4 })).toBe(true);
  });

  it('sees every difference a product would', () => {
    expect(sameView(base, { ...base, active: false })).toBe(false);
    expect(sameView(base, view({ userName: 'a@b' }))).toBe(false);
    expect(sameView(view({ userName: 'a@b' }), base)).toBe(false);
    expect(sameView(base, { ...base, missing: [] })).toBe(false);
    expect(sameView(base, { ...base, problems: [{ key: 'email', path: 'userName', problem: 'x' }] })).toBe(false);
    const list = (...certifications: string[]) => view({ [ENTERPRISE_USER_SCHEMA]: { certifications } });
    expect(sameView(list('a', 'b'), list('b', 'a'))).toBe(false);
    expect(sameView(list('a', 'b'), list('a'))).toBe(false);
    expect(sameView(list('a', 'b'), list('a', 'b'))).toBe(true);
  });
});

function aKey(key: string, sources: string[]): ProductProfile['keys'][number] {
  return {
    key,
    sources,
    namespace: 'core',
    type: 'string',
    level: 'required',
    sensitive: false,
    description: 'For the test.',
  };
}

/** Every name that some source of some profile looks for. */
function pathParts(): string[] {
  const paths = productProfiles
    .flatMap(({ keys }) => keys)
    .flatMap(({ sources }) => sources)
    .map((source) => (typeof source === 'string' ? source : 'path' in source ? source.path : source.extension));
  return [
    ...paths
      .filter((path) => !path.startsWith(ENTERPRISE_USER_SCHEMA))
      .flatMap((path) => (path.startsWith('urn:') ? [path] : path.split('.'))),
    ...paths
      .filter((path) => path.startsWith(ENTERPRISE_USER_SCHEMA))
      .flatMap((path) => path.slice(ENTERPRISE_USER_SCHEMA.length + 1).split('.')),
    'type',
    'primary',
    'value',
    'formatted',
  ];
}
