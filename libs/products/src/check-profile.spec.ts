import { ENTERPRISE_USER_SCHEMA } from '#scim';
import { checkProfile, compileProfile, productProfiles, type ProductKey } from './index.js';
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
  deactivation: { loginBlocked: true, dataRetained: true, description: 'Kept.' },
  keys: [key({})],
  ...changes,
});

describe('checking a profile', () => {
  it('finds nothing wrong with the profiles at hand, which have different ids', () => {
    for (const each of [profile({}), ...productProfiles]) expect(checkProfile(each)).toEqual([]);
    expect(new Set(productProfiles.map(({ id }) => id)).size).toBe(productProfiles.length);
  });

  const faults: [string, ProductProfile, string][] = [
    ['an id that no topic could carry', profile({ id: 'My Product' }), 'product id'],
    ['an empty title', profile({ title: ' ' }), 'title'],
    ['an identity key that is none', profile({ identityKey: 'mail' }), 'identity key'],
    ['an identity key that may be missing', profile({ keys: [key({ level: 'optional' })] }), 'must be required'],
    ['a client namespace that is no URN', profile({ clientNamespace: 'acme' }), 'not a URN'],
    ['a key listed twice', profile({ keys: [key({}), key({})] }), 'twice'],
    ['a key in another style', profile({ keys: [key({}), key({ key: 'firstName' })] }), 'snake_case'],
    ['a hostile key', profile({ keys: [key({}), key({ key: '__proto__' })] }), 'snake_case'],
    ['active as a key', profile({ keys: [key({}), key({ key: 'active' })] }), 'beside'],
    ['an empty description', profile({ keys: [key({ description: '' })] }), 'description'],
    ['no source', profile({ keys: [key({ sources: [] })] }), 'no source'],
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
    ['a choice among nothing', profile({ keys: [key({ sources: [{ path: 'emails', pick: [] }] })] }), 'no elements'],
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

  it('reports all faults at once, each under its key', () => {
    const faulty = profile({ title: '', keys: [key({}), key({ key: 'A', sources: [] })] });
    expect(checkProfile(faulty).map((fault) => fault.key)).toEqual([undefined, 'A', 'A']);
  });
});
