import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HeldReadModels } from '../support/held-read-models.js';
import { gatewayBehind, startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

/** docs/architecture.md, promises to an IdP: lists are refused rather than stale, writes and single reads go on. */
describe('while the read models lag', () => {
  let held: HeldReadModels;
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: { id: string };
  let group: { id: string };

  beforeEach(async () => {
    held = new HeldReadModels();
    const compose = gatewayBehind(({ store, readModels }) => ({ store, readModels: held.wrap(readModels) }));
    gateway = await startGateway({ compose, env: { WRITE_WAIT_MS: '20', LIST_WAIT_MS: '20' } });
    tenant = await gateway.newTenant();
    ana = await tenant.createUser('ana@example.com');
    group = await tenant.createGroup('Eng', [ana.id]);
    await gateway.readModelsCaughtUp();
  });
  afterEach(async () => {
    held.release();
    await gateway[Symbol.asyncDispose]();
  });

  const expectListsToWait = async () => {
    for (const path of ['/Users', '/Users?filter=externalId%20eq%20%22x%22', '/Groups', '/Users?sortBy=userName']) {
      const answer = await tenant.get(path);
      expectScimError(answer, 503);
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
    }
  };

  it('writes are accepted, by id and by userName all is there, lists say when to come again', async () => {
    held.hold();
    const bo = await tenant.createUser('bo@example.com', { externalId: 'x' });
    expect((await tenant.patch(`/Users/${ana.id}`, { op: 'add', path: 'title', value: 'Dr' })).status).toBe(200);
    expect(
      (await tenant.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value: bo.id }] })).status,
    ).toBe(200);
    expect((await tenant.scim('POST', '/Users', { userName: 'BO@example.com' })).status).toBe(409);
    expect((await tenant.get(`/Users/${ana.id}`)).body.title).toBe('Dr');
    expect((await tenant.find('Users', 'userName eq "bo@example.com"')).body.Resources[0].id).toBe(bo.id);
    expect((await tenant.find('Users', `id eq "${bo.id}"`)).body.totalResults).toBe(1);
    expect(await tenant.membersOf(group.id)).toEqual([ana.id, bo.id].sort());
    await expectListsToWait();

    held.release();
    await gateway.readModelsCaughtUp();
    expect((await tenant.get('/Users')).body.totalResults).toBe(2);
    expect((await tenant.find('Users', 'externalId eq "x"')).body.totalResults).toBe(1);
  });

  it('no revoked admin is let in meanwhile, and the holder of the admin key always is', async () => {
    const { body } = await gateway.admin('POST', '/admins', { name: 'Kim', role: 'operator' });
    const me = (key?: string) => gateway.admin('GET', '/me', undefined, key === undefined ? {} : { key });
    await gateway.readModelsCaughtUp();
    expect((await me(body.key as string)).status).toBe(200);
    held.hold();
    const more = await gateway.admin('POST', '/admins', { name: 'Lee', role: 'auditor' });
    expect([more.status, more.body.key]).toEqual([201, expect.any(String)]);
    expect((await gateway.admin('DELETE', `/admins/${body.id}`)).status).toBe(204);
    expect((await me(body.key as string)).status).toBe(503);
    expect((await me()).status).toBe(200);
    held.release();
    await gateway.readModelsCaughtUp();
    expect((await me(body.key as string)).status).toBe(401);
    expect((await me(more.body.key as string)).status).toBe(200);
  });

  it('a tenant is suspended and resumed at once, a connection paused', async () => {
    const { slug, ids } = tenant;
    const change = async (path: string) =>
      (await gateway.admin('POST', `/tenants/${slug}${path}`)).body.status as string;
    expect((await tenant.get(`/Users/${ana.id}`)).status).toBe(200);
    held.hold();
    expect(await change('/suspend')).toBe('suspended');
    expectScimError(await tenant.get(`/Users/${ana.id}`), 403);
    expect(await change('/resume')).toBe('active');
    expect((await tenant.get(`/Users/${ana.id}`)).status).toBe(200);
    expect(await change(`/connections/${ids.connectionId}/pause`)).toBe('paused');
    expectScimError(await tenant.get(`/Users/${ana.id}`), 503);
  });

  it('a restart in the middle shows no list without the writes that were acknowledged before', async () => {
    held.hold();
    const bo = await tenant.createUser('bo@example.com');
    await stopHeld();
    held.hold();
    await gateway.restart();
    expect((await tenant.get(`/Users/${bo.id}`)).status).toBe(200);
    await expectListsToWait();
    held.release();
    await gateway.readModelsCaughtUp();
    expect((await tenant.get('/Users')).body.totalResults).toBe(2);
  });

  it('a rebuild from nothing calls no token wrong and shows no list that is not whole', async () => {
    await gateway.stop();
    await rm(join(gateway.directory, 'read-models'), { recursive: true });
    held.hold();
    await gateway.restart();
    // A 401 would make an identity provider give up. The log knows its token.
    expect((await tenant.get(`/Users/${ana.id}`)).body.userName).toBe('ana@example.com');
    await expectListsToWait();
    held.release();
    await gateway.readModelsCaughtUp();
    expect((await tenant.get('/Users')).body.totalResults).toBe(1);
  });

  /** Ends the gateway as a crash would: what is held never gets through. */
  async function stopHeld(): Promise<void> {
    held.drop();
    await gateway.stop();
  }
});
