import { ENTERPRISE_USER_SCHEMA, groupModel, type ResourceAttributes, userModel } from '#scim';
import { searchShadow } from './search-shadow.js';

const shadowOf = (attributes: ResourceAttributes) =>
  searchShadow(userModel, {
    id: 'U1',
    attributes,
    created: '2026-01-01T01:00:00+01:00',
    lastModified: '2026-01-02T00:00:00.123Z',
  });

describe('searchShadow', () => {
  it('folds what does not regard case, keeps what does, and lower-cases every key', () => {
    expect(
      shadowOf({
        userName: 'ＡNA',
        externalId: 'Ext',
        active: true,
        name: { givenName: 'Ana' },
        [ENTERPRISE_USER_SCHEMA]: { employeeNumber: '007', manager: { value: 'M1', $ref: 'https://X/M1' } },
      }),
    ).toEqual({
      id: 'U1',
      meta: { resourcetype: 'User', created: '2026-01-01T00:00:00.000Z', lastmodified: '2026-01-02T00:00:00.123Z' },
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE_USER_SCHEMA],
      username: 'ana',
      externalid: 'Ext',
      active: true,
      name: { givenname: 'ana' },
      'urn:ietf:params:scim:schemas:extension:enterprise:2%2E0:user': {
        employeenumber: '007',
        manager: { value: 'M1', '%24ref': 'https://X/M1' },
      },
    });
  });

  it('puts the primary element first, for sorting', () => {
    const emails = [{ value: 'B@x.io' }, { value: 'A@x.io', primary: true }];
    expect(shadowOf({ emails })['emails']).toEqual([{ value: 'a@x.io', primary: true }, { value: 'b@x.io' }]);
  });

  it('keeps of unknown attributes what a SCIM path can reach', () => {
    expect(
      shadowOf({ Shoe: 38, Office: { Floor: 3, deep: { a: { b: 1 } } }, Tags: ['A', { b: 'C' }, [1]] }),
    ).toMatchObject({
      shoe: 38,
      office: [{ '%': 'O', floor: 3, deep: { '%': 'O' } }],
      tags: ['a', { '%': 'O', b: 'c' }],
    });
  });

  it('leaves members and groups out', () => {
    const source = {
      id: 'g',
      attributes: { displayName: 'B', members: [{ value: 'u' }] },
      created: '',
      lastModified: '',
    };
    expect(Object.keys(searchShadow(groupModel, source))).toEqual(['id', 'meta', 'schemas', 'displayname']);
  });

  it('escapes names that a path or an object would stumble over', () => {
    const attributes = JSON.parse('{"a.b":"1","$c":"2","50%":"3","__proto__":{"d":"4"}}') as ResourceAttributes;
    const shadow = shadowOf(attributes);
    expect(Object.getPrototypeOf(shadow)).toBe(Object.prototype);
    expect(shadow).toMatchObject({ 'a%2Eb': '1', '%24c': '2', '50%25': '3', '%5F_proto__': [{ d: '4' }] });
  });
});
