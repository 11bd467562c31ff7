import { gzipSync } from 'node:zlib';
import { groupStream, userStream } from '#domain';
import { BULK_REQUEST, BULK_RESPONSE, bulk } from '../support/bulk.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import {
  ENTERPRISE,
  ERROR,
  expectRefusal,
  GROUP,
  PATCH_OP,
  type TenantClient,
  USER,
} from '../support/tenant-client.js';

const MAX_OPERATIONS = 200;
const MAX_PAYLOAD = 256 * 1024;

const post = (userName: string, attributes: object = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId: userName,
  data: { schemas: [USER], userName, ...attributes },
});
const group = (displayName: string, ...members: string[]) => ({
  method: 'POST',
  path: '/Groups',
  bulkId: displayName,
  data: { schemas: [GROUP], displayName, members: members.map((value) => ({ value })) },
});
const patch = (path: string, ...Operations: object[]) => ({
  method: 'PATCH',
  path,
  data: { schemas: [PATCH_OP], Operations },
});
const reportsTo = (value: string) => ({ [ENTERPRISE]: { manager: { value } } });

/** RFC 7644 §3.7: many operations in one request. */
describe('POST /Bulk', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway({
      env: { BULK_MAX_OPERATIONS: String(MAX_OPERATIONS), BULK_MAX_PAYLOAD_BYTES: String(MAX_PAYLOAD) },
    });
  });
  beforeEach(async () => {
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const read = async (path: string) => (await tenant.get(path)).body;
  const managerOf = async (id: string | undefined) => (await read(`/Users/${id}`))[ENTERPRISE]?.manager;

  it('carries out each method and tells what came of it, in the order of the request', async () => {
    const [old, gone] = [await tenant.createUser('old'), await tenant.createUser('gone')];
    const answer = await bulk(tenant, [
      post('new'),
      { method: 'PUT', path: `/Users/${old.id}`, bulkId: 'p', data: { userName: 'old', title: 'Baker' } },
      patch(`/Users/${old.id}`, { op: 'replace', path: 'active', value: false }),
      group('G', old.id, 'bulkId:new'),
      patch('/Groups/bulkId:G', { op: 'remove', path: 'members[value eq "bulkId:new"]' }),
      { method: 'DELETE', path: `/Users/${gone.id}` },
    ]);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toMatch(/^application\/scim\+json/);
    const [newId, , , groupId] = answer.ids;
    const at = (path: string) => `${tenant.baseUrl}${path}`;
    expect(answer.body).toEqual({
      schemas: [BULK_RESPONSE],
      Operations: [
        { location: at(`/Users/${newId}`), method: 'POST', bulkId: 'new', version: 'W/"0"', status: '201' },
        { location: at(`/Users/${old.id}`), method: 'PUT', bulkId: 'p', version: 'W/"1"', status: '200' },
        { location: at(`/Users/${old.id}`), method: 'PATCH', version: 'W/"2"', status: '200' },
        { location: at(`/Groups/${groupId}`), method: 'POST', bulkId: 'G', version: 'W/"1"', status: '201' },
        { location: at(`/Groups/${groupId}`), method: 'PATCH', version: 'W/"2"', status: '204' },
        { location: at(`/Users/${gone.id}`), method: 'DELETE', status: '204' },
      ],
    });
    expect(await read(`/Users/${old.id}`)).toMatchObject({ title: 'Baker', active: false, meta: { version: 'W/"2"' } });
    expect(await tenant.membersOf(groupId ?? '')).toEqual([old.id]);
    expect((await tenant.get(`/Users/${gone.id}`)).status).toBe(404);
    // What was answered is in the next list.
    expect((await read('/Users')).totalResults).toBe(2);
  });

  it('appends the events of single requests, each operation its own', async () => {
    const ana = await tenant.createUser('ana');
    const { events, answer } = await tenant.recording(() =>
      bulk(tenant, [
        post('bo'),
        patch(`/Users/${ana.id}`, { op: 'replace', path: 'title', value: 'Baker' }),
        patch(`/Users/${ana.id}`, { op: 'replace', path: 'title', value: 'Baker' }),
        post('ana'),
        group('G', ana.id),
      ]),
    );
    expect(answer.statuses).toEqual(['201', '200', '200', '409', '201']);
    const types = (stream: string) => events.filter((event) => event.stream === stream).map(({ type }) => type);
    expect(types(userStream(tenant.slug, answer.ids[0] ?? ''))).toEqual(['UserProvisioned']);
    expect(types(userStream(tenant.slug, ana.id))).toEqual(['UserUpdated']);
    expect(types(groupStream(tenant.slug, answer.ids[4] ?? ''))).toEqual(['GroupCreated', 'GroupMembershipChanged']);
    expect(events.map(({ type }) => type).sort()).toEqual([
      'GroupCreated',
      'GroupMembershipChanged',
      'UserNameClaimed',
      'UserProvisioned',
      'UserUpdated',
    ]);
    for (const { metadata } of events) {
      expect(metadata).toMatchObject({ connection: tenant.ids.connectionId, credential: tenant.ids.tokenId });
    }
    expect(new Set(events.map(({ metadata }) => metadata.correlationId)).size).toBe(1);
  });

  describe('references', () => {
    it('are resolved in members, addresses, extensions and paths, whatever the order (§3.7.2)', async () => {
      const answer = await bulk(tenant, [
        group('G', 'bulkId:ana', 'bulkId:H'),
        patch('/Groups/bulkId:G', {
          op: 'add',
          path: 'members',
          value: [{ value: 'bulkId:bo', $ref: '../Users/bulkId:bo' }],
        }),
        patch('/Users/bulkId:bo', { op: 'replace', path: `${ENTERPRISE}:manager.value`, value: 'bulkId:ana' }),
        post('ana', { [ENTERPRISE]: { manager: { value: 'bulkId:bo', $ref: 'bulkId:bo' } } }),
        group('H'),
        post('bo', { 'urn:acme:params:scim:1.0:User': { buddy: 'bulkId:H' } }),
        { method: 'PUT', path: '/Groups/bulkId:H', data: { displayName: 'H2', members: [{ value: 'bulkId:bo' }] } },
      ]);
      expect(answer.statuses).toEqual(['201', '204', '200', '201', '201', '201', '200']);
      const [g, , , ana, h, bo] = answer.ids as string[];
      expect(await tenant.membersOf(g!)).toEqual([ana, bo, h].sort());
      expect(await tenant.membersOf(h!)).toEqual([bo]);
      expect(await managerOf(ana)).toEqual({ value: bo, $ref: `${tenant.baseUrl}/Users/${bo}` });
      expect(await managerOf(bo)).toEqual({ value: ana });
      expect((await read(`/Users/${bo}`))['urn:acme:params:scim:1.0:User']).toEqual({ buddy: h });
    });

    it('in circles are made first and patched in after (§3.7.1)', async () => {
      const { answer, types } = await tenant.recording(() =>
        bulk(tenant, [
          group('A', 'bulkId:B'),
          group('B', 'bulkId:A'),
          post('ana', reportsTo('bulkId:bo')),
          post('bo', reportsTo('bulkId:ana')),
          post('me', reportsTo('bulkId:me')),
        ]),
      );
      expect(answer.statuses).toEqual(['201', '201', '201', '201', '201']);
      const [a, b, ana, bo, me] = answer.ids as string[];
      expect([await tenant.membersOf(a!), await tenant.membersOf(b!)]).toEqual([[b], [a]]);
      expect([await managerOf(ana), await managerOf(bo), await managerOf(me)]).toEqual([
        { value: bo },
        { value: ana },
        { value: me },
      ]);
      expect(types.filter((type) => type === 'UserUpdated')).toHaveLength(2);
      for (const { location, version } of answer.body.Operations) {
        const path = location.slice(tenant.baseUrl.length);
        expect((await read(path)).meta.version).toBe(version);
      }
    });

    it('in circles of which one cannot be leave nothing behind', async () => {
      await tenant.createUser('taken');
      const { statuses, body } = await bulk(tenant, [
        group('A', 'bulkId:ana'),
        post('ana', reportsTo('bulkId:taken')),
        post('taken', reportsTo('bulkId:ana')),
        post('bo'),
      ]);
      expect(statuses).toEqual(['409', '409', '409', '201']);
      expect(body.Operations[2].response).toMatchObject({ scimType: 'uniqueness' });
      expect(body.Operations[1].response.detail).toContain('Operation 3');
      expect((await read('/Users')).Resources.map(({ userName }: { userName: string }) => userName)).toEqual([
        'taken',
        'bo',
      ]);
      expect((await read('/Groups')).totalResults).toBe(0);
    });

    it('to nothing fail alone', async () => {
      const { statuses, body } = await bulk(tenant, [
        group('A', 'bulkId:nobody'),
        post('ana', reportsTo('bulkId:nobody')),
        patch('/Users/bulkId:nobody', { op: 'replace', path: 'title', value: 'x' }),
        post('bo'),
      ]);
      expect(statuses).toEqual(['400', '400', '400', '201']);
      for (const { response, location, method } of body.Operations.slice(0, 3)) {
        expect(response).toEqual({
          schemas: [ERROR],
          status: '400',
          scimType: 'invalidValue',
          detail: expect.stringContaining('"nobody"'),
        });
        expect(location).toBe(method === 'POST' ? undefined : `${tenant.baseUrl}/Users/bulkId:nobody`);
      }
      expect((await read('/Users')).totalResults).toBe(1);
    });

    it('mean nothing in a single request', async () => {
      await expectRefusal(tenant, () =>
        tenant.scim('POST', '/Groups', { displayName: 'G', members: [{ value: 'bulkId:ana' }] }),
      );
      expect((await tenant.get('/Users/bulkId:ana')).status).toBe(404);
    });
  });

  describe('failOnErrors', () => {
    const operations = [post('a'), post('a2', { userName: 'a' }), post('b'), post('b2', { userName: 'b' }), post('c')];

    it('stops after so many errors and leaves the rest out of the answer', async () => {
      const one = await bulk(tenant, operations, { failOnErrors: 1 });
      expect([one.status, one.statuses]).toEqual([200, ['201', '409']]);
      expect((await read('/Users')).totalResults).toBe(1);
      const other = await gateway.newTenant();
      expect((await bulk(other, operations, { failOnErrors: 2 })).statuses).toEqual(['201', '409', '201', '409']);
      expect((await other.get('/Users')).body.totalResults).toBe(2);
    });

    it.each([[{}], [{ failOnErrors: null }], [{ failOnErrors: 3 }]])('with %j tries them all', async (more) => {
      const { statuses } = await bulk(tenant, operations, more);
      expect(statuses).toEqual(['201', '409', '201', '409', '201']);
    });
  });

  it('takes a version as If-Match takes it, in any form (§3.14)', async () => {
    const { id } = await tenant.createUser('ana');
    const title = (value: string, version: string) => ({
      ...patch(`/Users/${id}`, { op: 'replace', path: 'title', value }),
      version,
    });
    const { statuses, body } = await bulk(tenant, [
      title('one', 'W/"0"'),
      title('stale', 'W/"0"'),
      title('two', '"1"'),
      title('three', '2'),
      title('four', '*'),
      { method: 'DELETE', path: `/Users/${id}`, version: 'W/"1"' },
    ]);
    expect(statuses).toEqual(['200', '412', '200', '200', '200', '412']);
    expect(body.Operations[1]).toMatchObject({
      location: `${tenant.baseUrl}/Users/${id}`,
      response: { status: '412' },
    });
    expect(await read(`/Users/${id}`)).toMatchObject({ title: 'four', meta: { version: 'W/"4"' } });
  });

  it('keeps the order where operations touch the same thing (§3.7)', async () => {
    const [ana, bo] = [await tenant.createUser('ana'), await tenant.createUser('bo')];
    const { id } = await tenant.createGroup('G', [ana.id, bo.id]);
    const rename = (user: string, value: string) => patch(`/Users/${user}`, { op: 'replace', path: 'userName', value });
    const { statuses, ids } = await bulk(tenant, [
      rename(ana.id, 'carla'),
      post('ana'),
      rename(bo.id, 'ana'),
      { method: 'DELETE', path: `/Users/${bo.id}` },
      post('again', { userName: 'bo' }),
      patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value: bo.id }] }),
      { method: 'DELETE', path: `/Groups/${id}` },
      patch(`/Groups/${id}`, { op: 'replace', path: 'displayName', value: 'H' }),
    ]);
    // bo is brought back under the same id, and is a member again before the group goes.
    expect(statuses).toEqual(['200', '201', '409', '204', '201', '204', '204', '404']);
    expect(ids[4]).toBe(bo.id);
  });

  it('takes many out of the groups they share', async () => {
    const made = await bulk(
      tenant,
      Array.from({ length: 100 }, (_, n) => post(`u${n}`)),
    );
    const stays = await tenant.createUser('stays');
    const groups = [
      await tenant.createGroup('G', [stays.id, ...(made.ids as string[])]),
      await tenant.createGroup('H', made.ids as string[]),
    ];
    const { answer, events } = await tenant.recording(() =>
      bulk(
        tenant,
        made.ids.map((id) => ({ method: 'DELETE', path: `/Users/${id}` })),
      ),
    );
    expect(new Set(answer.statuses)).toEqual(new Set(['204']));
    expect([await tenant.membersOf(groups[0].id), await tenant.membersOf(groups[1].id)]).toEqual([[stays.id], []]);
    const left = events.filter(({ type }) => type === 'GroupMembershipChanged');
    expect(left.flatMap(({ data }) => (data as { removed: unknown[] }).removed)).toHaveLength(200);
  });

  it('keeps to its own tenant', async () => {
    const other = await gateway.newTenant();
    const theirs = await other.createUser('theirs');
    const { types, answer } = await other.recording(() =>
      bulk(tenant, [
        patch(`/Users/${theirs.id}`, { op: 'replace', path: 'active', value: false }),
        { method: 'PUT', path: `/Users/${theirs.id}`, data: { userName: 'mine' } },
        { method: 'DELETE', path: `/Users/${theirs.id}` },
        { method: 'DELETE', path: `/scim/v2/${other.slug}/Users/${theirs.id}` },
        { method: 'DELETE', path: `/../${other.slug}/Users/${theirs.id}` },
        { method: 'DELETE', path: `/Users/..%2F..%2F${other.slug}%2FUsers%2F${theirs.id}` },
        { method: 'DELETE', path: `/Users/${other.slug}.${theirs.id}` },
        group('G', theirs.id),
      ]),
    );
    expect(answer.statuses).toEqual(['404', '404', '404', '404', '404', '404', '404', '400']);
    expect(types).toEqual([]);
    expect(await tenant.events()).not.toContainEqual(expect.objectContaining({ type: 'GroupCreated' }));
    expect((await tenant.get(`/Users/${theirs.id}`)).status).toBe(404);
    expect((await bulk(tenant, [post('x')], {}, { authorization: null })).status).toBe(401);
    expect((await bulk(tenant, [post('x')], {}, { authorization: `Bearer ${other.token}` })).status).toBe(401);
  });

  describe('limits (§3.7.4)', () => {
    it('are told by the service provider configuration', async () => {
      expect((await read('/ServiceProviderConfig')).bulk).toEqual({
        supported: true,
        maxOperations: MAX_OPERATIONS,
        maxPayloadSize: MAX_PAYLOAD,
      });
    });

    it('take a full job', async () => {
      const { statuses } = await bulk(
        tenant,
        Array.from({ length: MAX_OPERATIONS }, (_, n) => post(`u${n}`)),
      );
      expect(new Set(statuses)).toEqual(new Set(['201']));
      expect((await read('/Users?count=0')).totalResults).toBe(MAX_OPERATIONS);
    });

    it('413 names maxOperations, and nothing is carried out', async () => {
      const operations = Array.from({ length: MAX_OPERATIONS + 1 }, (_, n) => post(`u${n}`));
      const { body } = await expectRefusal(tenant, () => bulk(tenant, operations), [413]);
      expect(body.detail).toMatch(/maxOperations is 200/);
    });

    it('413 names maxPayloadSize, however the body comes', async () => {
      const raw = JSON.stringify({ Operations: [post('ana', { title: 'x'.repeat(MAX_PAYLOAD) })] });
      for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
        const send = () => tenant.scim('POST', '/Bulk', undefined, { raw, headers });
        const { body } = await expectRefusal(tenant, send, [413]);
        expect(body.detail).toContain(`maxPayloadSize is ${MAX_PAYLOAD} bytes`);
      }
      // Bytes after inflation count.
      const packed = gzipSync(raw);
      const options = { raw: packed, headers: { 'content-encoding': 'gzip' } };
      const { body } = await expectRefusal(tenant, () => tenant.scim('POST', '/Bulk', undefined, options), [413]);
      expect(body.detail).toContain(`maxPayloadSize is ${MAX_PAYLOAD} bytes`);
      // The limit of single requests is another.
      const { status } = await tenant.scim('POST', '/Users', { userName: 'ana', x: 'x'.repeat(MAX_PAYLOAD) });
      expect(status).toBe(201);
    });
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['broken JSON', '{"Operations":['],
    ['a list', '[]'],
    ['no Operations', '{}'],
    ['Operations of the wrong type', '{"Operations":"x"}'],
    ['no operation', '{"Operations":[]}'],
    ['operations that are none', '{"Operations":[null]}'],
    ['10,000 levels', `{"Operations":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['10,000 levels in the method', `{"Operations":[{"method":${'['.repeat(10_000)}${']'.repeat(10_000)}}]}`],
    ['100,000 operations', `{"Operations":[${'1,'.repeat(99_999)}1]}`],
    ['a bulkId twice', JSON.stringify({ Operations: [post('a'), post('a')] })],
    ['a POST without bulkId', JSON.stringify({ Operations: [post('b'), { ...post('a'), bulkId: undefined }] })],
    ['a GET', JSON.stringify({ Operations: [post('b'), { method: 'GET', path: '/Users' }] })],
    ['failOnErrors as text', JSON.stringify({ failOnErrors: 'no', Operations: [post('b')] })],
  ])('%s → 400 or 413, nothing carried out', async (_title, raw) => {
    await expectRefusal(tenant, () => tenant.scim('POST', '/Bulk', undefined, { raw }), [400, 413]);
  });

  it('an operation that is hostile fails alone', async () => {
    const data = (text: string) => ({ method: 'POST', path: '/Users', bulkId: text, data: `@${text}@` });
    const nested = '['.repeat(10_000) + ']'.repeat(10_000);
    const inputs: Record<string, string> = {
      nested: `{"userName":"a1","x":${nested}}`,
      nestedMeta: `{"userName":"a2","meta":${nested}}`,
      text: '"x"',
      many: `{"userName":"a3","emails":[${'"a",'.repeat(30_000)}"a"]}`,
      nul: '{"userName":"a\\u0000"}',
      proto: '{"__proto__":{"userName":"a4"}}',
    };
    let raw = JSON.stringify({ Operations: [...Object.keys(inputs).map(data), post('ana')] });
    for (const [name, text] of Object.entries(inputs)) raw = raw.replace(`"@${name}@"`, () => text);
    const answer = await tenant.scim('POST', '/Bulk', undefined, { raw });
    expect(answer.status).toBe(200);
    const statuses = answer.body.Operations.map(({ status }: { status: string }) => status);
    expect(statuses.slice(0, 3)).toEqual(['400', '400', '400']);
    expect(statuses.slice(4)).toEqual(['400', '400', '201']);
    expect(answer.text).not.toContain('undefined');
  });

  it('is a POST and nothing else', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const answer = await tenant.scim(method, '/Bulk', method === 'GET' ? undefined : {});
      expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST, OPTIONS']);
    }
    expect((await tenant.scim('OPTIONS', '/Bulk')).headers['allow']).toBe('POST, OPTIONS');
  });

  it('takes any JSON type, and schemas in no need of being right', async () => {
    const raw = JSON.stringify({ schemas: [BULK_REQUEST.toUpperCase()], operations: [post('ana')] });
    const { status, body } = await tenant.scim('POST', '/Bulk', undefined, {
      raw,
      headers: { 'content-type': 'application/json' },
    });
    expect([status, body.Operations[0].status]).toEqual([200, '201']);
  });
});
