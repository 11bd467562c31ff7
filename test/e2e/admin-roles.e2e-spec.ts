import { AdminClient } from '../support/admin-client.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import { StoppedClock } from '../support/stopped-clock.js';
import type { TenantClient } from '../support/tenant-client.js';

/** Named admins: who may do what, and that the log tells who did. Answers are held to the OpenAPI document. */
describe('admins and their roles', () => {
  let gateway: TestGateway;
  let operator: AdminClient;
  let home: TenantClient;
  let foreign: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
    operator = await AdminClient.of(gateway);
    home = await gateway.newTenant();
    foreign = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  async function appoint(
    mandate: object,
  ): Promise<{ id: string; key: string; client: AdminClient; body: Answer['body'] }> {
    const { status, body } = await operator.post('/admins', { name: 'Kim Lee', ...mandate });
    expect(status).toBe(201);
    return { id: body.id as string, key: body.key as string, client: operator.as(body.key as string), body };
  }

  const tenantAdmin = (tenants = [home.slug]) => appoint({ role: 'tenant-admin', tenants });

  describe('a key', () => {
    it('is 64 letters and digits, shown once, kept as a hash', async () => {
      const { id, key, body } = await tenantAdmin();
      expect(key).toMatch(/^[A-Za-z0-9]{64}$/);
      expect(body).toMatchObject({
        name: 'Kim Lee',
        role: 'tenant-admin',
        tenants: [home.slug],
        lastFour: key.slice(-4),
      });
      for (const path of ['/admins', `/admins/${id}`, '/activity?limit=1000']) {
        const { text } = await operator.get(path);
        expect(text).not.toContain(key);
        expect(text).not.toMatch(/keyHash|[0-9a-f]{64}/);
      }
    });

    it('tells its holder who they are', async () => {
      const { id, client } = await tenantAdmin();
      const me = { id, name: 'Kim Lee', role: 'tenant-admin', tenants: [home.slug] };
      expect((await client.get('/me')).body).toEqual(me);
      expect((await operator.get('/me')).body).toEqual({ id: 'admin-key', name: 'admin key', role: 'operator' });
    });

    it('is replaced: the one before is dead at once', async () => {
      const { id, client } = await tenantAdmin();
      const { status, body } = await operator.post(`/admins/${id}/key`);
      expect(status).toBe(201);
      expect((await client.get('/me')).status).toBe(401);
      expect((await operator.as(body.key as string).get('/me')).status).toBe(200);
    });

    it('is dead at once when its admin is revoked, and over a restart', async () => {
      const { id, client } = await tenantAdmin();
      expect((await client.get('/me')).status).toBe(200);
      expect((await operator.delete(`/admins/${id}`)).status).toBe(204);
      expect((await client.get('/me')).status).toBe(401);
      await gateway.restart();
      expect((await client.get('/me')).status).toBe(401);
      expect((await operator.delete(`/admins/${id}`)).status).toBe(404);
      expect((await operator.get(`/admins/${id}`)).body).toMatchObject({
        status: 'revoked',
        revokedAt: expect.any(String),
      });
      const ids = async (query: string) =>
        ((await operator.get(`/admins${query}`)).body.admins as { id: string }[]).map((admin) => admin.id);
      expect(await ids('')).not.toContain(id);
      expect(await ids('?status=revoked')).toContain(id);
    });

    it('expires', async () => {
      using clock = new StoppedClock();
      const { client } = await appoint({ role: 'auditor', expiresAt: clock.in(60_000) });
      clock.forward(59_999);
      expect((await client.get('/me')).status).toBe(200);
      clock.forward(1);
      const answer = await client.get('/me');
      expect({ status: answer.status, detail: answer.body.detail }).toEqual({
        status: 401,
        detail: expect.stringContaining('expired'),
      });
    });

    it('of an admin opens nothing over SCIM, and no token opens the admin API', async () => {
      const { key } = await tenantAdmin();
      expect((await home.get('/Users', { authorization: `Bearer ${key}` })).status).toBe(401);
      expect((await operator.as(home.token).get('/me')).status).toBe(401);
    });
  });

  describe('an admin', () => {
    it.each<[object, string]>([
      [{ name: 'Kim', role: 'owner' }, 'role'],
      [{ name: '', role: 'auditor' }, 'name'],
      [{ name: 'Kim', role: 'tenant-admin' }, 'tenants'],
      [{ name: 'Kim', role: 'tenant-admin', tenants: [] }, 'tenants'],
      [{ name: 'Kim', role: 'tenant-admin', tenants: ['nobody'] }, 'tenants'],
      [{ name: 'Kim', role: 'tenant-admin', tenants: ['../x'] }, 'tenants'],
      [{ name: 'Kim', role: 'tenant-admin', tenants: 'acme' }, 'tenants'],
      [{ name: 'Kim', role: 'operator', tenants: [] }, 'tenants'],
      [{ name: 'Kim', role: 'auditor', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
      [{ name: 'Kim', role: 'auditor', key: 'mine' }, 'key'],
    ])('is not appointed with %j', async (body, field) => {
      const before = await gateway.store.lastPosition();
      const answer = await operator.post('/admins', body);
      expect({ status: answer.status, fields: answer.body.errors.map((one: { field: string }) => one.field) }).toEqual({
        status: 400,
        fields: expect.arrayContaining([field]),
      });
      expect(await gateway.eventsAfter(before)).toEqual([]);
    });

    it('changes role, and keeps to their tenants unless told otherwise', async () => {
      const { id, client } = await tenantAdmin();
      const update = async (body: object) =>
        (await operator.patch(`/admins/${id}`, body)).body as { tenants?: string[] };
      expect(await update({ role: 'auditor' })).toMatchObject({ role: 'auditor', tenants: [home.slug] });
      expect((await client.patch(`/tenants/${home.slug}`, { name: 'X' })).status).toBe(403);
      expect(await update({ tenants: null })).not.toHaveProperty('tenants');
      expect((await client.get(`/tenants/${foreign.slug}`)).status).toBe(200);
      expect(await update({ role: 'operator', name: 'Kim' })).toMatchObject({ name: 'Kim', role: 'operator' });
      expect((await client.post('/tenants', { slug: 'by-kim', name: 'X' })).status).toBe(201);
      expect((await operator.patch(`/admins/${id}`, { role: 'tenant-admin' })).status).toBe(400);
    });

    it('is nobody by an id that is not there', async () => {
      for (const id of ['none', 'constructor', '__proto__']) {
        for (const answer of [
          await operator.get(`/admins/${id}`),
          await operator.patch(`/admins/${id}`, { name: 'x' }),
          await operator.post(`/admins/${id}/key`),
          await operator.delete(`/admins/${id}`),
        ]) {
          expect(answer.status).toBe(404);
        }
      }
    });
  });

  describe('a tenant admin', () => {
    it('manages the tenants named, but neither ends them nor sees others', async () => {
      const { client } = await tenantAdmin();
      const path = `/tenants/${home.slug}`;
      const { ids } = home;
      for (const answer of [
        await client.get(path),
        await client.get(`${path}/events`),
        await client.get(`${path}/requests`),
        await client.patch(path, { name: 'Home' }),
        await client.patch(`${path}/settings`, { defaultPageSize: 50 }),
        await client.patch(`${path}/connections/${ids.connectionId}`, { name: 'HR' }),
        await client.get(`${path}/connections/${ids.connectionId}/tokens`),
        await client.get('/idp-presets'),
      ]) {
        expect(answer.status).toBe(200);
      }
      expect((await client.post(`${path}/connections`, { idp: 'okta' })).status).toBe(201);
      for (const answer of [
        await client.post(`${path}/suspend`),
        await client.delete(`${path}?confirm=${home.slug}`),
        await client.post('/tenants', { slug: 'mine', name: 'Mine' }),
        await client.get('/admins'),
        await client.post('/admins', { name: 'Eve', role: 'operator' }),
      ]) {
        expect(answer.status).toBe(403);
      }
      const { tenants } = (await client.get('/tenants')).body as { tenants: { slug: string }[] };
      expect(tenants.map(({ slug }) => slug)).toEqual([home.slug]);
    });

    it('cannot tell a foreign tenant from one that is not there, whatever they ask', async () => {
      const { client } = await tenantAdmin();
      const { connectionId, tokenId } = foreign.ids;
      const asked: [string, string, object?][] = [
        ['GET', ''],
        ['PATCH', '', { name: 'X' }],
        ['PATCH', '', { nonsense: true }],
        ['POST', '/suspend', {}],
        ['POST', '/resume'],
        ['DELETE', '?confirm=SLUG'],
        ['GET', '/settings'],
        ['PATCH', '/settings', { maxPageSize: 1 }],
        ['GET', '/events'],
        ['GET', '/events?limit=0'],
        ['GET', '/events?stream=tenant-SLUG'],
        ['GET', '/requests'],
        ['GET', '/connections'],
        ['POST', '/connections', { idp: 'okta' }],
        ['GET', `/connections/${connectionId}`],
        ['PATCH', `/connections/${connectionId}`, { name: 'X' }],
        ['POST', `/connections/${connectionId}/pause`],
        ['DELETE', `/connections/${connectionId}`],
        ['GET', `/connections/${connectionId}/tokens`],
        ['POST', `/connections/${connectionId}/tokens`, {}],
        ['POST', `/tokens/${tokenId}/rotate`, {}],
        ['DELETE', `/tokens/${tokenId}`],
      ];
      const before = await gateway.store.lastPosition();
      for (const [method, rest, body] of asked) {
        const ask = (slug: string) => client.call(method, `/tenants/${slug}${rest.replace('SLUG', slug)}`, body);
        const [there, nowhere] = [await ask(foreign.slug), await ask('nobody-there')];
        expect({ method, rest, status: there.status, text: there.text }).toEqual({
          method,
          rest,
          status: 404,
          text: nowhere.text,
        });
        expect(Object.keys(there.headers).sort()).toEqual(Object.keys(nowhere.headers).sort());
      }
      const [there, nowhere] = [foreign.slug, 'nobody-there'].map((slug) => client.get(`/activity?tenant=${slug}`));
      expect([(await there)?.status, (await there)?.text]).toEqual([404, (await nowhere)?.text]);
      expect(await gateway.eventsAfter(before)).toEqual([]);
    });
  });

  describe('an auditor', () => {
    it('reads everything and changes nothing', async () => {
      const { client } = await appoint({ role: 'auditor' });
      for (const path of [
        '/tenants',
        `/tenants/${foreign.slug}`,
        `/tenants/${foreign.slug}/events`,
        '/admins',
        '/activity',
      ]) {
        expect((await client.get(path)).status).toBe(200);
      }
      const before = await gateway.store.lastPosition();
      for (const answer of [
        await client.post('/tenants', { slug: 'x', name: 'X' }),
        await client.patch(`/tenants/${home.slug}`, { name: 'X' }),
        await client.patch(`/tenants/${home.slug}/settings`, { maxPageSize: 1 }),
        await client.post(`/tenants/${home.slug}/connections`, { idp: 'okta' }),
        await client.delete(`/tenants/${home.slug}/tokens/${home.ids.tokenId}`),
        await client.post('/admins', { name: 'Eve', role: 'operator' }),
      ]) {
        expect(answer.status).toBe(403);
      }
      expect(await gateway.eventsAfter(before)).toEqual([]);
    });

    it('of some tenants reads those alone', async () => {
      const { client } = await appoint({ role: 'auditor', tenants: [home.slug] });
      expect((await client.get(`/tenants/${home.slug}/events`)).status).toBe(200);
      expect((await client.get(`/tenants/${foreign.slug}/events`)).status).toBe(404);
      expect((await client.get('/admins')).status).toBe(403);
    });
  });

  describe('the log', () => {
    it('names the admin as they stood then, and the request, with every change', async () => {
      const { id, client } = await tenantAdmin();
      const path = `/tenants/${home.slug}`;
      const { id: connectionId } = (await client.post(`${path}/connections`, { idp: 'okta' })).body as { id: string };
      const { id: tokenId } = (await client.post(`${path}/connections/${connectionId}/tokens`)).body as { id: string };
      await client.delete(`${path}/tokens/${tokenId}`);
      await client.post(`${path}/connections/${connectionId}/pause`);
      await operator.patch(`/admins/${id}`, { name: 'Renamed' });
      const { events } = (await client.get(`${path}/events?limit=5`)).body as {
        events: { type: string; metadata: Record<string, unknown> }[];
      };
      expect(events.map(({ type, metadata }) => [type, metadata['admin']])).toEqual(
        ['ConnectionPaused', 'CredentialRevoked', 'CredentialIssued', 'CredentialIssued', 'ConnectionCreated'].map(
          (type) => [type, { id, name: 'Kim Lee', role: 'tenant-admin' }],
        ),
      );
      expect(new Set(events.map(({ metadata }) => metadata['correlationId'])).size).toBe(4);
    });

    it('of activity shows operators all changes, others those of their tenants, newest first, by pages and by admin', async () => {
      const { id, client } = await tenantAdmin();
      await client.patch(`/tenants/${home.slug}`, { name: `Renamed by ${id}` });
      await operator.patch(`/tenants/${foreign.slug}`, { name: `Renamed after ${id}` });
      const list = async (who: AdminClient, query = '') =>
        (await who.get(`/activity?limit=3${query}`)).body.events as {
          type: string;
          stream: string;
          position: string;
        }[];
      const seen = (events: { type: string; stream: string }[]) => events.map(({ type, stream }) => [type, stream]);
      expect(seen(await list(operator))).toEqual([
        ['TenantRenamed', `tenant-${foreign.slug}`],
        ['TenantRenamed', `tenant-${home.slug}`],
        ['AdminKeyIssued', `admin-${id}`],
      ]);
      const own = await list(client);
      expect(new Set(own.map(({ stream }) => stream))).toEqual(new Set([`tenant-${home.slug}`]));
      expect(own[0]?.type).toBe('TenantRenamed');
      expect(seen(await list(operator, `&admin=${id}`))).toEqual([['TenantRenamed', `tenant-${home.slug}`]]);
      expect(seen(await list(operator, `&tenant=${foreign.slug}`))[0]).toEqual([
        'TenantRenamed',
        `tenant-${foreign.slug}`,
      ]);
      const first = await list(operator);
      const next = await list(operator, `&before=${first.at(-1)?.position}`);
      expect(next[0]).toMatchObject({ type: 'AdminAppointed', stream: `admin-${id}` });
      expect((await operator.get('/activity?before=x')).status).toBe(400);
    });
  });

  it('the holder of the admin key is let in, and nobody with less of it', async () => {
    expect((await gateway.admin('GET', '/me', undefined, { key: ADMIN_KEY })).status).toBe(200);
    for (const key of ['', 'x', ADMIN_KEY.slice(1)]) expect((await operator.as(key).get('/me')).status).toBe(401);
  });
});
