import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

const FORWARDED = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'id.example.net',
  'x-forwarded-prefix': '/people',
};

/** `meta.location`, `Location` and `$ref` honour proxy headers (profile C5.1), from trusted proxies alone. */
describe('behind proxies', () => {
  const start = (env: Record<string, string>) => startGateway({ env: { BASE_DOMAIN: 'scim.example.com', ...env } });

  async function everyLink(tenant: TenantClient, options: Parameters<TenantClient['get']>[1]) {
    const userName = `${Math.random()}@example.com`;
    const created = await tenant.scim('POST', '/Users', { userName }, options);
    const group = await tenant.scim(
      'POST',
      '/Groups',
      { displayName: 'G', members: [{ value: created.body.id }] },
      options,
    );
    const read = await tenant.get(`/Users/${created.body.id}`, options);
    const found = await tenant.get(`/Users?filter=userName%20eq%20%22${userName}%22`, options);
    const config = await tenant.get('/ServiceProviderConfig', options);
    const links: string[] = [
      created.headers.location,
      created.body.meta.location,
      read.body.meta.location,
      read.body.groups[0].$ref,
      found.body.Resources[0].meta.location,
      group.body.members[0].$ref,
      config.body.meta.location,
    ];
    return [...new Set(links.map((link) => link.replace(/\/(Users|Groups|ServiceProviderConfig).*/, '')))];
  }

  describe('that are trusted', () => {
    let gateway: TestGateway;
    let tenant: TenantClient;
    beforeAll(async () => {
      gateway = await start({ TRUSTED_PROXIES: 'loopback, 10.0.0.0/8' });
      tenant = await gateway.newTenant({ slug: 'acme' });
    });
    afterAll(() => gateway[Symbol.asyncDispose]());

    it.each<[string, Record<string, string>, string]>([
      ['X-Forwarded-…', FORWARDED, 'https://id.example.net/people/scim/v2/acme'],
      [
        'Forwarded',
        { forwarded: 'for=203.0.113.9;proto=https;host=id.example.net' },
        'https://id.example.net/scim/v2/acme',
      ],
      [
        'an IPv6 host',
        { forwarded: 'proto=https;host="[2001:db8::1]:8443"' },
        'https://[2001:db8::1]:8443/scim/v2/acme',
      ],
    ])('shows every link as the client asked for it: %s', async (_title, headers, base) => {
      expect(await everyLink(tenant, { headers })).toEqual([base]);
    });

    it('finds the tenant in the host that the proxy names', async () => {
      const headers = { 'x-forwarded-host': 'acme.scim.example.com', 'x-forwarded-proto': 'https' };
      const options = { base: '/api/scim', headers };
      expect(await everyLink(tenant, options)).toEqual(['https://acme.scim.example.com/api/scim']);
    });

    it('shows them in the admin API too', async () => {
      const { body } = await gateway.http.send({
        method: 'GET',
        target: '/admin/v1/tenants/acme',
        headers: { authorization: 'Bearer admin-key-of-the-specs', ...FORWARDED },
      });
      expect(body.scimBaseUrl).toBe('https://id.example.net/people/scim/v2/acme');
    });

    it('refuses what cannot be a host, a scheme or a path, before it looks at the token', async () => {
      for (const headers of [
        { 'x-forwarded-host': 'evil.example/"><script>' },
        { 'x-forwarded-proto': 'javascript' },
        { 'x-forwarded-prefix': '/../x' },
        { forwarded: 'host=evil.example', 'x-forwarded-host': 'id.example.net' },
        { host: 'a b' },
      ]) {
        const answer = await tenant.get('/Users', { headers, authorization: null });
        expectScimError(answer, 400, 'invalidValue');
        expect(answer.text).not.toContain('script>');
      }
      const { status } = await gateway.http.send({
        method: 'GET',
        target: '/admin/v1/tenants/acme',
        headers: { authorization: 'Bearer admin-key-of-the-specs', 'x-forwarded-proto': 'javascript' },
      });
      expect(status).toBe(400);
    });
  });

  it('passes proxy headers over where no proxy is trusted, as by default', async () => {
    for (const env of [{}, { TRUSTED_PROXIES: '203.0.113.0/24' }]) {
      await using gateway = await start(env);
      const tenant = await gateway.newTenant();
      const headers = { ...FORWARDED, 'x-forwarded-host': 'acme.scim.example.com', forwarded: 'host=evil.example' };
      expect(await everyLink(tenant, { headers })).toEqual([tenant.baseUrl]);
      expectScimError(await tenant.get('/Users', { base: '/scim/v2', headers }), 404);
    }
  });

  it('lets PUBLIC_URL win, also over a host that names the tenant', async () => {
    await using gateway = await start({ TRUSTED_PROXIES: '1', PUBLIC_URL: 'https://fixed.example.org/' });
    const tenant = await gateway.newTenant();
    expect(await everyLink(tenant, { headers: FORWARDED })).toEqual([
      `https://fixed.example.org/scim/v2/${tenant.slug}`,
    ]);
    const headers = { 'x-forwarded-host': `${tenant.slug}.scim.example.com` };
    const [base] = await everyLink(tenant, { headers, base: '/scim/v2' });
    expect(base).toBe(`https://fixed.example.org/scim/v2/${tenant.slug}`);
  });
});
