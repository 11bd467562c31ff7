import { startGateway, type TestGateway } from '../support/start-gateway.js';
import {
  ENTERPRISE,
  expectRefusal,
  expectScimError,
  GROUP,
  type TenantClient,
  USER,
} from '../support/tenant-client.js';

const NOBODY = '0199f0c8-0000-7000-8000-000000000000';

/** Rules about resources and their life (RFC 7643, RFC 7644 §3.3 to §3.6), each by its number in the list of rules, C5. */
describe('rules of resources', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  beforeEach(async () => {
    tenant = await gateway.newTenant();
  });

  const put = (user: { id: string }, body: object) => tenant.scim('PUT', `/Users/${user.id}`, body);

  it('C5.1 meta is the server’s: what a client says of it is passed over, created stays, lastModified moves', async () => {
    const meta = { resourceType: 'Robot', created: '2001-01-01T00:00:00Z', location: 'http://x/', version: 'W/"9"' };
    for (const [path, made] of [
      ['/Users', await tenant.createUser('ana@example.com', { meta })],
      ['/Groups', (await tenant.scim('POST', '/Groups', { schemas: [GROUP], displayName: 'Eng', meta })).body],
    ]) {
      expect(made.meta).toMatchObject({
        resourceType: path === '/Users' ? 'User' : 'Group',
        location: `${tenant.baseUrl}${path}/${made.id}`,
      });
      expect(Date.parse(made.meta.created)).toBeGreaterThan(Date.parse('2020-01-01'));
      await tenant.patch(`${path}/${made.id}`, { op: 'replace', path: 'displayName', value: 'Else' });
      const after = (await tenant.get(`${path}/${made.id}`)).body.meta;
      expect(after.created).toBe(made.meta.created);
      expect(after.version).not.toBe(made.meta.version);
      expect(after.lastModified >= made.meta.lastModified).toBe(true);
    }
  });

  it('C5.2 schemas lists the type’s own and the extensions there are, once each, whatever the client listed', async () => {
    const listed = [ENTERPRISE, ENTERPRISE, 'urn:none', USER];
    const bare = await tenant.createUser('bare@example.com', { schemas: listed });
    expect(bare.schemas).toEqual([USER]);
    const custom = 'urn:example:2.0:User';
    const full = await tenant.createUser('full@example.com', {
      schemas: [],
      [ENTERPRISE]: { department: 'Care', division: '' },
      [custom]: { a: '1' },
    });
    expect(full.schemas).toEqual([USER, ENTERPRISE, custom]);
  });

  it.each([
    ['letter case', 'ana@example.com', 'ANA@Example.COM'],
    ['letter case beyond ASCII', 'åsa@example.com', 'ÅSA@example.com'],
    ['composed and decomposed', '\u00e5sa@example.com', 'a\u030asa@example.com'],
    ['full width', 'ana@example.com', 'ａｎａ@example.com'],
  ])('C5.3 userName: %s makes no other name', async (_what, first, second) => {
    const { id } = await tenant.createUser(first);
    expectScimError(await tenant.scim('POST', '/Users', { schemas: [USER], userName: second }), 409, 'uniqueness');
    const found = await tenant.find('Users', `userName eq "${second}"`);
    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id, userName: first }] });
  });

  it('C5.3 userName: a dotless i is another letter, whatever the locale', async () => {
    await tenant.createUser('igor@example.com');
    await tenant.createUser('\u0131gor@example.com');
    expectScimError(await tenant.scim('POST', '/Users', { userName: 'IGOR@example.com' }), 409, 'uniqueness');
  });

  it('C5.3 a group’s name is not unique (RFC 7643 §4.2), and found in any case', async () => {
    const [one, two] = [await tenant.createGroup('Eng'), await tenant.createGroup('ENG')];
    const { body } = await tenant.find('Groups', 'displayName eq "eng"');
    expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([one.id, two.id]);
  });

  it('C5.4 text comes back as it went in: emoji, astral letters, right to left, decomposed; U+0000 is refused', async () => {
    const displayName = 'A\u030asa 👩‍⚕️ 𝒜 שלום \u202Exy';
    const user = await tenant.createUser('text@example.com', { displayName, title: '  spaced  ' });
    const { body } = await tenant.get(`/Users/${user.id}`);
    expect([body.displayName, body.title]).toEqual([displayName, '  spaced  ']);
    for (const attributes of [{ displayName: 'a\u0000b' }, { emails: [{ value: '\u0000' }] }, { x: { y: '\u0000' } }]) {
      const send = () => tenant.scim('POST', '/Users', { userName: 'zero@example.com', ...attributes });
      expect((await expectRefusal(tenant, send)).body.scimType).toBe('invalidValue');
    }
  });

  describe('C5.5 PUT', () => {
    it('clears what is absent, ignores what is readOnly, and never creates', async () => {
      const user = await tenant.createUser('ana@example.com', {
        externalId: 'e-1',
        title: 'Nurse',
        emails: [{ value: 'ana@example.com' }],
        [ENTERPRISE]: { department: 'Care' },
      });
      const body = { schemas: [USER], id: NOBODY, userName: 'ana@example.com', groups: [{ value: 'x' }], meta: {} };
      const { id, schemas, meta, ...rest } = (await put(user, body)).body;
      expect({ id, schemas, created: meta.created }).toEqual({
        id: user.id,
        schemas: [USER],
        created: user.meta.created,
      });
      expect(rest).toEqual({ userName: 'ana@example.com', active: true });
      expectScimError(await put({ id: NOBODY }, body), 404);
      expectScimError(await tenant.scim('PUT', `/Groups/${NOBODY}`, { displayName: 'Eng' }), 404);
    });

    it('without active keeps it: a sparse PUT lets nobody back in', async () => {
      const user = await tenant.createUser('ana@example.com', { active: false });
      for (const active of [undefined, null, '']) {
        const { answer, types } = await tenant.recording(() => put(user, { userName: 'ana@example.com', active }));
        expect(answer.body.active).toBe(false);
        expect(types).toEqual([]);
      }
    });

    it('of a group without members empties it; with null, {} and "" among them it keeps those that are named', async () => {
      const ana = await tenant.createUser('ana@example.com');
      const group = await tenant.createGroup('Eng', [ana.id]);
      const members = [null, { value: ana.id }, {}, ''];
      const send = (body: object) => tenant.scim('PUT', `/Groups/${group.id}`, { displayName: 'Eng', ...body });
      expect((await send({ members })).body.members).toMatchObject([{ value: ana.id }]);
      expect((await send({})).body).not.toHaveProperty('members');
    });

    it.each([
      ['""', [{ value: '' }]],
      ['null', [{ value: null }]],
      ['none', [{ display: 'Ana', type: 'User' }]],
      ['a kind alone', [{ type: 'User' }]],
    ])(
      'a member without an id (%s) is refused by POST, PUT and PATCH alike, and nobody leaves',
      async (_what, members) => {
        const ana = await tenant.createUser('ana@example.com');
        const group = await tenant.createGroup('Eng', [ana.id]);
        const path = `/Groups/${group.id}`;
        for (const send of [
          () => tenant.scim('POST', '/Groups', { displayName: 'Ops', members }),
          () => tenant.scim('PUT', path, { displayName: 'Eng', members }),
          () => tenant.patch(path, { op: 'add', path: 'members', value: members }),
          () => tenant.patch(path, { op: 'replace', path: 'members', value: members }),
          () => tenant.patch(path, { op: 'replace', value: { members } }),
          () => tenant.patch(path, { op: 'remove', path: 'members', value: members }),
        ]) {
          const { body } = await expectRefusal(tenant, send);
          expect(body).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining('members') });
        }
        expect(await tenant.membersOf(group.id)).toEqual([ana.id]);
      },
    );
  });

  it('B4 an id in the body is nobody’s externalId: not of a creation, not of our own representation put back', async () => {
    const made = (await tenant.scim('POST', '/Users', { id: '12345', userName: 'ana@example.com' })).body;
    expect(made.id).not.toBe('12345');
    expect(made).not.toHaveProperty('externalId');
    const { answer, types } = await tenant.recording(() => put(made, made));
    expect(answer.body).toEqual(made);
    expect(types).toEqual([]);
  });

  describe('C5.6 versions', () => {
    it('If-Match takes a list of tags, weak or strong; a write without it is unconditional', async () => {
      const user = await tenant.createUser('ana@example.com');
      const send = (headers: Record<string, string>, title: string) =>
        tenant.scim('PUT', `/Users/${user.id}`, { userName: 'ana@example.com', title }, { headers });
      const first = await send({ 'if-match': `W/"none", ${user.meta.version}` }, 'a');
      expect(first.status).toBe(200);
      const second = await send({ 'if-match': (first.headers.etag ?? '').replace('W/', '') }, 'b');
      expect(second.status).toBe(200);
      expectScimError(await send({ 'if-match': user.meta.version }, 'c'), 412);
      expect((await send({}, 'd')).status).toBe(200);
    });

    it('If-None-Match answers 304 to GET and HEAD, without a body', async () => {
      const user = await tenant.createUser('ana@example.com');
      for (const method of ['GET', 'HEAD']) {
        const headers = { 'if-none-match': user.meta.version };
        const answer = await tenant.scim(method, `/Users/${user.id}`, undefined, { headers });
        expect({ status: answer.status, text: answer.text }).toEqual({ status: 304, text: '' });
      }
    });
  });

  describe('C5.7 DELETE', () => {
    it('answers 204 without a body, then 404 to everything; gone from lists, filters and groups', async () => {
      const user = await tenant.createUser('ana@example.com', { externalId: 'e-1' });
      const group = await tenant.createGroup('Eng', [user.id]);
      const path = `/Users/${user.id}`;
      const { status, text } = await tenant.scim('DELETE', path);
      expect({ status, text }).toEqual({ status: 204, text: '' });
      for (const answer of [
        await tenant.scim('DELETE', path),
        await tenant.get(path),
        await tenant.scim('PUT', path, { userName: 'ana@example.com' }),
        await tenant.patch(path, { op: 'replace', path: 'active', value: true }),
      ]) {
        expectScimError(answer, 404);
      }
      for (const filter of [
        'userName eq "ana@example.com"',
        'externalId eq "e-1"',
        `id eq "${user.id}"`,
        'userName pr',
      ]) {
        expect((await tenant.find('Users', filter)).body.totalResults).toBe(0);
      }
      expect((await tenant.get('/Users')).body.totalResults).toBe(0);
      expect(await tenant.membersOf(group.id)).toEqual([]);
    });

    it('frees userName and externalId at once: for the same person under the same id, or for another', async () => {
      const ana = await tenant.createUser('ana@example.com', { externalId: 'e-1', title: 'Nurse' });
      const bo = await tenant.createUser('bo@example.com');
      await tenant.scim('DELETE', `/Users/${ana.id}`);
      const back = await tenant.createUser('Ana@example.com', { externalId: 'e-1' });
      expect(back.id).toBe(ana.id);
      expect(back).not.toHaveProperty('title');
      await tenant.scim('DELETE', `/Users/${ana.id}`);
      const renamed = await tenant.patch(`/Users/${bo.id}`, {
        op: 'replace',
        value: { userName: 'ana@example.com', externalId: 'e-1' },
      });
      expect(renamed.body).toMatchObject({ id: bo.id, userName: 'ana@example.com', externalId: 'e-1' });
      expectScimError(await tenant.scim('POST', '/Users', { userName: 'ana@example.com' }), 409, 'uniqueness');
      expect((await tenant.find('Users', 'externalId eq "e-1"')).body.totalResults).toBe(1);
    });

    it('of a group takes it from its members and from the groups it was in', async () => {
      const ana = await tenant.createUser('ana@example.com');
      const inner = await tenant.createGroup('Inner', [ana.id]);
      const outer = await tenant.createGroup('Outer', [inner.id]);
      expect((await tenant.scim('DELETE', `/Groups/${inner.id}`)).status).toBe(204);
      expect((await tenant.get(`/Users/${ana.id}`)).body).not.toHaveProperty('groups');
      expect(await tenant.membersOf(outer.id)).toEqual([]);
    });
  });

  it('C5.8 an error says its status as text, with a scimType where RFC 7644 has one and a detail that helps', async () => {
    const user = await tenant.createUser('ana@example.com');
    const path = `/Users/${user.id}`;
    for (const [answer, status, scimType, detail] of [
      [await tenant.scim('POST', '/Users', { userName: 'ana@example.com' }), 409, 'uniqueness', user.id],
      [await tenant.scim('POST', '/Users', {}), 400, 'invalidValue', 'userName'],
      [await tenant.scim('POST', '/Users', undefined, { raw: '{' }), 400, 'invalidSyntax', 'JSON'],
      [await tenant.find('Users', 'userName eq'), 400, 'invalidFilter', 'position 12'],
      [await tenant.patch(path, { op: 'add', path: 'a b', value: 1 }), 400, 'invalidPath', 'a b'],
      [await tenant.patch(path, { op: 'remove' }), 400, 'noTarget', 'path'],
      [await tenant.patch(path, { op: 'remove', path: 'id' }), 400, 'mutability', 'id'],
      [await tenant.get('/Users/0'), 404, undefined, '0'],
      [await tenant.scim('DELETE', path, undefined, { headers: { 'if-match': 'W/"x"' } }), 412, undefined, 'version'],
    ] as const) {
      expectScimError(answer, status, scimType);
      expect(answer.body.detail).toContain(detail);
    }
  });

  it('C5.9 a schema tells what is really done: displayName of a group is required, members point at both kinds', async () => {
    const { attributes } = (await tenant.get(`/Schemas/${GROUP}`)).body;
    const [displayName, members] = attributes as [{ required: boolean }, { subAttributes: { name: string }[] }];
    expect(displayName.required).toBe(true);
    expectScimError(await tenant.scim('POST', '/Groups', { externalId: 'x' }), 400, 'invalidValue');
    const value = members.subAttributes.find(({ name }) => name === 'value');
    expect(value).toMatchObject({ mutability: 'immutable' });
    expect(members.subAttributes.find(({ name }) => name === '$ref')).toMatchObject({
      referenceTypes: ['User', 'Group'],
    });
  });

  it('C5.10 /Me is nobody: 501, for every method (RFC 7644 §3.11)', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'POST', 'DELETE']) {
      expectScimError(await tenant.scim(method, '/Me', method === 'GET' ? undefined : {}), 501);
    }
    expectScimError(await tenant.get('/Me', { authorization: null }), 401);
  });

  describe('C5.11 groups in groups, and who may be a member', () => {
    it('shows groups direct and indirect, and each member with its kind and an address that leads to it', async () => {
      const ana = await tenant.createUser('ana@example.com');
      const inner = await tenant.createGroup('Inner', [ana.id]);
      const outer = await tenant.createGroup('Outer', [inner.id, ana.id]);
      const top = await tenant.createGroup('Top', [outer.id]);
      // In a circle too.
      await tenant.patch(`/Groups/${inner.id}`, { op: 'add', path: 'members', value: [{ value: top.id }] });
      const { groups } = (await tenant.get(`/Users/${ana.id}`)).body;
      const kinds = (groups as { value: string; type: string }[]).map(({ value, type }) => [value, type]);
      expect(Object.fromEntries(kinds)).toEqual({
        [inner.id]: 'direct',
        [outer.id]: 'direct',
        [top.id]: 'indirect',
      });
      const { members } = (await tenant.get(`/Groups/${outer.id}`)).body;
      for (const { value, type, $ref } of members as { value: string; type: string; $ref: string }[]) {
        expect(type).toBe(value === ana.id ? 'User' : 'Group');
        expect($ref.startsWith(tenant.baseUrl)).toBe(true);
        expect((await tenant.get($ref.slice(tenant.baseUrl.length))).body.id).toBe(value);
      }
    });

    it('refuses who is not there, and takes who is deactivated; the type and $ref of a client decide nothing', async () => {
      const other = await gateway.newTenant();
      const stranger = await other.createUser('stranger@example.com');
      const gone = await tenant.createUser('gone@example.com');
      await tenant.scim('DELETE', `/Users/${gone.id}`);
      const off = await tenant.createUser('off@example.com', { active: false });
      const group = await tenant.createGroup('Eng');
      const add = (...ids: string[]) => {
        const value = ids.map((id) => ({ value: id, type: 'Group', $ref: `https://elsewhere/Groups/${id}` }));
        return tenant.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value });
      };
      for (const id of [NOBODY, stranger.id, gone.id, group.id, 'off@example.com']) {
        const { body } = await expectRefusal(tenant, () => add(off.id, id));
        expect(body).toMatchObject({ scimType: 'invalidValue', detail: expect.stringContaining(id) });
      }
      expect([200, 204]).toContain((await add(off.id)).status);
      expect((await tenant.get(`/Groups/${group.id}`)).body.members).toEqual([
        { value: off.id, $ref: `${tenant.baseUrl}/Users/${off.id}`, type: 'User' },
      ]);
      await tenant.scim('DELETE', `/Users/${off.id}`);
      expect(await tenant.membersOf(group.id)).toEqual([]);
    });

    it('the same short name in two schemas is two attributes; the bare one is the core’s (RFC 7644 §3.10)', async () => {
      const user = await tenant.createUser('ana@example.com', {
        displayName: 'Ana',
        [ENTERPRISE]: { displayName: 'Her manager', userName: 'x' },
      });
      const { body } = await tenant.patch(
        `/Users/${user.id}`,
        { op: 'replace', path: 'displayName', value: 'Ana Lee' },
        { op: 'replace', path: `${ENTERPRISE}:displayName`, value: 'Bo' },
      );
      expect([body.displayName, body[ENTERPRISE].displayName]).toEqual(['Ana Lee', 'Bo']);
      expect((await tenant.find('Users', 'displayName eq "Bo"')).body.totalResults).toBe(0);
      expect((await tenant.find('Users', `${ENTERPRISE}:displayName eq "Bo"`)).body.totalResults).toBe(1);
    });
  });
});
