import { type AttributeShape, ENTERPRISE_USER_SCHEMA, type SchemaShape, USER_SCHEMA } from '#scim';
import { carriedAttributes, hrAssistant, HR_ASSISTANT_EXTENSION, unseenLines, wellness } from './index.js';

const shape = (name: string, more: Partial<AttributeShape> = {}): AttributeShape => ({
  name,
  types: ['string'],
  multiValued: false,
  ...more,
});
const carried: SchemaShape[] = [
  {
    id: USER_SCHEMA,
    attributes: [
      shape('country'),
      shape('badge', { types: ['integer'] }),
      shape('addresses', { types: [], subAttributes: [shape('floor')] }),
    ],
  },
  { id: ENTERPRISE_USER_SCHEMA, attributes: [shape('EMPNUM'), shape('jobCode'), shape('tags', { multiValued: true })] },
  { id: HR_ASSISTANT_EXTENSION, attributes: [shape('anything')] },
  { id: 'urn:acme:2.0:User', attributes: [shape('shoe')] },
];
const paths = (...served: Parameters<typeof carriedAttributes>[1]): string[] =>
  carriedAttributes(carried, served).flatMap(({ path, readBy }) => (readBy.length === 0 ? [path] : []));
const mapping = { product: 'wellness', version: 1, overrides: [{ key: 'employee_id', path: 'empNum' }] };
const ENT = `${ENTERPRISE_USER_SCHEMA}:`;

describe('attributes that reach no product', () => {
  it('are those that no source of an enabled product reads, with what was met there', () => {
    const all = ['country', 'badge', 'addresses.floor', `${ENT}EMPNUM`, `${ENT}jobCode`, `${ENT}tags`];
    expect(paths()).toEqual([...all, `${HR_ASSISTANT_EXTENSION}:anything`, 'urn:acme:2.0:User:shoe']);
    expect(carriedAttributes(carried, [{ profile: wellness }])).toContainEqual({
      path: `${ENT}tags`,
      types: ['string'],
      multiValued: true,
      readBy: [],
    });
    expect(paths({ profile: wellness })).not.toContain('country');
    expect(paths({ profile: wellness })).not.toContain(`${ENT}jobCode`);
  });

  it('are fewer by what a mapping names, in any case, and by whole extensions', () => {
    expect(paths({ profile: wellness })).toContain(`${ENT}EMPNUM`);
    expect(paths({ profile: wellness, mapping })).not.toContain(`${ENT}EMPNUM`);
    expect(paths({ profile: hrAssistant }).join()).not.toContain('wisq');
    const floor = { product: 'hr-assistant', version: 1, overrides: [{ key: 'state', path: 'addresses.floor' }] };
    expect(paths({ profile: hrAssistant })).toContain('addresses.floor');
    expect(paths({ profile: hrAssistant, mapping: floor })).not.toContain('addresses.floor');
  });
});

describe('attributes that reach a product', () => {
  it('name the keys that read them, each once, in every product', () => {
    const readers = (path: string) =>
      carriedAttributes(carried, [{ profile: wellness, mapping }, { profile: hrAssistant }]).find(
        (one) => one.path === path,
      )?.readBy;
    expect(readers(`${ENT}EMPNUM`)).toEqual([{ product: 'wellness', key: 'employee_id' }]);
    expect(readers('country')).toEqual([
      { product: 'wellness', key: 'country' },
      { product: 'hr-assistant', key: 'country_code' },
    ]);
    expect(readers(`${HR_ASSISTANT_EXTENSION}:anything`)).toEqual([{ product: 'hr-assistant', key: 'custom' }]);
    expect(readers('badge')).toEqual([]);
  });
});

describe('lines that name what nobody has sent', () => {
  it('are told by their number', () => {
    const overrides = [
      { key: 'employee_id', path: 'empNum' },
      { key: 'department', path: 'divison' },
      { key: 'job_code', path: 'costCenter' },
    ];
    expect(unseenLines(wellness, { ...mapping, overrides }, carried)).toEqual([1]);
  });
});
