import { connect } from 'node:net';
import type { Answer, RawRequest } from '../support/http-client.js';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import { standalone } from '../support/standalone.js';
import type { TenantClient } from '../support/tenant-client.js';

const GUARDS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const TLS_ONLY = 'strict-transport-security';

describe('every answer', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let userId: string;
  beforeAll(async () => {
    gateway = await startGateway({ compose: standalone() });
    tenant = await gateway.newTenant();
    userId = (await tenant.createUser('ana')).id as string;
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const expectGuarded = ({ headers }: Pick<Answer, 'headers'>, more: Record<string, unknown> = {}) => {
    expect(headers).toMatchObject({ ...GUARDS, ...more });
    for (const name of ['server', 'x-powered-by', TLS_ONLY]) expect(headers).not.toHaveProperty([name]);
  };
  const admin = (method: string, target: string): RawRequest => ({
    method,
    target,
    headers: { authorization: `Bearer ${ADMIN_KEY}` },
  });

  it.each<[number, string, (is: { tenant: TenantClient; id: string }) => Promise<Answer>]>([
    [200, 'a resource', ({ tenant: t, id }) => t.get(`/Users/${id}`)],
    [200, 'a list', ({ tenant: t }) => t.get('/Users')],
    [200, 'a HEAD', ({ tenant: t, id }) => t.scim('HEAD', `/Users/${id}`)],
    [201, 'something new', ({ tenant: t }) => t.scim('POST', '/Groups', { displayName: 'Eng' })],
    [204, 'nothing', ({ tenant: t }) => t.scim('OPTIONS', '/Users')],
    [304, 'nothing new', ({ tenant: t, id }) => t.get(`/Users/${id}`, { headers: { 'if-none-match': '*' } })],
    [
      200,
      'a bulk request',
      ({ tenant: t }) => t.scim('POST', '/Bulk', { Operations: [{ method: 'DELETE', path: '/Users/none' }] }),
    ],
    [400, 'what cannot be read', ({ tenant: t }) => t.scim('POST', '/Users', undefined, { raw: '{' })],
    [400, 'a URL that cannot be decoded', ({ tenant: t }) => t.get('/Users/%E0%A4')],
    [400, 'what is no HTTP', ({ tenant: t }) => t.get('/Users', { headers: { 'content-length': '-1' } })],
    [401, 'no token', ({ tenant: t }) => t.get('/Users', { authorization: null })],
    [404, 'what is not there', ({ tenant: t }) => t.get('/Users/none')],
    [404, 'a route that is not there', ({ tenant: t }) => t.get('/nowhere', { base: '' })],
    [405, 'another method', ({ tenant: t }) => t.scim('PUT', '/Users', {})],
    [409, 'a name that is taken', ({ tenant: t }) => t.scim('POST', '/Users', { userName: 'ana' })],
    [
      412,
      'an old version',
      ({ tenant: t, id }) => t.scim('DELETE', `/Users/${id}`, undefined, { headers: { 'if-match': 'W/"9"' } }),
    ],
    [
      415,
      'another type',
      ({ tenant: t }) => t.scim('POST', '/Users', undefined, { raw: 'x', headers: { 'content-type': 'text/plain' } }),
    ],
    [417, 'an expectation', ({ tenant: t }) => t.get('/Users', { headers: { expect: 'the-unexpected' } })],
    [431, 'endless headers', ({ tenant: t }) => t.get('/Users', { headers: { 'x-endless': 'x'.repeat(60_000) } })],
    [501, '/Me', ({ tenant: t }) => t.get('/Me')],
    [200, 'a probe', ({ tenant: t }) => t.get('/health/live', { base: '' })],
    [200, 'the admin API', ({ tenant: t }) => t.gateway.admin('GET', '/me')],
    [401, 'the admin API to strangers', ({ tenant: t }) => t.gateway.admin('GET', '/me', undefined, { key: 'x' })],
    [404, 'the admin API on nothing', ({ tenant: t }) => t.gateway.admin('GET', '/nothing')],
    [200, 'a product’s list', ({ tenant: t }) => t.gateway.http.send(admin('GET', '/wellness/people'))],
  ])('%d, %s, is guarded', async (status, _title, send) => {
    const answer = await send({ tenant, id: userId });
    expect(answer.status).toBe(status);
    expectGuarded(answer);
  });

  it('that may be kept says so itself: what tells nothing of anybody', async () => {
    const config = await tenant.get('/ServiceProviderConfig');
    expectGuarded(config, { 'cache-control': 'private, no-cache' });
    const openApi = await gateway.http.send({ method: 'GET', target: '/admin/openapi.json' });
    expectGuarded(openApi, { 'cache-control': 'public, max-age=300' });
  });

  it('to what is no HTTP at all is guarded', async () => {
    const { hostname, port } = new URL(gateway.http.origin);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => socket.write('HELO\r\n\r\n'));
      socket.on('data', (chunk: Buffer) => resolve(chunk.toString()));
      socket.on('error', reject);
    });
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    for (const [name, value] of Object.entries(GUARDS)) expect(text).toContain(`\r\n${name}: ${value}\r\n`);
  });
});

/** RFC 6797 §7.2: over TLS alone. */
describe('Strict-Transport-Security', () => {
  const proto = (name: string, value: string) => ({ headers: { [name]: value } });
  it.each<[string, Record<string, string>, Parameters<TenantClient['get']>[1], boolean]>([
    ['plain HTTP', {}, {}, false],
    ['a client that says it came by TLS', {}, proto('x-forwarded-proto', 'https'), false],
    ['a trusted proxy that says so', { TRUSTED_PROXIES: '1' }, proto('x-forwarded-proto', 'https'), true],
    [
      'a trusted proxy that says so in RFC 7239',
      { TRUSTED_PROXIES: '1' },
      proto('forwarded', 'for=192.0.2.1;proto=https'),
      true,
    ],
    ['a trusted proxy that says it did not', { TRUSTED_PROXIES: '1' }, proto('x-forwarded-proto', 'http'), false],
    ['a public URL with TLS', { PUBLIC_URL: 'https://scim.example.com' }, {}, true],
  ])('%s', async (_title, env, options, expected) => {
    await using gateway = await startGateway({ env });
    const tenant = await gateway.newTenant();
    for (const path of ['/Users', '/Users/none', '/ServiceProviderConfig']) {
      const { headers } = await tenant.get(path, options);
      expect(headers[TLS_ONLY]).toBe(expected ? 'max-age=31536000' : undefined);
    }
  });
});
