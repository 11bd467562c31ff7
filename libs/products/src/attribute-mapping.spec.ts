import { ENTERPRISE_USER_SCHEMA, type ResourceAttributes } from '#scim';
import {
  checkMapping,
  compileProfile,
  define,
  deriveView,
  hrAssistant,
  identityPlatform,
  ownKeysOf,
  wellness,
} from './index.js';
import type { AttributeMapping, AttributeView, MappingOverride, ProductProfile } from './index.js';

const mapping = (overrides: MappingOverride[], product = 'wellness', version = 3): AttributeMapping => ({
  product,
  version,
  overrides,
});
const view = (profile: ProductProfile, overrides: MappingOverride[], attributes: ResourceAttributes): AttributeView =>
  deriveView(compileProfile(profile, mapping(overrides, profile.id)), { id: 'u1', attributes, active: true });

describe('a tenant’s mapping over the wellness profile', () => {
  const overrides = [
    { key: 'employee_id', path: 'empNum' },
    { key: 'business_unit', path: `${ENTERPRISE_USER_SCHEMA}:divisionName` },
    { key: 'job_level', path: 'extension_9d98ed114c4840d298fad781915f27e4_jobLevel' },
    { key: 'joining_date', path: 'extension_9d98ed11-4c48-40d2-98fa-d781915f27e4_startDate' },
    { key: 'phone_number', path: 'homePhones' },
  ];

  it('is free of faults and replaces all sources of its keys', () => {
    expect(checkMapping(wellness, mapping(overrides))).toEqual([]);
    const attributes = {
      employeeNumber: '9',
      [ENTERPRISE_USER_SCHEMA]: {
        empNum: '0012',
        employeeNumber: '8',
        divisionName: 'North',
        extension_9d98ed114c4840d298fad781915f27e4_jobLevel: 5,
        'extension_9d98ed11-4c48-40d2-98fa-d781915f27e4_startDate': '2024-01-02T00:00:00Z',
        homePhones: [
          { type: 'fax', value: '1' },
          { type: 'work', value: 'tel:2' },
        ],
        department: 'Sales',
      },
    };
    expect(view(wellness, overrides, attributes)).toMatchObject({
      mappingVersion: 3,
      problems: [],
      keys: {
        employee_id: '0012',
        business_unit: 'North',
        job_level: '5',
        joining_date: '2024-01-02',
        phone_number: '2',
        department: 'Sales',
      },
    });
    expect(view(wellness, overrides, { [ENTERPRISE_USER_SCHEMA]: { employeeNumber: '8' } }).keys).toEqual({});
  });

  it('finds client keys without regard to case', () => {
    expect(view(wellness, overrides, { [ENTERPRISE_USER_SCHEMA]: { EMPNUM: '1' } }).keys).toEqual({ employee_id: '1' });
  });

  it('reports all faults at once', () => {
    const faulty = mapping(
      [
        { key: 'shoe_size', path: 'shoeSize' },
        { key: 'department', path: 'emp dept' },
        { key: 'gender', path: 'emp.gender' },
        { key: 'dob', path: 'birth#date' },
        { key: 'region', path: '' },
        { key: 'country', path: 'urn:acme:2.0:User:country' },
        { key: 'cost_center', path: 'costCode' },
        { key: 'job_code', path: `${ENTERPRISE_USER_SCHEMA.toUpperCase()}:COSTCODE` },
        { key: 'job_level', path: 'level1' },
        { key: 'job_level', path: 'level2' },
        { key: 'member_id', path: '__proto__' },
      ],
      'hr-assistant',
      0,
    );
    const faults = checkMapping(wellness, faulty);
    expect(faults.map(({ line, field }) => [line, field])).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [0, 'key'],
      [1, 'path'],
      [2, 'path'],
      [3, 'path'],
      [4, 'path'],
      [5, 'path'],
      [7, 'path'],
      [9, 'key'],
      [10, 'path'],
    ]);
    expect(faults.map(({ key, fault }) => [key, fault])).toEqual([
      ['', expect.stringContaining('for "hr-assistant"')],
      ['', expect.stringContaining('version')],
      ['shoe_size', expect.stringContaining('no key')],
      ['department', expect.stringContaining('special characters')],
      ['gender', expect.stringContaining('special characters')],
      ['dob', expect.stringContaining('special characters')],
      ['region', expect.stringContaining('empty')],
      ['country', expect.stringContaining(ENTERPRISE_USER_SCHEMA)],
      ['job_code', expect.stringContaining('"cost_center" in line 7 already')],
      ['job_level', expect.stringContaining('in line 9 already')],
      ['member_id', expect.stringContaining('special characters')],
    ]);
  });

  it('leaves a key whose path cannot be read without a value, says so, and harms no other key', () => {
    const compiled = compileProfile(
      wellness,
      mapping([
        { key: 'department', path: 'emp dept' },
        { key: 'x', path: 'y' },
      ]),
    );
    expect(compiled.mappingFaults).toHaveLength(2);
    const attributes = { [ENTERPRISE_USER_SCHEMA]: { department: 'Sales', gender: 'x' } };
    expect(deriveView(compiled, { id: 'u', attributes, active: true })).toMatchObject({
      keys: { gender: 'x' },
      problems: [{ key: 'department', path: `emp dept` }],
    });
  });
});

