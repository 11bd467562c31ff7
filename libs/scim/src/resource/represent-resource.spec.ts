import fc from 'fast-check';
import { ENTERPRISE_USER_SCHEMA as ENT } from '../schema/enterprise-user.schema.js';
import { GROUP_SCHEMA } from '../schema/group.schema.js';
import { groupModel, userModel } from '../schema/models.js';
import type { ResourceAttributes } from '../schema/schema.types.js';
import { USER_SCHEMA as CORE } from '../schema/user.schema.js';
import { attributesJson, attributesOf, completeJson, inShownOrder, resourceJson } from './represent-resource.js';

const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';
const meta = {
  created: '2026-01-01T00:00:00Z',
  lastModified: '2026-01-02T00:00:00Z',
  version: 'W/"3"',
  location: 'https://scim.example.com/v2/Users/u1',
};
const attributes = {
  userName: 'ana',
  [WISQ]: { a: 1 },
  externalId: '00u',
  [ENT]: { department: 'Eng' },
  country: 'NO',
};
const show = (model: typeof userModel, shown: ResourceAttributes, relations = ''): Record<string, unknown> =>
  JSON.parse(completeJson(model, resourceJson(model, 'u1', shown), relations, meta)) as Record<string, unknown>;

describe('the JSON text of a resource (RFC 7643 §3, profile C5.1 and C5.2)', () => {
  it('lists the schemas that are there and keeps its order', () => {
    const shown = show(userModel, attributes, '"groups":[{"value":"g1"}]');
    expect(shown['schemas']).toEqual([CORE, WISQ, ENT]);
    expect(Object.keys(shown)).toEqual([
      'schemas',
      'id',
      'externalId',
      'userName',
      'country',
      WISQ,
      ENT,
      'groups',
      'meta',
    ]);
    expect(shown['meta']).toEqual({ resourceType: 'User', ...meta });
  });

  it('lists the core schema alone where there is no extension', () => {
    expect(show(groupModel, { displayName: 'Eng' })['schemas']).toEqual([GROUP_SCHEMA]);
  });

  it('is not led astray by attributes that are the service’s own', () => {
    const stray = { id: 'other', meta: { version: 'x' }, schemas: ['x'], password: 'secret', userName: 'ana' };
    expect(show(userModel, stray)).toEqual({
      schemas: [CORE],
      id: 'u1',
      userName: 'ana',
      meta: { resourceType: 'User', ...meta },
    });
  });

  it('is the same whether or not the attributes were written out before', () => {
    const stray = { id: 'other', ...attributes };
    for (const some of [attributes, inShownOrder(attributes), stray, { userName: 'ana', externalId: 'x' }, {}]) {
      const afresh = resourceJson(userModel, 'u1', { ...some });
      expect(JSON.parse(attributesJson(some))).toEqual(some);
      expect(resourceJson(userModel, 'u1', some)).toBe(afresh);
      expect(resourceJson(userModel, 'u2', some)).toBe(resourceJson(userModel, 'u2', { ...some }));
    }
    expect(Object.keys(inShownOrder(attributes))).toEqual(['externalId', 'userName', 'country', WISQ, ENT]);
  });

  it('gives the attributes back as they were', () => {
    const name = fc
      .stringMatching(/^[a-z]{1,8}$/)
      .filter((text) => !['schemas', 'id', 'meta', 'password'].includes(text));
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue()), (more) => {
        const all = JSON.parse(JSON.stringify({ ...attributes, ...more })) as ResourceAttributes;
        expect(attributesOf(resourceJson(userModel, 'u1', all))).toEqual(all);
      }),
    );
  });
});
