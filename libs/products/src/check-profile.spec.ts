import { ENTERPRISE_USER_SCHEMA } from '#scim';
import { checkProfile, compileProfile, describeFaults, productProfiles, type ProductKey } from './index.js';
import type { ProductProfile } from './index.js';

const key = (changes: Partial<ProductKey>): ProductKey => ({
  key: 'email',
  namespace: 'core',
  sources: ['userName'],
  type: 'string',
  level: 'required',
  sensitive: false,
  description: 'Identifies the person.',
  ...changes,
});
const profile = (changes: Partial<ProductProfile>): ProductProfile => ({
  id: 'sample',
  title: 'Sample',
  identityKey: 'email',
  deactivation: { loginBlocked: true, dataRetained: true, historyVisible: true, description: 'Kept.' },
  keys: [key({})],
  ...changes,
});

describe('checking a profile', () => {
  it('finds nothing wrong with the profiles at hand, which have different ids', () => {
    for (const each of [profile({}), ...productProfiles]) expect(checkProfile(each)).toEqual([]);
    expect(new Set(productProfiles.map(({ id }) => id)).size).toBe(productProfiles.length);
  });

  const faults: [string, ProductProfile, string][] = [
    ['an id that no topic could carry', profile({ id: 'My Product' }), 'single "-"'],
    ['an empty title', profile({ title: ' ' }), 'not empty'],
    ['an identity key that is none', profile({ identityKey: 'mail' }), 'no key "mail"'],
    ['an identity key that may be missing', profile({ keys: [key({ level: 'optional' })] }), 'must be required'],
    ['a client namespace that is no URN', profile({ clientNamespace: 'acme' }), 'is not a URN'],
    ['a key listed twice', profile({ keys: [key({}), key({})] }), 'twice'],
    ['a key in another style', profile({ keys: [key({}), key({ key: 'firstName' })] }), 'snake_case'],
    ['a hostile key', profile({ keys: [key({}), key({ key: '__proto__' })] }), 'snake_case'],
    ['active as a key', profile({ keys: [key({}), key({ key: 'active' })] }), 'beside'],
    ['an empty description', profile({ keys: [key({ description: '' })] }), 'not empty'],
    ['no source', profile({ keys: [key({ sources: [] })] }), 'at least one source'],
    ['a path with a space', profile({ keys: [key({ sources: ['userName', 'user name'] })] }), '"user name"'],
    [
      'a filter that is more than a choice',
      profile({ keys: [key({ sources: ['emails[value co "a"]'] })] }),
      'not a path',
    ],
    [
      'two choices at once',
      profile({ keys: [key({ sources: [{ path: 'emails[type eq "a"]', pick: ['any'] }] })] }),
      'not a path',
    ],
    ['a choice among nothing', profile({ keys: [key({ sources: [{ path: 'emails', pick: [] }] })] }), 'fewer than 1'],
    ['a bare extension as a path', profile({ keys: [key({ sources: [ENTERPRISE_USER_SCHEMA] })] }), 'not a path'],
    [
      'an extension that is no URN',
      profile({ keys: [key({ sources: [{ extension: 'x' }], type: 'object' })] }),
      'not a path',
    ],
    [
      'a whole extension as a text',
      profile({ keys: [key({ sources: [{ extension: 'urn:acme:x' }] })] }),
      'belong together',
    ],
    ['an object from one attribute', profile({ keys: [key({ type: 'object' })] }), 'belong together'],
    [
      'the wrong namespace',
      profile({ keys: [key({ sources: [`${ENTERPRISE_USER_SCHEMA}:x`] })] }),
      'namespace enterprise',
    ],
    ['literals for a date', profile({ keys: [key({ type: 'date', literals: ['number'] })] }), 'literals'],
  ];
  it.each(faults)('reports %s', (_title, faulty, expected) => {
    expect(checkProfile(faulty).map(({ fault }) => fault)).toContainEqual(expect.stringContaining(expected));
    expect(() => compileProfile(faulty)).toThrow(expected);
  });

  it('reports all faults of one kind at once, each with its place and key', () => {
    const shapes = profile({ title: '', keys: [key({}), key({ key: 'A', sources: [] })] });
    expect(checkProfile(shapes).map(({ at, key: name }) => [at, name])).toEqual([
      ['title', undefined],
      ['keys[1].key', 'A'],
      ['keys[1].sources', 'A'],
    ]);
    const meanings = profile({ identityKey: 'x', keys: [key({}), key({ sources: ['userName', 'a b'] })] });
    expect(describeFaults(checkProfile(meanings))).toEqual([
      'keys[1] (email): the key is listed twice',
      'keys[1].sources[1] (email): "a b" is not a path that can be read',
      'identityKey: there is no key "x"',
    ]);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'must be object'],
    ['a list', [], 'must be object'],
    ['a member that is missing', { ...profile({}), keys: undefined }, '"keys" is missing'],
    ['no keys', profile({ keys: [] }), 'keys: must be at least one key'],
    ['a member that nobody knows', { ...profile({}), colour: 'red' }, '"colour" is not known here; there are'],
    [
      'a slip in a key',
      { ...profile({}), keys: [{ ...key({}), sensitiv: true }] },
      'keys[0] (email): "sensitiv" is not known here',
    ],
    [
      'another type',
      { ...profile({}), keys: [{ ...key({}), type: 'number' }] },
      'keys[0].type (email): must be one of',
    ],
    [
      'a source of another form',
      { ...profile({}), keys: [{ ...key({}), sources: [{ paths: 'a' }] }] },
      'keys[0].sources[0] (email): "path" is missing',
    ],
    [
      'a choice that is none',
      profile({ keys: [key({ sources: [{ path: 'emails', pick: ['first' as 'any'] }] })] }),
      'keys[0].sources[0].pick[0] (email): must be one of primary, untyped, any',
    ],
    ['a key that is no object', { ...profile({}), keys: [null] }, 'keys[0]: must be object'],
    [
      'roles under the name of a key',
      profile({ roles: { key: 'email', from: 'everyGroup', description: 'x' } }),
      'roles.key: "email" is taken by a key',
    ],
  ])('says where %s is', (_title, faulty, expected) => {
    expect(describeFaults(checkProfile(faulty))).toContainEqual(expect.stringContaining(expected));
  });
});
