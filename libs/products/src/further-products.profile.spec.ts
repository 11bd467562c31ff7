import type { JsonValue, ResourceAttributes } from '#scim';
import {
  type AttributeView,
  clientSettings,
  compileProfile,
  define,
  deriveView,
  identityPlatform,
  type KeyLevel,
  productProfiles,
  type ProductProfile,
} from './index.js';

const view = (profile: ProductProfile, attributes: ResourceAttributes): AttributeView =>
  deriveView(compileProfile(profile), { id: 'u1', attributes, active: true });

/** A row of a product's guide: key, level, attributes sent, value the product gets. */
type Row = [key: string, level: KeyLevel, sent: ResourceAttributes, received: JsonValue];

const tables: [ProductProfile, Row[]][] = [
  [
    define,
    [
      ['user_id', 'required', { externalId: '12345' }, '12345'],
      ['email', 'required', { userName: 'jane.doe@acme.test' }, 'jane.doe@acme.test'],
      ['first_name', 'optional', { name: { givenName: 'Jane' } }, 'Jane'],
      ['last_name', 'optional', { name: { familyName: 'Doe' } }, 'Doe'],
    ],
  ],
  [
    clientSettings,
    [
      ['username', 'required', { userName: 'jdoe' }, 'jdoe'],
      ['first_name', 'recommended', { name: { givenName: 'Jane' } }, 'Jane'],
      ['last_name', 'recommended', { name: { familyName: 'Doe' } }, 'Doe'],
      ['email', 'recommended', { emails: [{ type: 'work', value: 'j@acme.test' }] }, 'j@acme.test'],
      ['mobile_number', 'optional', { phoneNumbers: [{ type: 'mobile', value: 'tel:+47-900' }] }, '+47-900'],
      ['work_number', 'optional', { phoneNumbers: [{ type: 'work', value: '+47 220' }] }, '+47 220'],
      ['position', 'optional', { title: 'Nurse' }, 'Nurse'],
      ['street_address', 'optional', { addresses: [{ type: 'work', streetAddress: 'Main 1' }] }, 'Main 1'],
      ['city', 'optional', { addresses: [{ type: 'work', locality: 'Oslo' }] }, 'Oslo'],
      ['state', 'optional', { addresses: [{ type: 'work', region: 'Viken' }] }, 'Viken'],
      ['postal_code', 'optional', { addresses: [{ type: 'work', postalCode: '0150' }] }, '0150'],
      ['country', 'optional', { addresses: [{ type: 'work', country: 'NO' }] }, 'NO'],
    ],
  ],
  [
    identityPlatform,
    [
      ['user_id', 'required', { externalId: '00u1' }, '00u1'],
      ['user_name', 'required', { userName: 'jdoe' }, 'jdoe'],
      ['email', 'optional', { emails: [{ primary: true, value: 'j@acme.test' }] }, 'j@acme.test'],
      ['given_name', 'optional', { name: { givenName: 'Jane' } }, 'Jane'],
      ['family_name', 'optional', { name: { familyName: 'Doe' } }, 'Doe'],
    ],
  ],
];

describe.each(tables.map(([profile, rows]) => ({ title: profile.title, profile, rows })))(
  '$title',
  ({ profile, rows }) => {
    it('has exactly the keys of its guide, in its order', () => {
      expect(profile.keys.map(({ key, level }) => [key, level])).toEqual(rows.map(([key, level]) => [key, level]));
    });

    it.each(rows)('reads %s (%s) from %j', (key, _level, sent, received) => {
      expect(view(profile, sent)).toMatchObject({ keys: { [key]: received }, problems: [] });
      expect(Object.keys({ ...view(profile, {}).keys, [key]: true }).sort()).toEqual(
        Object.keys(view(profile, sent).keys).sort(),
      );
    });

    it('names the required keys that have no value', () => {
      const required = rows.filter(([, level]) => level === 'required').map(([key]) => key);
      // Our own id stands in for one that the provider does not send.
      expect(view(profile, {}).missing).toEqual(required.filter((key) => profile !== define || key !== 'user_id'));
    });
  },
);

describe('what the guides leave to us', () => {
  const rules: [string, ProductProfile, ResourceAttributes, string, JsonValue | undefined][] = [
    [
      'the SaaS with roles takes the primary or work address for who signs in under a short name',
      define,
      {
        userName: 'jdoe',
        emails: [
          { type: 'home', value: 'h@a.test' },
          { type: 'work', value: 'w@a.test' },
        ],
      },
      'email',
      'w@a.test',
    ],
    [
      'but never a private one',
      define,
      { userName: 'jdoe', emails: [{ type: 'home', value: 'h@a.test' }] },
      'email',
      undefined,
    ],
    [
      'the client-settings platform takes the work address before the primary one',
      clientSettings,
      {
        addresses: [
          { primary: true, type: 'home', locality: 'Rome' },
          { type: 'WORK', locality: 'Oslo' },
        ],
      },
      'city',
      'Oslo',
    ],
    [
      'and the only one where none is typed',
      clientSettings,
      { addresses: [{ streetAddress: 'Main 1', locality: 'Oslo' }] },
      'street_address',
      'Main 1',
    ],
    ['and a city beside userName where there is no address', clientSettings, { locality: 'Oslo' }, 'city', 'Oslo'],
    [
      'no number of another type is taken for a mobile',
      clientSettings,
      { phoneNumbers: [{ type: 'work', primary: true, value: '1' }] },
      'mobile_number',
      undefined,
    ],
    ['userName is never taken for an e-mail', clientSettings, { userName: 'j@acme.test' }, 'email', undefined],
    [
      'an address whose type was removed',
      identityPlatform,
      { emails: [{ type: '', value: 'j@acme.test' }] },
      'email',
      'j@acme.test',
    ],
  ];
  it.each(rules)('%s', (_title, profile, sent, key, received) => {
    expect(view(profile, sent).keys[key]).toBe(received);
  });

  it('our id stands in for one of the provider’s, and nothing that a body calls id does', () => {
    expect(view(define, { externalId: 'e1' }).keys).toEqual({ user_id: 'e1' });
    expect(view(define, { id: '12345', ID: '6' }).keys).toEqual({ user_id: 'u1' });
    expect(view(identityPlatform, {}).missing).toContain('user_id');
  });

  it('a country that is no code is kept as sent and reported (guide of the client-settings platform)', () => {
    const { keys, problems } = view(clientSettings, { addresses: [{ type: 'work', country: 'Norway' }] });
    expect({ keys, problems }).toEqual({
      keys: { country: 'Norway' },
      problems: [{ key: 'country', path: 'addresses.country', problem: expect.stringContaining('two-letter code') }],
    });
  });

  it('groups become roles in two products, and in one of them all do', () => {
    const roles = productProfiles.map(({ id, roles: of }) => [id, of?.key, of?.from]);
    expect(roles).toEqual([
      ['wellness', undefined, undefined],
      ['hr-assistant', undefined, undefined],
      ['define', 'roles', 'mappedGroups'],
      ['client-settings', 'roles', 'everyGroup'],
      ['identity-platform', undefined, undefined],
    ]);
  });

  it('deactivation blocks the login everywhere and erases nothing anywhere', () => {
    for (const { deactivation } of productProfiles) {
      expect(deactivation).toMatchObject({ loginBlocked: true, dataRetained: true, historyVisible: true });
    }
    expect(productProfiles.filter(({ enabledByDefault }) => enabledByDefault).map(({ id }) => id)).toEqual([
      'wellness',
      'hr-assistant',
    ]);
  });
});
