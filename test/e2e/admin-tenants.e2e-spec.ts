import { AdminClient } from '../support/admin-client.js';
import type { Answer } from '../support/http-client.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

/** The life of a tenant and of its connections, as an operator and an IdP see it. Answers are held to the OpenAPI document. */
describe('tenants and connections over the admin API', () => {
  let gateway: TestGateway;
  let admin: AdminClient;
  beforeAll(async () => {
    gateway = await startGateway();
    admin = await AdminClient.of(gateway);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const typesBy = async (tenant: TenantClient, action: () => Promise<Answer>) => {
    const { answer, types } = await tenant.recording(action);
    return { status: answer.status, types };
  };

  describe('a tenant', () => {
    it('is renamed, and a name that it has already is no news', async () => {
      const tenant = await gateway.newTenant();
      const rename = () => admin.patch(`/tenants/${tenant.slug}`, { name: 'Other' });
      expect(await typesBy(tenant, rename)).toEqual({ status: 200, types: ['TenantRenamed'] });
      expect(await typesBy(tenant, rename)).toEqual({ status: 200, types: [] });
      expect((await admin.get(`/tenants/${tenant.slug}`)).body).toMatchObject({ slug: tenant.slug, name: 'Other' });
    });

    it('is suspended: SCIM answers 403 to its tokens, and tells why, until it is resumed', async () => {
      const tenant = await gateway.newTenant();
      const ana = await tenant.createUser('ana');
      const path = `/tenants/${tenant.slug}`;
      const { body } = await admin.post(`${path}/suspend`, { reason: 'unpaid' });
      expect(body).toMatchObject({ status: 'suspended', reason: 'unpaid', statusSince: expect.any(String) });
      for (const [method, target, payload] of [
        ['GET', '/Users', undefined],
        ['GET', `/Users/${ana.id}`, undefined],
        ['POST', '/Users', { userName: 'bob' }],
        ['DELETE', `/Users/${ana.id}`, undefined],
        ['GET', '/ServiceProviderConfig', undefined],
      ] as const) {
        const { answer, types } = await tenant.recording(() => tenant.scim(method, target, payload));
        expectScimError(answer, 403);
        expect(answer.body.detail).toMatch(/suspended/);
        expect(answer.headers).not.toHaveProperty('retry-after');
        expect(types).toEqual([]);
      }
      expectScimError(await tenant.get('/Users', { authorization: 'Bearer nobodys-token' }), 401);
      expect((await admin.get('/tenants?status=suspended')).body.tenants).toContainEqual(
        expect.objectContaining({ slug: tenant.slug }),
      );
      expect((await admin.post(`${path}/resume`)).body).not.toHaveProperty('reason');
      expect((await tenant.get(`/Users/${ana.id}`)).body).toEqual(ana);
      expect(await typesBy(tenant, () => admin.post(`${path}/resume`))).toEqual({ status: 200, types: [] });
    });

    it('stays suspended over a restart', async () => {
      const own = await startGateway();
      try {
        const tenant = await own.newTenant();
        await own.admin('POST', `/tenants/${tenant.slug}/suspend`, {});
        await own.restart();
        expectScimError(await tenant.get('/Users'), 403);
      } finally {
        await own[Symbol.asyncDispose]();
      }
    });

    it('is deleted when its slug is typed again: access ends, people and history stay, the slug is not given again', async () => {
      const tenant = await gateway.newTenant();
      const { slug } = tenant;
      await tenant.createUser('ana');
      for (const confirm of ['', '?confirm=', '?confirm=other']) {
        const { answer, types } = await tenant.recording(() => admin.delete(`/tenants/${slug}${confirm}`));
        expect({ status: answer.status, field: answer.body.errors[0].field, types }).toEqual({
          status: 400,
          field: 'confirm',
          types: [],
        });
      }
      expect(await typesBy(tenant, () => admin.delete(`/tenants/${slug}?confirm=${slug}`))).toEqual({
        status: 204,
        types: ['CredentialRevoked', 'ConnectionDeleted', 'TenantDeleted'],
      });
      expectScimError(await tenant.get('/Users'), 401);
      const gone = await admin.get(`/tenants/${slug}`);
      expect({ status: gone.status, detail: gone.body.detail }).toEqual({
        status: 404,
        detail: expect.stringContaining('deleted'),
      });
      for (const answer of [
        await admin.patch(`/tenants/${slug}`, { name: 'X' }),
        await admin.post(`/tenants/${slug}/resume`),
        await admin.post(`/tenants/${slug}/connections`, { idp: 'okta' }),
        await admin.get(`/tenants/${slug}/settings`),
        await admin.get(`/tenants/${slug}/connections`),
        await admin.delete(`/tenants/${slug}?confirm=${slug}`),
      ]) {
        expect(answer.status).toBe(404);
      }
      const again = await admin.post('/tenants', { slug, name: 'Again' });
      expect({ status: again.status, detail: again.body.detail }).toEqual({
        status: 409,
        detail: expect.stringContaining('never given again'),
      });
      const events = (await admin.get(`/tenants/${slug}/events`)).body.events as { type: string }[];
      expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['TenantDeleted', 'UserProvisioned']));
      const slugs = async (query: string) =>
        ((await admin.get(`/tenants${query}`)).body.tenants as { slug: string }[]).map((one) => one.slug);
      expect(await slugs('')).not.toContain(slug);
      expect(await slugs('?status=deleted')).toContain(slug);
    });

    it('is listed page by page, in the order of slugs', async () => {
      const own = await startGateway();
      try {
        const client = await AdminClient.of(own);
        const all = ['e', 'a', 'd', 'b', 'c'];
        for (const slug of all) await client.post('/tenants', { slug, name: slug });
        await client.delete('/tenants/c?confirm=c');
        const seen: string[][] = [];
        let cursor: string | undefined;
        do {
          const { body } = await client.get(`/tenants?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`);
          seen.push((body.tenants as { slug: string }[]).map(({ slug }) => slug));
          cursor = body.nextCursor as string | undefined;
        } while (cursor !== undefined);
        expect(seen).toEqual([
          ['a', 'b'],
          ['d', 'e'],
        ]);
      } finally {
        await own[Symbol.asyncDispose]();
      }
    });
  });

  describe('a connection', () => {
    it('is renamed and matched by another attribute', async () => {
      const tenant = await gateway.newTenant();
      const path = `/tenants/${tenant.slug}/connections/${tenant.ids.connectionId}`;
      const change = () => admin.patch(path, { name: 'HR', matchingAttribute: 'externalId' });
      expect(await typesBy(tenant, change)).toEqual({ status: 200, types: ['ConnectionChanged'] });
      expect(await typesBy(tenant, change)).toEqual({ status: 200, types: [] });
      expect((await admin.get(path)).body).toMatchObject({ name: 'HR', matchingAttribute: 'externalId' });
      expect((await admin.get(`/tenants/${tenant.slug}/connections`)).body.connections).toHaveLength(1);
    });

    it('is paused: SCIM answers 503 with Retry-After to its tokens alone, until it is resumed', async () => {
      const tenant = await gateway.newTenant();
      const { slug, ids } = tenant;
      const other = (await admin.post(`/tenants/${slug}/connections`, { idp: 'okta' })).body as { token: string };
      const path = `/tenants/${slug}/connections/${ids.connectionId}`;
      expect((await admin.post(`${path}/pause`)).body).toMatchObject({ status: 'paused' });
      const { answer, types } = await tenant.recording(() => tenant.scim('POST', '/Users', { userName: 'ana' }));
      expectScimError(answer, 503);
      expect(answer.body.detail).toMatch(/paused/);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(types).toEqual([]);
      expect((await tenant.get('/Users', { authorization: `Bearer ${other.token}` })).status).toBe(200);
      expect((await admin.post(`${path}/resume`)).body).toMatchObject({ status: 'active' });
      await tenant.createUser('ana');
    });

    it('of another tenant is none', async () => {
      const [one, two] = [await gateway.newTenant(), await gateway.newTenant()];
      const path = `/tenants/${two.slug}/connections/${one.ids.connectionId}`;
      for (const answer of [
        await admin.get(path),
        await admin.patch(path, { name: 'x' }),
        await admin.post(`${path}/pause`),
        await admin.post(`${path}/resume`),
        await admin.delete(path),
      ]) {
        expect(answer.status).toBe(404);
      }
    });

    it('shows when it was last heard of', async () => {
      const tenant = await gateway.newTenant();
      const path = `/tenants/${tenant.slug}/connections/${tenant.ids.connectionId}`;
      expect((await admin.get(path)).body.contact).toEqual({ requests: 0, refusals: 0 });
      await tenant.get('/Users');
      let { body } = await admin.get(path);
      while (body.contact.requests === 0) ({ body } = await admin.get(path));
      expect(body.contact).toMatchObject({ requests: 1, lastSuccessAt: expect.any(String) });
    });
  });

  describe('settings', () => {
    const settings = (tenant: TenantClient) => `/tenants/${tenant.slug}/settings`;

    it('are what everybody gets until the tenant has its own', async () => {
      const tenant = await gateway.newTenant();
      const guard = { guardPercent: 10, guardLeastPeople: 20, guardWindowMinutes: 10 };
      const everybodys = { userDeletion: 'deactivate', defaultPageSize: 100, maxPageSize: 1000, ...guard, own: [] };
      expect((await admin.get(settings(tenant))).body).toEqual(everybodys);
      const changed = await admin.patch(settings(tenant), { userDeletion: 'release', maxPageSize: 2 });
      const own = { userDeletion: 'release', defaultPageSize: 2, maxPageSize: 2, own: ['maxPageSize', 'userDeletion'] };
      expect(changed.body).toEqual({ ...guard, ...own });
      expect((await admin.get(settings(tenant))).body).toEqual({ ...guard, ...own });
      expect((await admin.patch(settings(tenant), { userDeletion: null, maxPageSize: null })).body).toEqual(everybodys);
    });

    it('page the tenant’s lists, and the discovery of it, and nobody else’s', async () => {
      const [tenant, other] = [await gateway.newTenant(), await gateway.newTenant()];
      for (const name of ['a', 'b', 'c', 'd']) {
        await tenant.createUser(name);
        await other.createUser(name);
      }
      await admin.patch(settings(tenant), { defaultPageSize: 2, maxPageSize: 3 });
      const shown = async (of: TenantClient, query: string) => (await of.get(`/Users${query}`)).body.itemsPerPage;
      expect([await shown(tenant, ''), await shown(tenant, '?count=9'), await shown(other, '')]).toEqual([2, 3, 4]);
      expect((await tenant.get('/Users?cursor=&count=4')).body.scimType).toBe('invalidCount');
      const { body } = await tenant.get('/ServiceProviderConfig');
      expect([body.filter.maxResults, body.pagination]).toEqual([
        3,
        expect.objectContaining({ defaultPageSize: 2, maxPageSize: 3 }),
      ]);
    });

    it('release the userName of whoever is deleted, so that it is another person next time', async () => {
      const tenant = await gateway.newTenant();
      const early = await tenant.createUser('early');
      await tenant.scim('DELETE', `/Users/${early.id}`);
      await admin.patch(settings(tenant), { userDeletion: 'release' });
      const first = await tenant.createUser('ana', { externalId: 'x1' });
      const { types } = await tenant.recording(() => tenant.scim('DELETE', `/Users/${first.id}`));
      expect(types).toEqual(['UserDeactivated', 'UserDeprovisioned', 'UserNameReleased']);
      expectScimError(await tenant.get(`/Users/${first.id}`), 404);
      const second = await tenant.createUser('ANA', { externalId: 'x1' });
      expect(second.id).not.toBe(first.id);
      expectScimError(await tenant.get(`/Users/${first.id}`), 404);
      // Deleted while the name stayed claimed: still the same person.
      expect((await tenant.createUser('early')).id).toBe(early.id);
      await admin.patch(settings(tenant), { userDeletion: 'deactivate' });
      await tenant.scim('DELETE', `/Users/${second.id}`);
      expect((await tenant.createUser('ana')).id).toBe(second.id);
    });

    it.each<[object, string]>([
      [{ userDeletion: 'erase' }, 'userDeletion'],
      [{ defaultPageSize: 0 }, 'defaultPageSize'],
      [{ defaultPageSize: 1001 }, 'defaultPageSize'],
      [{ defaultPageSize: '5' }, 'defaultPageSize'],
      [{ maxPageSize: 1.5 }, 'maxPageSize'],
      [{ guardPercent: 101 }, 'guardPercent'],
      [{ defaultPageSize: 20, maxPageSize: 10 }, 'defaultPageSize'],
      [{ colour: 'red' }, 'colour'],
    ])('are not %j', async (body, field) => {
      const tenant = await gateway.newTenant();
      const { answer, types } = await tenant.recording(() => admin.patch(settings(tenant), body));
      expect({ status: answer.status, errors: answer.body.errors, types }).toEqual({
        status: 400,
        errors: expect.arrayContaining([{ field, detail: expect.any(String), pointer: `#/${field}` }]),
        types: [],
      });
    });
  });
});
