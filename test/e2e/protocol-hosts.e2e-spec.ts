import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

/** Base URLs: the tenant in the path or in the host name (RFC 7644 §3.13 leaves it to the service). */
describe('base URLs', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let id: string;
  beforeAll(async () => {
    gateway = await startGateway({ env: { BASE_DOMAIN: 'scim.example.com' } });
    tenant = await gateway.newTenant({ slug: 'acme' });
    id = (await tenant.createUser('ana@example.com')).id;
    await tenant.createGroup('Eng', [id]);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  it.each([
    ['/scim/v2', 'acme.scim.example.com', 'http://acme.scim.example.com/scim/v2'],
    ['/api/scim', 'acme.scim.example.com', 'http://acme.scim.example.com/api/scim'],
    ['/api/scim', 'ACME.scim.example.com:8443', 'http://ACME.scim.example.com:8443/api/scim'],
    ['/scim/v2/acme', 'scim.example.com', 'http://scim.example.com/scim/v2/acme'],
    ['/api/scim/acme', 'other.example.org', 'http://other.example.org/api/scim/acme'],
    ['//scim//v2//acme/', 'other.example.org', 'http://other.example.org/scim/v2/acme'],
    ['/api/scim/v2', 'acme.scim.example.com', 'http://acme.scim.example.com/api/scim'],
    ['/scim/v2/acme', 'acme.scim.example.com', 'http://acme.scim.example.com/scim/v2/acme'],
  ])('%s on %s: locations are those of the base the client used', async (base, host, shown) => {
    const options = { base, headers: { host } };
    const read = await tenant.get(`/Users/${id}`, options);
    expect(read.body.meta.location).toBe(`${shown}/Users/${id}`);
    expect(read.body.groups[0].$ref).toBe(`${shown}/Groups/${read.body.groups[0].value}`);
    const list = await tenant.get('/Groups', options);
    expect(list.body.Resources[0].members[0].$ref).toBe(`${shown}/Users/${id}`);
    const config = await tenant.get('/ServiceProviderConfig', { ...options, authorization: null });
    expect(config.body.meta.location).toBe(`${shown}/ServiceProviderConfig`);
    const created = await tenant.scim('POST', '/Users', { userName: `${base}${host}@example.com` }, options);
    expect(created.headers.location).toBe(`${shown}/Users/${created.body.id}`);
  });

  it('takes the tenant of the host, whoever the token belongs to', async () => {
    const other = await gateway.newTenant();
    const headers = { host: 'acme.scim.example.com' };
    expectScimError(await other.get('/Users', { base: '/scim/v2', headers }), 401);
    expectScimError(
      await tenant.get('/Users', { base: '/scim/v2', headers: { host: 'nobody.scim.example.com' } }),
      401,
    );
    expectScimError(await tenant.get('/Users', { base: '/scim/v2', headers: { host: 'a.b.scim.example.com' } }), 404);
    expectScimError(await tenant.get('/Users', { base: '/scim/v2', headers: { host: 'scim.example.com' } }), 404);
    expectScimError(await tenant.get('/Users', { base: '/scim/v2', headers: { host: 'acmescim.example.com' } }), 404);
  });

  it.each([
    ['of the domain itself', {}, 'scim.example.com', 'http://acme.scim.example.com/api/scim'],
    ['of the domain, at a port', {}, 'other.scim.example.com:8443', 'http://acme.scim.example.com:8443/api/scim'],
    ['beside it, such as a forwarded port', {}, '127.0.0.1:3001', 'https://acme.scim.example.com/api/scim'],
    [
      'whatever, with PUBLIC_URL',
      { PUBLIC_URL: 'https://scim.example.com:444' },
      '127.0.0.1:3001',
      'https://acme.scim.example.com:444/api/scim',
    ],
  ])('tells an admin the host of the tenant, asked at a host %s', async (_title, env, host, scimHostUrl) => {
    await using server = await startGateway({ env: { BASE_DOMAIN: 'scim.example.com', ...env } });
    const headers = { host, authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' };
    const post = (target: string, body: object) =>
      server.http.send({ method: 'POST', target, headers, body: JSON.stringify(body) });
    const tenant = await post('/admin/v1/tenants', { slug: 'acme', name: 'Acme' });
    const connection = await post('/admin/v1/tenants/acme/connections', { idp: 'generic' });
    for (const { body } of [tenant, connection]) expect(body).toMatchObject({ scimHostUrl });
    const { token } = connection.body as { token: string };
    const { host: told, pathname } = new URL(scimHostUrl);
    const asked = { host: told, authorization: `Bearer ${token}` };
    expect((await server.http.send({ method: 'GET', target: `${pathname}/Users`, headers: asked })).status).toBe(200);
  });

  it('shows the URL that PUBLIC_URL fixes, whatever the Host header says', async () => {
    await using behindProxy = await startGateway({ env: { PUBLIC_URL: 'https://id.example.net' } });
    const guest = await behindProxy.newTenant();
    const user = await guest.createUser('ana@example.com');
    expect(user.meta.location).toBe(`https://id.example.net/scim/v2/${guest.slug}/Users/${user.id}`);
    const { body } = await behindProxy.admin('GET', `/tenants/${guest.slug}`);
    expect(body.scimBaseUrl).toBe(`https://id.example.net/scim/v2/${guest.slug}`);
  });
});
