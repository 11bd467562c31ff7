import { AdminClient } from '../support/admin-client.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { StoppedClock } from '../support/stopped-clock.js';
import type { TenantClient } from '../support/tenant-client.js';

interface RequestView {
  readonly kind: string;
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly cause?: string;
}

/** Every SCIM call is remembered with its connection, and what its bodies looked like, without a value. */
describe('request log', () => {
  let gateway: TestGateway;
  let admin: AdminClient;
  beforeAll(async () => {
    gateway = await startGateway();
    admin = await AdminClient.of(gateway);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const logOf = async ({ slug, ids }: TenantClient, query = '') => {
    const { status, body } = await admin.get(`/tenants/${slug}/connections/${ids.connectionId}/requests${query}`);
    expect(status).toBe(200);
    return body as { requests: RequestView[]; nextCursor?: string };
  };
  const connectionOf = async ({ slug, ids }: TenantClient) =>
    (await admin.get(`/tenants/${slug}/connections/${ids.connectionId}`)).body as Record<string, unknown>;

  it('lists every call of a connection, the last answered first, with who called and how long it took', async () => {
    const own = await gateway.newTenant({ idp: 'entra-id' });
    expect((await own.find('Users', 'userName eq "ana@example.com"')).body.totalResults).toBe(0);
    const { id } = await own.createUser('ana@example.com', { title: 'Nurse' });
    await own.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    await own.get(`/Users/${id}`);
    await own.scim('POST', '/Users', { userName: 'ana@example.com' });
    await own.scim('DELETE', `/Users/${id}`);
    const { requests } = await logOf(own);
    expect(requests.map(({ kind, method, path, status }) => [kind, method, path, status])).toEqual([
      ['success', 'DELETE', `/scim/v2/${own.slug}/Users/${id}`, 204],
      ['refusal', 'POST', `/scim/v2/${own.slug}/Users`, 409],
      ['success', 'GET', `/scim/v2/${own.slug}/Users/${id}`, 200],
      ['success', 'PATCH', `/scim/v2/${own.slug}/Users/${id}`, 200],
      ['success', 'POST', `/scim/v2/${own.slug}/Users`, 201],
      ['success', 'GET', `/scim/v2/${own.slug}/Users?filter=userName eq …`, 200],
    ]);
    expect(requests[4]).toMatchObject({
      connection: own.ids.connectionId,
      credential: { id: own.ids.tokenId, name: 'first token' },
      resourceId: id,
      durationMs: expect.any(Number),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
    expect(JSON.stringify(requests)).not.toMatch(/ana@|Nurse/);
  });

  it('shows one call with its bodies masked, and what else there is about it', async () => {
    const own = await gateway.newTenant({ idp: 'ping' });
    await own.createUser('ana@example.com', { title: 'Nurse', department: 'Eng' });
    const [call] = (await logOf(own, '?kind=success')).requests;
    const { body } = await admin.get(`/tenants/${own.slug}/requests/${call?.requestId}`);
    expect(body).toMatchObject({
      method: 'POST',
      status: 201,
      request: { body: { userName: '…', title: '…', department: '…' } },
      response: { body: { userName: '…', title: '…', active: true, meta: { resourceType: 'User' } } },
      related: [{ kind: 'hint', cause: 'wrongNamespace', requestId: call?.requestId }],
    });
    expect(JSON.stringify(body)).not.toMatch(/ana@|Nurse|Eng"/);
    await own.scim('POST', '/Users', { userName: 'bo@example.com', active: 'maybe' });
    const [refusal] = (await logOf(own, '?kind=refusal')).requests;
    expect((await admin.get(`/tenants/${own.slug}/requests/${refusal?.requestId}`)).body).toMatchObject({
      cause: 'wrongType',
      request: { body: { userName: '…', active: '…' } },
      response: { body: { status: '400', scimType: 'invalidValue' } },
      related: [],
    });
  });

  it('finds calls by what an admin knows of them, page by page', async () => {
    const own = await gateway.newTenant();
    const ana = await own.createUser('ana@example.com');
    const bo = await own.createUser('bo@example.com');
    const group = await own.createGroup('Eng', [bo.id as string]);
    await own.find('Users', 'userName like "x"');
    await own.get(`/Users/${ana.id}`);
    const found = async (query: string) =>
      (await logOf(own, query)).requests.map(({ method, status }) => `${method} ${status}`);
    expect(await found('?status=4xx')).toEqual(['GET 400']);
    expect(await found('?status=400&kind=success')).toEqual([]);
    expect(await found('?cause=unsupportedOperator')).toEqual(['GET 400']);
    expect(await found('?method=GET')).toEqual(['GET 200', 'GET 400']);
    expect(await found('?path=/Groups')).toEqual(['POST 201']);
    expect(await found(`?resource=${ana.id}`)).toEqual(['GET 200', 'POST 201']);
    expect(await found(`?resource=${bo.id}`)).toEqual(['POST 201', 'POST 201']);
    expect(await found(`?resource=${group.id}`)).toEqual(['POST 201']);
    expect(await found(`?from=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).toEqual([]);
    expect((await found(`?to=${encodeURIComponent(new Date(Date.now() + 60_000).toISOString())}`)).length).toBe(5);
    const all = await logOf(own);
    const first = await logOf(own, '?limit=2');
    const second = await logOf(own, `?limit=3&cursor=${encodeURIComponent(first.nextCursor ?? '')}`);
    expect([...first.requests, ...second.requests]).toEqual(all.requests);
    for (const wrong of ['status=9', 'cause=none', 'kind=call', 'resource=ana', 'from=today', 'cursor=x']) {
      const path = `/tenants/${own.slug}/connections/${own.ids.connectionId}/requests?${wrong}`;
      expect([wrong, (await gateway.admin('GET', path)).status]).toEqual([wrong, 400]);
    }
  });

  it('lists at the tenant what was refused, as ever, and everything where it is asked for', async () => {
    const own = await gateway.newTenant();
    await own.createUser('ana@example.com');
    await own.get('/Users', { authorization: 'Bearer x' });
    const at = async (query: string) =>
      ((await admin.get(`/tenants/${own.slug}/requests${query}`)).body as { requests: RequestView[] }).requests.map(
        ({ status }) => status,
      );
    expect(await at('')).toEqual([401]);
    expect(await at('?kind=all')).toEqual([401, 201]);
    expect(await at(`?kind=all&connection=${own.ids.connectionId}`)).toEqual([201]);
  });

  it('goes on after a restart, and outlives its connection', async () => {
    const own = await gateway.newTenant();
    const { id } = await own.createUser('ana@example.com');
    await gateway.restart();
    await own.get(`/Users/${id}`);
    await gateway.admin('DELETE', `/tenants/${own.slug}/connections/${own.ids.connectionId}`);
    expect((await logOf(own)).requests.map(({ status }) => status)).toEqual([200, 201]);
    expect(await connectionOf(own)).toMatchObject({ state: 'deleted', status: 'deleted', tokens: [] });
    const listed = async (query: string) =>
      ((await admin.get(`/tenants/${own.slug}/connections${query}`)).body as { connections: object[] }).connections;
    expect(await listed('')).toEqual([]);
    expect(await listed('?deleted=true')).toMatchObject([{ id: own.ids.connectionId, state: 'deleted' }]);
    expect((await admin.patch(`/tenants/${own.slug}/connections/${own.ids.connectionId}`, { name: 'x' })).status).toBe(
      404,
    );
  });

  it('tells how it goes with a connection: waiting, active, failing and why, paused', async () => {
    const own = await gateway.newTenant({ idp: 'okta' });
    expect(await connectionOf(own)).toMatchObject({ state: 'waiting' });
    await own.createUser('ana@example.com');
    expect(await connectionOf(own)).toMatchObject({ state: 'active' });
    for (let n = 0; n < 5; n++) {
      expect((await connectionOf(own))['state']).toBe('active');
      await own.find('Users', 'userName eq "bo@example.com"');
      await own.scim('POST', '/Users', { userName: 'ana@example.com', externalId: String(n) });
    }
    const failing = await connectionOf(own);
    expect(failing).toMatchObject({
      state: 'failing',
      failing: {
        cause: 'duplicateUserName',
        refusals: 5,
        fix: expect.stringContaining('Okta'),
        since: expect.any(String),
        lastSuccessAt: expect.any(String),
      },
    });
    await gateway.restart();
    expect((await connectionOf(own))['failing']).toEqual(failing['failing']);
    const path = `/tenants/${own.slug}/connections/${own.ids.connectionId}`;
    await admin.post(`${path}/pause`);
    expect(await connectionOf(own)).toMatchObject({ state: 'paused' });
    await admin.post(`${path}/resume`);
    await own.createUser('bo@example.com');
    expect(await connectionOf(own)).toMatchObject({ state: 'active' });
  });

  it('shows at the tenant what came with a token that no connection knows', async () => {
    const own = await gateway.newTenant();
    const tenant = async () => (await admin.get(`/tenants/${own.slug}`)).body as Record<string, unknown>;
    expect(await tenant()).not.toHaveProperty('strangers');
    await own.get('/Users', { authorization: null });
    await own.get('/Users', { authorization: 'Bearer x' });
    expect(await tenant()).toMatchObject({
      strangers: { refusals: 2, cause: 'unknownToken', fix: expect.any(String) },
      connections: [{ state: 'waiting' }],
    });
  });

  it('keeps of a flood what was asked, if not every body', async () => {
    const own = await gateway.newTenant();
    const { id } = await own.createUser('ana@example.com');
    // However long they take, they come in one second.
    using _clock = new StoppedClock();
    await Promise.all(Array.from({ length: 300 }, () => own.get(`/Users/${id}`)));
    const { requests } = await logOf(own, '?method=GET&limit=200');
    expect(requests.length).toBe(200);
    const omitted = new Set<unknown>();
    for (const { requestId } of requests.slice(0, 60)) {
      const { body } = await admin.get(`/tenants/${own.slug}/requests/${requestId}`);
      omitted.add((body as { response: { omitted?: string } }).response.omitted);
    }
    expect(omitted).toContain('pace');
  });
});
