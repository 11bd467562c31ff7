import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, type TenantClient } from '../support/tenant-client.js';

/** RFC 7644 §3.14: entity tags; and what is no change. */
describe('versions', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const makers = {
    Users: async (name: string) => tenant.createUser(`${name}@example.com`, { title: 'one' }),
    Groups: async (name: string) => tenant.createGroup(name),
  };
  const changes = {
    Users: { op: 'replace', path: 'title', value: 'two' },
    Groups: { op: 'replace', path: 'externalId', value: 'two' },
  };

  describe.each(['Users', 'Groups'] as const)('%s', (kind) => {
    let id: string;
    let etag: string;
    let names = 0;
    beforeEach(async () => {
      const resource = await makers[kind](`v${names++}`);
      id = resource.id;
      etag = resource.meta.version;
    });
    const path = () => `/${kind}/${id}`;
    const withHeader = (method: string, headers: Record<string, string>, body?: object) =>
      tenant.scim(method, path(), body, { headers });
    const patchBody = { Operations: [changes[kind]] };

    it('gives a weak tag, the same in the header and in meta', async () => {
      const answer = await tenant.get(path());
      expect(etag).toMatch(/^W\/".+"$/);
      expect([answer.headers.etag, answer.body.meta.version]).toEqual([etag, etag]);
    });

    it('304 while nothing changed, for the tag, a list with it, and *', async () => {
      for (const known of [etag, `"x", ${etag}`, '*']) {
        const answer = await withHeader('GET', { 'if-none-match': known });
        expect({ status: answer.status, text: answer.text, etag: answer.headers.etag }).toEqual({
          status: 304,
          text: '',
          etag,
        });
      }
      await tenant.patch(path(), changes[kind]);
      const answer = await withHeader('GET', { 'if-none-match': etag });
      expect(answer.status).toBe(200);
      expect(answer.headers.etag).not.toBe(etag);
    });

    it.each(['PATCH', 'PUT', 'DELETE'])('412 for %s with a stale If-Match, and nothing is appended', async (method) => {
      const body = method === 'DELETE' ? undefined : method === 'PATCH' ? patchBody : (await tenant.get(path())).body;
      await tenant.patch(path(), changes[kind]);
      const { answer, types } = await tenant.recording(() => withHeader(method, { 'if-match': etag }, body));
      expectScimError(answer, 412);
      expect(types).toEqual([]);
      expect((await tenant.get(path())).status).toBe(200);
    });

    it('lets through the present tag and *, and knows no version of what is not there', async () => {
      const patched = await withHeader('PATCH', { 'if-match': etag }, patchBody);
      expect(patched.status).toBe(200);
      expect(patched.headers.etag).not.toBe(etag);
      expect((await withHeader('DELETE', { 'if-match': '*' })).status).toBe(204);
      expectScimError(await withHeader('DELETE', { 'if-match': '*' }), 404);
      expectScimError(await withHeader('PATCH', { 'if-match': etag }, patchBody), 404);
    });
  });

  it('lets exactly one of many writers with the same If-Match through', async () => {
    const user = await tenant.createUser('race@example.com');
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        tenant.scim(
          'PATCH',
          `/Users/${user.id}`,
          { Operations: [{ op: 'add', path: 'title', value: `t${n}` }] },
          {
            headers: { 'if-match': user.meta.version },
          },
        ),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
  });

  describe('what changes nothing (RFC 7644 §3.5.2.1)', () => {
    it('writes of what is so already keep version and lastModified, and append nothing', async () => {
      const manager = { value: 'm-1' };
      const user = await tenant.createUser('same@example.com', {
        displayName: 'Same',
        emails: [
          { value: 'a@example.com', type: 'work', primary: true },
          { value: 'b@example.com', type: 'home' },
        ],
        [ENTERPRISE]: { manager, department: 'Care' },
      });
      const { answer, types } = await tenant.recording(async () => [
        await tenant.scim('PUT', `/Users/${user.id}`, user),
        await tenant.scim('PUT', `/Users/${user.id}`, {
          ...user,
          emails: [...user.emails].reverse(),
          id: 'x',
          meta: {},
        }),
        await tenant.patch(`/Users/${user.id}`, { op: 'add', value: { displayName: 'Same', active: 'True' } }),
        await tenant.patch(`/Users/${user.id}`, { op: 'add', path: 'emails', value: [user.emails[0]] }),
        await tenant.patch(`/Users/${user.id}`, { op: 'replace', path: `${ENTERPRISE}:manager`, value: 'm-1' }),
        await tenant.patch(`/Users/${user.id}`, { op: 'remove', path: 'title' }),
        await tenant.patch(`/Users/${user.id}`, { op: 'remove', path: 'emails[type eq "other"]' }),
        await tenant.patch(
          `/Users/${user.id}`,
          { op: 'replace', path: 'title', value: 'x' },
          { op: 'remove', path: 'title' },
        ),
      ]);
      expect(types).toEqual([]);
      for (const { status, body } of answer)
        expect({ status, meta: body.meta }).toEqual({ status: 200, meta: user.meta });
    });

    it('nor do they for groups', async () => {
      const { id } = await tenant.createUser('member@example.com');
      const group = await tenant.createGroup('Same', [id]);
      const { types } = await tenant.recording(async () => {
        await tenant.scim('PUT', `/Groups/${group.id}`, group);
        await tenant.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value: id }] });
        await tenant.patch(`/Groups/${group.id}`, { op: 'replace', path: 'members', value: [{ value: id }] });
        await tenant.patch(`/Groups/${group.id}`, { op: 'remove', path: 'members[value eq "nobody"]' });
        await tenant.patch(`/Groups/${group.id}`, { op: 'replace', value: { displayName: 'Same', id: group.id } });
      });
      expect(types).toEqual([]);
      expect((await tenant.get(`/Groups/${group.id}`)).body).toEqual(group);
    });

    it('a change of case in a userName is a change of the name and no new claim', async () => {
      const user = await tenant.createUser('case@example.com');
      const { answer, types } = await tenant.recording(() =>
        tenant.patch(`/Users/${user.id}`, { op: 'replace', path: 'userName', value: 'Case@Example.com' }),
      );
      expect(answer.body.userName).toBe('Case@Example.com');
      expect(types).toEqual(['UserUpdated']);
    });
  });
});
