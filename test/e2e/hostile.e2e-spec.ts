import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectRefusal, PATCH_OP, type TenantClient, USER } from '../support/tenant-client.js';

const HOSTILE_NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '$where'];
const nested = (depth: number, open: string, close: string, inner = '1') =>
  open.repeat(depth) + inner + close.repeat(depth);

/** Whatever comes: a clear SCIM error or a plain success, never a 5xx, and the next request finds all well. */
describe('hostile requests', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: { id: string };
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant();
    ana = await tenant.createUser('ana@example.com', { displayName: 'Ana', emails: [{ value: 'a@example.com' }] });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  afterEach(async () => {
    expect((await tenant.get(`/Users/${ana.id}`)).body).toEqual(ana);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  const post = (raw: string | Buffer) => () => tenant.scim('POST', '/Users', undefined, { raw });
  const user = (attributes: string) => `{"schemas":["${USER}"],"userName":"evil@example.com",${attributes}}`;
  const patchRaw = (operations: string) => () =>
    tenant.scim('PATCH', `/Users/${ana.id}`, undefined, {
      raw: `{"schemas":["${PATCH_OP}"],"Operations":${operations}}`,
    });

  describe('bodies', () => {
    it.each<[string, string | Buffer]>([
      ['nothing', ''],
      ['white space', '   '],
      ['broken JSON', '{"userName":'],
      ['a trailing comma', '{"userName":"evil@example.com",}'],
      ['a comment', '{"userName":"evil@example.com"/* */}'],
      ['single quotes', "{'userName':'evil@example.com'}"],
      ['two documents', '{"userName":"evil1"}{"userName":"evil2"}'],
      ['NaN', '{"userName":NaN}'],
      ['an array', '[]'],
      ['an array of users', '[{"userName":"evil@example.com"}]'],
      ['a string', '"userName"'],
      ['a number', '42'],
      ['null', 'null'],
      ['true', 'true'],
      ['HTML', '<html></html>'],
      ['a form', 'userName=evil%40example.com'],
      ['invalid UTF-8 where JSON would be', Buffer.from([0xff, 0xfe, 0x00, 0x01])],
      ['UTF-16', Buffer.from('{"userName":"evil@example.com"}', 'utf16le')],
    ])('%s → 400 for POST, PUT and PATCH', async (_title, raw) => {
      for (const [method, path] of [
        ['POST', '/Users'],
        ['POST', '/Groups'],
        ['PUT', `/Users/${ana.id}`],
        ['PATCH', `/Users/${ana.id}`],
      ] as const) {
        await expectRefusal(tenant, () => tenant.scim(method, path, undefined, { raw }));
      }
    });

    it('says where JSON is broken, and nothing of what stands there', async () => {
      const { body } = await expectRefusal(tenant, post('{"userName":"evil@example.com","ssn":"078-05-1120",}'));
      expect(body.scimType).toBe('invalidSyntax');
      expect(body.detail).not.toMatch(/evil|078/);
    });

    it.each([
      ['userName', '{"a":1}'],
      ['userName', '["a","b"]'],
      ['userName', 'true'],
      ['active', '"maybe"'],
      ['active', '1'],
      ['active', '[true]'],
      ['name', '"Ana"'],
      ['name', '[{"givenName":"a"},{"givenName":"b"}]'],
      ['name', '{"givenName":{"x":1}}'],
      ['emails', '[[["a"]]]'],
      ['emails', '[{"value":{"x":1}}]'],
      ['emails', 'true'],
      ['emails', '[1,{"value":["x"]}]'],
      ['displayName', '{"$gt":""}'],
      ['title', '{"toString":"x"}'],
      ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', '"x"'],
      ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', '[{},{}]'],
      ['urn:ietf:params:scim:schemas:extension:enterprise:2.0:User', '{"manager":[{"value":"a"},{"value":"b"}]}'],
      ['a b', '1'],
      ['', '"x"'],
      ['a.b.c', '"x"'],
      ['emails[type eq "work"].value', '"x"'],
      ['urn:', '"x"'],
      [':::', '{"a":1}'],
      ['urn:ietf:params:scim:schemas:core:2.0:User:', '"x"'],
    ])('a value of the wrong type or a name that is none: %s = %s', async (name, value) => {
      const raw = user(`${JSON.stringify(name)}:${value}`);
      await expectRefusal(tenant, post(raw));
      await expectRefusal(tenant, () => tenant.scim('PUT', `/Users/${ana.id}`, undefined, { raw }));
    });

    it.each([
      ['arrays in an unknown attribute', user(`"x":${nested(10_000, '[', ']')}`)],
      ['objects in an unknown attribute', user(`"x":${nested(10_000, '{"a":', '}')}`)],
      ['objects in a known attribute', user(`"name":${nested(10_000, '{"givenName":', '}')}`)],
      ['arrays in a known attribute', user(`"emails":${nested(10_000, '[', ']')}`)],
      ['objects under a URN', user(`"urn:x:y:1.0:User":${nested(10_000, '{"a":', '}')}`)],
      ['the core URN in itself', user(nested(10_000, `"${USER}":{`, '}', '"title":"x"').slice(0, -1) + '}')],
      ['an array alone', nested(100_000, '[', ']')],
      ['an object alone', nested(100_000, '{"a":', '}')],
    ])('10,000 levels: %s', async (_title, raw) => {
      await expectRefusal(tenant, post(raw));
    });

    it.each([
      ['add of an unknown attribute', `[{"op":"add","path":"x","value":${nested(10_000, '[', ']')}}]`],
      ['replace of a known one', `[{"op":"replace","path":"name","value":${nested(10_000, '{"givenName":', '}')}}]`],
      ['an add without a path', `[{"op":"add","value":${nested(10_000, '{"a":', '}')}}]`],
      ['elements to remove', `[{"op":"remove","path":"emails","value":${nested(10_000, '[', ']')}}]`],
      ['a readOnly attribute', `[{"op":"replace","path":"meta","value":${nested(10_000, '{"a":', '}')}}]`],
      ['an op', `[{"op":${nested(10_000, '[', ']')}}]`],
      ['Operations', nested(10_000, '[', ']')],
    ])('10,000 levels in a PATCH: %s', async (_title, operations) => {
      const { answer, types } = await tenant.recording(patchRaw(operations));
      // Some of it names nothing to change; none of it may be stored or do harm.
      expect([200, 400]).toContain(answer.status);
      expect(types).toEqual([]);
    });

    it('5 MB → 413', async () => {
      await expectRefusal(tenant, post(user(`"nickName":"${'x'.repeat(5_000_000)}"`)), [413]);
      await expectRefusal(tenant, () => tenant.scim('PATCH', `/Users/${ana.id}`, 'x'.repeat(5_000_000)), [413]);
    });

    it.each([
      ['200,000 elements', user(`"x":[${'1,'.repeat(199_999)}1]`)],
      ['200,000 emails', user(`"emails":[${'"a",'.repeat(199_999)}"a"]`)],
      ['200,000 empty elements', user(`"emails":[${'{},'.repeat(199_999)}{}]`)],
      ['2,000 attributes', user(Array.from({ length: 2_000 }, (_, n) => `"a${n}":1`).join(','))],
      ['2,000 extensions', user(Array.from({ length: 2_000 }, (_, n) => `"urn:x:e${n}:1.0:User":{"a":1}`).join(','))],
      ['a string beyond a million characters', user(`"title":"${'x'.repeat(1_100_000)}"`)],
      ['a name of 100,000 characters', user(`"${'x'.repeat(100_000)}":1`)],
      ['U+0000 in a value', user('"title":"a\\u0000b"')],
      ['U+0000 in a userName', '{"userName":"a\\u0000b"}'],
      ['U+0000 in a name', user('"a\\u0000b":1')],
      ['U+0000 in a nested value', user('"emails":[{"value":"a\\u0000"}]')],
    ])('%s → 400', async (_title, raw) => {
      const { body } = await expectRefusal(tenant, post(raw));
      expect(body.scimType).toMatch(/invalidValue|invalidSyntax/);
    });

    it('takes invalid UTF-8 inside a string, half surrogates and huge numbers without harm', async () => {
      const own = await gateway.newTenant();
      const bytes = Buffer.concat([
        Buffer.from('{"userName":"u1","title":"'),
        Buffer.from([0xc3, 0x28]),
        Buffer.from('"}'),
      ]);
      const bodies = [
        bytes,
        '{"userName":"u2","title":"\\ud800"}',
        '{"userName":"u3","x":1e308,"y":-0.0,"z":123456789012345678901234567890}',
        '{"userName":"u4","title":-1e21}',
      ];
      for (const raw of bodies) {
        const answer = await own.scim('POST', '/Users', undefined, { raw });
        expect([201, 400]).toContain(answer.status);
        if (answer.status === 201) expect((await own.get(`/Users/${answer.body.id}`)).body).toEqual(answer.body);
      }
      for (const title of ['1e999', '-1e999']) await expectRefusal(tenant, post(user(`"x":${title}`)));
      expect((await own.get('/Users')).status).toBe(200);
    });
  });

  describe('hostile names', () => {
    it.each(HOSTILE_NAMES)('%s is a name like any other, or none at all', async (name) => {
      const own = await gateway.newTenant();
      const made = await own.createUser('victim');
      const raw = (attributes: string) => ({ raw: `{"schemas":["${USER}"],"userName":"v${name}",${attributes}}` });
      const patch = (path: string, value: unknown) =>
        own.patch(`/Users/${made.id}`, { op: 'add', path, value }, { op: 'replace', value: { [path]: value } });
      const answers = [
        await own.scim('POST', '/Users', undefined, raw(`"${name}":{"polluted":true}`)),
        await own.scim('POST', '/Users', undefined, raw(`"name":{"${name}":{"polluted":true}}`)),
        await own.scim('POST', '/Users', undefined, raw(`"emails":[{"value":"x","${name}":{"polluted":true}}]`)),
        await own.scim('POST', '/Users', undefined, raw(`"urn:x:${name}:1.0:User":{"${name}":{"polluted":true}}`)),
        await own.scim('POST', '/Users', undefined, raw(`"${name}.${name}":"polluted"`)),
        await own.scim('POST', '/Groups', undefined, { raw: `{"displayName":"g","${name}":{"polluted":true}}` }),
        await own.scim('PUT', `/Users/${made.id}`, undefined, raw(`"${name}":"polluted"`)),
        await patch(name, { polluted: true }),
        await patch(`${name}.polluted`, true),
        await patch(`name.${name}`, 'polluted'),
        await patch(`emails[${name} eq "x"].value`, 'polluted'),
        await patch(`urn:x:${name}:1.0:User:${name}`, { polluted: true }),
        await own.scim('PATCH', `/Users/${made.id}`, undefined, { raw: `{"${name}":1,"Operations":{"${name}":[]}}` }),
        await own.find('Users', `${name} eq "x"`),
        await own.find('Users', `${name}.${name} pr and emails[${name} eq "x"]`),
        await own.get(`/Users?attributes=${name},${name}.${name},urn:x:${name}:1.0:User:${name}`),
        await own.get(`/Users?excludedAttributes=${name},name.${name}`),
        await own.get(`/Users?sortBy=${name}&${name}=x`),
        await own.get(`/Users/${name}`),
        await own.get(`/Groups/${name}`),
        await own.scim('DELETE', `/Users/${name}`),
        await own.get(`/Schemas/${name}`),
        await own.get(`/ResourceTypes/${name}`),
        await own.get(`/${name}`),
      ];
      for (const { status, body } of answers) {
        expect(status).toBeLessThan(500);
        if (status >= 400) expect(body).toMatchObject({ status: String(status), detail: expect.any(String) });
      }
      // Whatever was let in is read back, shown in lists and projected as any attribute is.
      for (const shown of await own.everything('Users')) {
        expect((await own.get(`/Users/${shown.id}`)).body).toEqual(shown);
      }
    });
  });

  describe('PATCH', () => {
    it('2,000 operations → 400', async () => {
      const operations = Array.from({ length: 2_000 }, () => ({ op: 'add', path: 'title', value: 'x' }));
      const { body } = await expectRefusal(tenant, () => tenant.patch(`/Users/${ana.id}`, ...operations));
      expect(body.detail).toContain('1000');
    });

    it.each([
      ['Operations of the wrong type', '"x"'],
      ['an operation that is null', '[null]'],
      ['an operation that is a list', '[[]]'],
      ['a path that is an object', '[{"op":"add","path":{},"value":1}]'],
      ['a path of 20,000 characters', `[{"op":"add","path":"${'a.'.repeat(10_000)}","value":1}]`],
      ['a path of brackets', `[{"op":"add","path":"${nested(5_000, '[', ']')}","value":1}]`],
      ['a filter of 10,000 terms', `[{"op":"remove","path":"emails[${'a pr or '.repeat(10_000)}a pr]"}]`],
      ['a path with U+0000', '[{"op":"add","path":"tit\\u0000le","value":"x"}]'],
      ['a value with U+0000', '[{"op":"add","path":"title","value":"\\u0000"}]'],
      ['userName as an object', '[{"op":"replace","path":"userName","value":{"a":1}}]'],
      ['a pathless list', '[{"op":"replace","value":[1,2]}]'],
      ['a pathless string', '[{"op":"replace","value":"x"}]'],
      ['a filter on a simple attribute', '[{"op":"replace","path":"title[value eq \\"x\\"]","value":"y"}]'],
      ['a sub-attribute of a simple attribute', '[{"op":"replace","path":"title.x","value":"y"}]'],
    ])('%s → 400', async (_title, operations) => {
      await expectRefusal(tenant, patchRaw(operations));
    });

    it('grows no resource without end', async () => {
      const operations = Array.from({ length: 1_000 }, (_, n) => ({ op: 'add', path: `extra${n}`, value: 'x' }));
      const own = await gateway.newTenant();
      const { id } = await own.createUser('u');
      const statuses = [];
      for (let round = 0; round < 3; round++) {
        const named = operations.map((operation) => ({ ...operation, path: `${operation.path}r${round}` }));
        statuses.push((await own.patch(`/Users/${id}`, ...named)).status);
      }
      expect(statuses).toContain(400);
    });
  });

  it('members that are none → 400, nobody added', async () => {
    const { id } = await tenant.createGroup('g');
    const patch = (value: unknown) => () => tenant.patch(`/Groups/${id}`, { op: 'add', path: 'members', value });
    const put = (members: unknown) => () => tenant.scim('PUT', `/Groups/${id}`, { displayName: 'g', members });
    for (const members of [[1], 'nobody', [[ana.id]], [true], [{ value: 'a\u0000' }], [{ value: ana.id }, 'nobody']]) {
      await expectRefusal(tenant, patch(members));
      await expectRefusal(tenant, put(members));
    }
    for (const members of [[{ value: {} }], [{ value: '' }], [{ id: ana.id }], [{ value: id }]]) {
      await expectRefusal(tenant, patch(members));
    }
    expect(await tenant.membersOf(id)).toEqual([]);
  });
});