describe('a tenant’s mapping over a profile without a fixed namespace', () => {
  it('may name any path, with a choice among elements too', () => {
    const overrides = [
      { key: 'email', path: 'emails[type eq "other"].value' },
      { key: 'job_title', path: 'nickName' },
      { key: 'cost_center', path: 'urn:acme:2.0:User:finance.code' },
    ];
    expect(checkMapping(hrAssistant, mapping(overrides, 'hr-assistant'))).toEqual([]);
    const attributes = {
      nickName: 'Boss',
      emails: [
        { value: 'p@a.test', primary: true },
        { type: 'other', value: 'o@a.test' },
      ],
      'urn:acme:2.0:User': { finance: { code: '7' } },
    };
    expect(view(hrAssistant, overrides, attributes).keys).toEqual({
      email: 'o@a.test',
      job_title: 'Boss',
      cost_center: '7',
    });
  });

  it('may name attributes of a namespace that ends in a version, as Okta apps have them', () => {
    const overrides = [
      { key: 'job_title', path: 'urn:acme:hr:1.0:jobName' },
      { key: 'cost_center', path: 'urn:acme:hr:1.0:CostCenter' },
      { key: 'city', path: 'urn:acme:hr:1.0:office.city' },
    ];
    expect(checkMapping(hrAssistant, mapping(overrides, 'hr-assistant'))).toEqual([]);
    const hr = { jobName: 'Baker', CostCenter: '7', office: { city: 'Oslo' } };
    expect(view(hrAssistant, overrides, { 'urn:acme:hr:1.0': hr }).keys).toEqual({
      job_title: 'Baker',
      cost_center: '7',
      city: 'Oslo',
    });
  });

  it('refuses what is no path, a bare extension, and a mapping of the whole extension', () => {
    const faults = checkMapping(
      hrAssistant,
      mapping(
        [
          { key: 'city', path: 'addresses[type co "w"].locality' },
          { key: 'state', path: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User' },
          { key: 'custom', path: 'title' },
        ],
        'hr-assistant',
      ),
    );
    expect(faults.map(({ key }) => key)).toEqual(['city', 'state', 'custom']);
  });
});

describe('keys of a tenant’s own', () => {
  const own = (overrides: MappingOverride[], attributes: ResourceAttributes = {}): AttributeView =>
    view(identityPlatform, overrides, attributes);

  it('are added where the profile takes them, each as its attribute came, and guarded', () => {
    const overrides = [
      { key: 'nickname', path: 'nickName' },
      { key: 'shoe_size', path: 'urn:acme:2.0:User:shoe.size' },
      { key: 'Badges', path: 'urn:acme:2.0:User:badges' },
      { key: 'constructor', path: 'urn:acme:2.0:User:builder' },
      { key: 'email', path: 'emails[type eq "other"].value' },
    ];
    expect(checkMapping(identityPlatform, mapping(overrides, 'identity-platform'))).toEqual([]);
    const attributes = {
      externalId: 'e1',
      userName: 'ann',
      nickName: ' Ann ',
      emails: [{ type: 'other', value: 'o@a.test' }],
      'urn:acme:2.0:User': { shoe: { size: 42 }, badges: ['a', { b: 1 }], builder: false },
    };
    expect(own(overrides, attributes).keys).toEqual({
      user_id: 'e1',
      user_name: 'ann',
      email: 'o@a.test',
      nickname: 'Ann',
      shoe_size: 42,
      Badges: ['a', { b: 1 }],
      constructor: false,
    });
    expect(own(overrides).missing).toEqual(['user_id', 'user_name']);
    const added = ownKeysOf(identityPlatform, { overrides });
    expect(added.map(({ key, namespace, sensitive }) => [key, namespace, sensitive])).toEqual([
      ['nickname', 'core', true],
      ['shoe_size', 'extension', true],
      ['Badges', 'extension', true],
      ['constructor', 'extension', true],
    ]);
  });

  it('are refused under names that no view could carry', () => {
    const names = ['active', 'a b', '__proto__', '9lives', '', 'x'.repeat(65), 'ключ'];
    const overrides = names.map((key, i) => ({ key, path: `a${i}` }));
    const faults = checkMapping(identityPlatform, mapping(overrides, 'identity-platform'));
    expect(faults.map(({ line, field }) => [line, field])).toEqual(names.map((_, line) => [line, 'key']));
    expect(own(overrides, Object.fromEntries(names.map((_, i) => [`a${i}`, 'x']))).keys).toEqual({});
  });

  it('are refused where the profile takes none, and nowhere is the key of the roles mapped', () => {
    const faults = checkMapping(
      define,
      mapping(
        [
          { key: 'nickname', path: 'nickName' },
          { key: 'roles', path: 'roles' },
        ],
        'define',
      ),
    );
    expect(faults.map(({ fault }) => fault)).toEqual([
      'the SaaS with roles has no key "nickname"; it has user_id, email, first_name, last_name',
      '"roles" comes by itself and cannot be mapped',
    ]);
  });
});
