import { SCOPES } from '#domain';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { StoppedClock } from '../support/stopped-clock.js';
import { expectScimError, PATCH_OP, type TenantClient, USER } from '../support/tenant-client.js';

/** Scoped, expiring, rotating bearer tokens, as the guides of 002, 003 and 004 have them. */
describe('tokens', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const tokensPath = ({ slug, ids }: TenantClient) => `/tenants/${slug}/connections/${ids.connectionId}/tokens`;
  const issue = async (tenant: TenantClient, body: object = {}) => {
    const answer = await gateway.admin('POST', tokensPath(tenant), body);
    if (answer.status !== 201) throw new Error(`token: ${answer.status} ${answer.text}`);
    return answer.body as { id: string; token: string; scopes: string[]; createdAt: string; expiresAt?: string };
  };
  const listed = async (tenant: TenantClient) =>
    (await gateway.admin('GET', tokensPath(tenant))).body.tokens as Record<string, unknown>[];
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  describe('scopes (004)', () => {
    it.each([
      ['okta', 'delete:users'],
      ['auth0', 'get:groups'],
    ])('are by default those of the preset: %s has not %s', async (idp, missing) => {
      const tenant = await gateway.newTenant({ idp });
      const { scopes } = await issue(tenant);
      expect(scopes).not.toContain(missing);
      expect((await listed(tenant)).map((token) => token['scopes'])).toEqual([scopes, scopes]);
      const [method, type] = missing.split(':');
      const answer = await tenant.scim(method!.toUpperCase(), type === 'users' ? '/Users/x' : '/Groups');
      expectScimError(answer, 403);
      expect(answer.body.detail).toContain(`"${missing}"`);
    });

    it('are all of them for Entra ID and for a provider that nobody knows', async () => {
      for (const idp of ['entra-id', 'generic']) {
        expect((await issue(await gateway.newTenant({ idp }))).scopes).toEqual(SCOPES);
      }
    });

    it('of the first token are as the admin says', async () => {
      const { slug } = await gateway.newTenant();
      const { body } = await gateway.admin('POST', `/tenants/${slug}/connections`, {
        idp: 'entra-id',
        scopes: ['get:users'],
      });
      const { body: read } = await gateway.admin('GET', `/tenants/${slug}/connections/${body.id}/tokens`);
      expect(read.tokens).toEqual([expect.objectContaining({ id: body.tokenId, scopes: ['get:users'] })]);
    });

    it('each allow their method on their resource type, and no other', async () => {
      const tenant = await gateway.newTenant();
      const { id: user } = await tenant.createUser('ana');
      const { id: group } = await tenant.createGroup('Eng');
      const patch = { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'externalId', value: 'x' }] };
      const requests: Record<string, [method: string, path: string, body?: object][]> = {
        'get:users': [
          ['GET', '/Users'],
          ['HEAD', '/Users'],
          ['GET', `/Users/${user}`],
          ['GET', `/%55sers/${user}`],
          ['POST', '/Users/.search', {}],
        ],
        'post:users': [['POST', '/Users', { userName: 'bo' }]],
        'put:users': [['PUT', `/Users/${user}`, { userName: 'ana' }]],
        'patch:users': [['PATCH', `/Users/${user}`, patch]],
        'get:groups': [
          ['GET', '/Groups'],
          ['GET', `/Groups/${group}`],
          ['POST', '/Groups/.search', {}],
        ],
        'post:groups': [['POST', '/Groups', { displayName: 'Ops' }]],
        'put:groups': [['PUT', `/Groups/${group}`, { displayName: 'Eng' }]],
        'patch:groups': [['PATCH', `/Groups/${group}`, patch]],
        'delete:users': [['DELETE', `/Users/${user}`]],
        'delete:groups': [['DELETE', `/Groups/${group}`]],
      };
      expect(Object.keys(requests).sort()).toEqual([...SCOPES].sort());
      for (const [scope, sent] of Object.entries(requests)) {
        const only = bearer((await issue(tenant, { scopes: [scope] })).token);
        const others = bearer((await issue(tenant, { scopes: SCOPES.filter((other) => other !== scope) })).token);
        for (const [method, path, body] of sent) {
          const { answer, types } = await tenant.recording(() => tenant.scim(method, path, body, others));
          expect({ scope, path, status: answer.status, types }).toEqual({ scope, path, status: 403, types: [] });
          // RFC 6750 §3.1
          expect(answer.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${scope}"`);
          if (method !== 'HEAD') {
            expectScimError(answer, 403);
            expect(answer.body.detail).toContain(`"${scope}"`);
          }
        }
        for (const [method, path, body] of sent) {
          const { status } = await tenant.scim(method, path, body, only);
          expect({ scope, path, isDone: status < 300 }).toEqual({ scope, path, isDone: true });
        }
      }
    });

    it('of lists over all resource types are those of each; discovery needs none', async () => {
      const tenant = await gateway.newTenant();
      const users = bearer((await issue(tenant, { scopes: ['get:users', 'post:users'] })).token);
      const both = bearer((await issue(tenant, { scopes: ['get:users', 'get:groups'] })).token);
      const nothing = bearer((await issue(tenant, { scopes: ['post:users'] })).token);
      for (const [method, path, body] of [
        ['GET', '/', undefined],
        ['POST', '/.search', {}],
      ] as const) {
        const answer = await tenant.scim(method, path, body, users);
        expectScimError(answer, 403);
        expect(answer.body.detail).toContain('"get:groups"');
        expect(answer.body.detail).not.toContain('"get:users"');
        const neither = await tenant.scim(method, path, body, nothing);
        expect(neither.body.detail).toMatch(/scopes "get:users" and "get:groups"/);
        expect((await tenant.scim(method, path, body, both)).status).toBe(200);
      }
      for (const path of [
        '/ServiceProviderConfig',
        '/ResourceTypes',
        '/ResourceTypes/User',
        '/Schemas',
        `/Schemas/${USER}`,
      ]) {
        expect((await tenant.get(path, nothing)).status).toBe(200);
      }
    });

    it('are asked of each operation inside a bulk request (RFC 7644 §3.7)', async () => {
      const tenant = await gateway.newTenant();
      const some = bearer((await issue(tenant, { scopes: ['post:users', 'patch:users'] })).token);
      const Operations = [
        { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'ana' } },
        { method: 'PATCH', path: '/Users/bulkId:a', data: { Operations: [{ op: 'add', path: 'title', value: 'Dr' }] } },
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: { displayName: 'Eng', members: [{ value: 'bulkId:a' }] },
        },
        { method: 'DELETE', path: '/Users/bulkId:a' },
      ];
      const { answer, types } = await tenant.recording(() => tenant.scim('POST', '/Bulk', { Operations }, some));
      expect(answer.status).toBe(200);
      const results = answer.body.Operations as { status: string; response?: { detail: string } }[];
      expect(results.map(({ status }) => status)).toEqual(['201', '200', '403', '403']);
      expect(results.map(({ response }) => response?.detail ?? '')).toEqual([
        '',
        '',
        expect.stringContaining('"post:groups"'),
        expect.stringContaining('"delete:users"'),
      ]);
      expect(types).toEqual(['UserNameClaimed', 'UserProvisioned', 'UserUpdated']);
    });

    it.each([[[]], [['get:roles']], [['GET:users']], ['get:users'], [{ 0: 'get:users' }], [[['get:users']]]])(
      'are not %j',
      async (scopes) => {
        const tenant = await gateway.newTenant();
        const answer = await gateway.admin('POST', tokensPath(tenant), { scopes });
        expect(answer.status).toBe(400);
        expect(answer.body.errors[0]).toMatchObject({
          field: 'scopes',
          detail: expect.stringContaining('must be some of'),
        });
        expect(await listed(tenant)).toHaveLength(1);
      },
    );
  });

  it('are described by all but themselves, and by when they were last used', async () => {
    const tenant = await gateway.newTenant();
    const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
    const { id, token, scopes } = await issue(tenant, { name: 'spring', expiresAt });
    const described = async () => (await listed(tenant)).find((one) => one['id'] === id);
    const unused = {
      id,
      name: 'spring',
      lastFour: token.slice(-4),
      createdAt: expect.any(String),
      expiresAt,
      scopes,
      warnings: [],
    };
    expect(await described()).toEqual(unused);
    await tenant.get('/Users', bearer(token));
    expect(await described()).toEqual({ ...unused, lastUsedAt: expect.any(String) });
    const { lastUsedAt } = (await described()) as { lastUsedAt: string };
    expect(Math.abs(Date.parse(lastUsedAt) - Date.now())).toBeLessThan(60_000);
    // A token of one tenant on another tenant's URL was not used.
    const other = await gateway.newTenant();
    await other.get('/Users', bearer(token));
    await gateway.restart();
    expect(await described()).toEqual({ ...unused, lastUsedAt });
  });

  it('warn from 14 days before they end', async () => {
    const tenant = await gateway.newTenant();
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000 - 1_000).toISOString();
    const { id: soon } = await issue(tenant, { expiresAt: inDays(14) });
    const { id: later } = await issue(tenant, { expiresAt: inDays(15) });
    const warnings = Object.fromEntries((await listed(tenant)).map((token) => [token['id'], token['warnings']]));
    expect(warnings).toMatchObject({ [soon]: [{ code: 'expiresSoon' }], [later]: [], [tenant.ids.tokenId]: [] });
  });

  it.each([
    ['2030-01-31T10:00:00+02:00', '2030-01-31T08:00:00.000Z'],
    ['2030-01-31T10:00:00', '2030-01-31T10:00:00.000Z'],
    ['2030-01-31', '2030-01-31T00:00:00.000Z'],
  ])('that expire at %s expire at %s', async (expiresAt, utc) => {
    expect((await issue(await gateway.newTenant(), { expiresAt })).expiresAt).toBe(utc);
  });

  describe('rotation', () => {
    const rotate = (tenant: TenantClient, id: string, body: object = {}) =>
      gateway.admin('POST', `/tenants/${tenant.slug}/tokens/${id}/rotate`, body);

    it('ends the old token at once (003), and hands on what it could do', async () => {
      const tenant = await gateway.newTenant({ idp: 'okta' });
      const [first] = await listed(tenant);
      expect((await tenant.get('/Users')).status).toBe(200);
      const { answer, types } = await tenant.recording(() => rotate(tenant, tenant.ids.tokenId));
      expect({ status: answer.status, types }).toEqual({
        status: 201,
        types: ['CredentialIssued', 'CredentialRotated'],
      });
      expect(answer.body).toEqual({
        id: expect.any(String),
        name: 'first token',
        lastFour: answer.body.token.slice(-4),
        createdAt: expect.any(String),
        scopes: first?.['scopes'],
        warnings: [],
        token: expect.stringMatching(/^[A-Za-z0-9]{64}$/),
        replaces: { id: tenant.ids.tokenId, validUntil: expect.any(String) },
      });
      expectScimError(await tenant.get('/Users'), 401);
      expect((await tenant.get('/Users', bearer(answer.body.token))).status).toBe(200);
      expect((await listed(tenant)).map(({ id }) => id)).toEqual([answer.body.id]);
      expect((await rotate(tenant, tenant.ids.tokenId)).status).toBe(404);
    });

    it('leaves both working while the grace lasts, and not longer', async () => {
      using clock = new StoppedClock();
      const tenant = await gateway.newTenant();
      const { body } = await rotate(tenant, tenant.ids.tokenId, { graceSeconds: 60, name: 'spring' });
      const { id, token, replaces } = body;
      expect((await tenant.get('/Users')).status).toBe(200);
      expect(await listed(tenant)).toEqual([
        expect.objectContaining({ id: tenant.ids.tokenId, replacedBy: id, expiresAt: replaces.validUntil }),
        expect.objectContaining({ id, name: 'spring' }),
      ]);
      const again = await rotate(tenant, tenant.ids.tokenId);
      expect(again.status).toBe(409);
      expect(again.body.detail).toContain(id);
      expect(replaces.validUntil).toBe(clock.in(60_000));
      clock.forward(59_999);
      expect((await tenant.get('/Users')).status).toBe(200);
      clock.forward(1);
      expectScimError(await tenant.get('/Users'), 401);
      expect((await tenant.get('/Users', bearer(token))).status).toBe(200);
    });

    it('gives the new token as long a life as the old one had, or what the admin says', async () => {
      const tenant = await gateway.newTenant();
      const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
      const old = await issue(tenant, { expiresAt });
      const lifetime = ({ createdAt, expiresAt: end = '' }: { createdAt: string; expiresAt?: string }) =>
        Date.parse(end) - Date.parse(createdAt);
      const { body: second } = await rotate(tenant, old.id);
      expect(Math.abs(lifetime(second) - lifetime(old))).toBeLessThan(60_000);
      const { body: third } = await rotate(tenant, second.id, { expiresAt: null });
      expect(third).not.toHaveProperty('expiresAt');
      const { body: fourth } = await rotate(tenant, third.id, { expiresAt });
      expect(fourth.expiresAt).toBe(expiresAt);
    });

    it.each([
      { graceSeconds: -1 },
      { graceSeconds: 1.5 },
      { graceSeconds: 2_592_001 },
      { graceSeconds: '60' },
      { expiresAt: '2020-01-01' },
      { name: '' },
      { scopes: ['get:users'] },
    ])('is refused with %j', async (body) => {
      const tenant = await gateway.newTenant();
      const { answer, types } = await tenant.recording(() => rotate(tenant, tenant.ids.tokenId, body));
      expect({ status: answer.status, types }).toEqual({ status: 400, types: [] });
      expect(answer.body.errors[0].field).toBe(Object.keys(body)[0]);
    });

    it('of a token that is not there is 404', async () => {
      const tenant = await gateway.newTenant();
      const other = await gateway.newTenant();
      for (const id of ['none', '__proto__', other.ids.tokenId]) expect((await rotate(tenant, id)).status).toBe(404);
      expect((await gateway.admin('GET', `/tenants/${tenant.slug}/connections/none/tokens`)).status).toBe(404);
      expect((await gateway.admin('GET', `/tenants/none/connections/none/tokens`)).status).toBe(404);
    });
  });
});
