import { ENTERPRISE_USER_SCHEMA, type JsonValue, type ResourceAttributes } from '#scim';
import { checkProfile } from './check-profile.js';
import { compileProfile, deriveView, HR_ASSISTANT_EXTENSION, hrAssistant } from './index.js';
import type { AttributeView, KeyLevel } from './index.js';

const compiled = compileProfile(hrAssistant);
const view = (attributes: ResourceAttributes, active = true): AttributeView =>
  deriveView(compiled, { id: 'u1', attributes, active });

const rows: [string, KeyLevel, ResourceAttributes, JsonValue][] = [
  ['user_name', 'required', { userName: 'ann.lee' }, 'ann.lee'],
  ['first_name', 'recommended', { name: { givenName: 'Ann' } }, 'Ann'],
  ['last_name', 'recommended', { name: { familyName: 'Lee' } }, 'Lee'],
  ['email', 'recommended', { emails: [{ value: 'ann@acme.test', primary: true }] }, 'ann@acme.test'],
  ['job_title', 'recommended', { title: 'Engineer' }, 'Engineer'],
  ['street_address', 'recommended', { addresses: [{ streetAddress: 'Main St 1' }] }, 'Main St 1'],
  ['city', 'recommended', { addresses: [{ locality: 'Austin' }] }, 'Austin'],
  ['state', 'recommended', { addresses: [{ region: 'TX' }] }, 'TX'],
  ['country_code', 'recommended', { addresses: [{ country: 'US' }] }, 'US'],
  ['cost_center', 'recommended', { [ENTERPRISE_USER_SCHEMA]: { costCenter: '0042' } }, '0042'],
  ['employment_type', 'recommended', { userType: 'Part Time' }, 'Part Time'],
  ['custom', 'optional', { [HR_ASSISTANT_EXTENSION]: { employeeId: '007' } }, { employeeId: '007' }],
];

describe('the HR assistant profile', () => {
  it('has no faults and exactly the keys of the guide', () => {
    expect(checkProfile(hrAssistant)).toEqual([]);
    expect(hrAssistant.keys.map(({ key }) => key)).toEqual(rows.map(([key]) => key));
  });

  it.each(rows)('reads %s (%s)', (key, level, attributes, received) => {
    expect(view(attributes)).toMatchObject({ problems: [], keys: { [key]: received } });
    expect(Object.keys(view(attributes).keys)).toEqual([key]);
    expect(hrAssistant.keys.find((candidate) => candidate.key === key)).toMatchObject({
      level,
      sensitive: key === 'custom',
    });
  });

  it('misses nothing but userName, and carries active beside the keys', () => {
    expect(view({}, false)).toEqual({
      product: 'hr-assistant',
      mappingVersion: 0,
      active: false,
      keys: {},
      problems: [],
      missing: ['user_name'],
    });
  });

  it('keeps every attribute of its own extension, any name and any type', () => {
    const custom = JSON.parse(
      '{"departmentCode":"D1","managerEmail":"b@a.test","level":3,"remote":true,"tags":["x"],"__proto__":{"a":1},"Ünï code":{"b":null}}',
    ) as ResourceAttributes;
    const { keys, problems } = view({ [HR_ASSISTANT_EXTENSION.toUpperCase()]: custom });
    expect(JSON.stringify(keys)).toBe(JSON.stringify({ custom }));
    expect(problems).toEqual([]);
    expect(view({ [HR_ASSISTANT_EXTENSION]: 'text' }).problems).toMatchObject([{ key: 'custom' }]);
  });

  const emails: [string, JsonValue, JsonValue | undefined][] = [
    [
      'primary',
      [
        { type: 'work', value: 'w@a.test' },
        { type: 'home', value: 'p@a.test', primary: true },
      ],
      'p@a.test',
    ],
    [
      'work when none is primary',
      [
        { type: 'home', value: 'h@a.test' },
        { type: 'work', value: 'w@a.test' },
      ],
      'w@a.test',
    ],
    ['untyped when none is work', [{ type: 'home', value: 'h@a.test' }, { value: 'u@a.test' }], 'u@a.test'],
    ['never a home address', [{ type: 'home', value: 'h@a.test' }], undefined],
  ];
  it.each(emails)('takes as email the address that is %s', (_title, sent, expected) => {
    expect(view({ userName: 'ann@acme.test', emails: sent }).keys['email']).toBe(expected);
  });

  it('reads street, city, state and country of one address: primary, work, untyped, first', () => {
    const place = (name: string): ResourceAttributes => ({
      streetAddress: `${name} street`,
      locality: `${name} city`,
      region: `${name} state`,
      country: 'US',
    });
    const expectPlace = (addresses: JsonValue, name: string): void =>
      expect(view({ addresses }).keys).toEqual({
        street_address: `${name} street`,
        city: `${name} city`,
        state: `${name} state`,
        country_code: 'US',
      });
    const home = { type: 'home', ...place('home') };
    const untyped = place('untyped');
    const work = { type: 'work', ...place('work') };
    const primary = { type: 'other', primary: true, ...place('primary') };
    expectPlace([home, untyped, work, primary], 'primary');
    expectPlace([home, untyped, work], 'work');
    expectPlace([home, untyped], 'untyped');
    expectPlace([home], 'home');
    expect(view({ addresses: [{ type: 'work', locality: 'Rome' }, home] }).keys).toEqual({ city: 'Rome' });
  });

  it('reads a place beside userName where no address has it, as the wellness guide has it sent', () => {
    const sent = {
      locality: 'Oslo',
      region: 'Viken',
      country: 'NO',
      addresses: [{ type: 'work', locality: 'Bergen' }],
    };
    expect(view(sent).keys).toEqual({ city: 'Bergen', state: 'Viken', country_code: 'NO' });
  });

  it('keeps a country that is no code as sent, and says so', () => {
    const { keys, problems } = view({ addresses: [{ country: 'USA' }] });
    expect(keys).toEqual({ country_code: 'USA' });
    expect(problems).toMatchObject([{ key: 'country_code', path: 'addresses.country' }]);
  });

  it('takes costCenter from the top level and employmentType from the enterprise extension too', () => {
    expect(view({ costCenter: 'C' }).keys).toEqual({ cost_center: 'C' });
    expect(view({ [ENTERPRISE_USER_SCHEMA]: { employmentType: 'Full Time' } }).keys).toEqual({
      employment_type: 'Full Time',
    });
  });
});
