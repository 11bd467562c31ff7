import { HttpClient } from '../support/http-client.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectRefusal, expectScimError, type TenantClient } from '../support/tenant-client.js';

/** URLs that nobody sends by accident: a clear SCIM error or a plain answer, and no way past the token. */
describe('hostile URLs', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: { id: string };
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant();
    ana = await tenant.createUser('ana@example.com', { displayName: 'Ana' });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  afterEach(async () => {
    expect((await tenant.get(`/Users/${ana.id}`)).body).toEqual(ana);
  });

  it.each([
    '/%73cim/v2/SLUG',
    '/scim/%762/SLUG',
    '/%2573cim/v2/SLUG',
    '/scim/v2/%53LUG',
    '/./scim/v2/SLUG',
    '/x/../scim/v2/SLUG',
  ])('a base that only decoding makes ours is nobody’s, with a token and without: %s', async (pattern) => {
    const encoded = `%${tenant.slug.charCodeAt(0).toString(16)}${tenant.slug.slice(1)}`;
    const base = pattern.replace('SLUG', tenant.slug).replace('%53LUG', encoded);
    const paths: [string, string, object?][] = [
      ['GET', '/Users'],
      ['GET', `/Users/${ana.id}`],
      ['DELETE', `/Users/${ana.id}`],
      ['POST', '/Users', { userName: 'bo' }],
      ['POST', '/Bulk', { Operations: [{ method: 'DELETE', path: `/Users/${ana.id}` }] }],
      ['POST', '/.search', {}],
      ['GET', '/Schemas'],
      ['GET', '/ServiceProviderConfig'],
      ['GET', '/Me'],
    ];
    for (const [method, path, body] of paths) {
      for (const options of [{ base }, { base, authorization: null }]) {
        const { answer, types } = await tenant.recording(() => tenant.scim(method, path, body, options));
        expect({ method, path, status: answer.status, types }).toEqual({ method, path, status: 404, types: [] });
      }
    }
  });

  it.each<[string, string]>([
    ['300 terms', Array.from({ length: 300 }, (_, n) => `a${n} pr`).join(' or ')],
    ['3,000 parentheses', `${'('.repeat(3_000)}a pr${')'.repeat(3_000)}`],
    ['a million-digit year', `meta.created gt "${'9'.repeat(1_000)}-01-01"`],
    ['brackets in brackets', 'emails[type[value eq "x"]]'],
    ['an unknown escape', 'title eq "\\x"'],
    ['half a surrogate pair', 'title eq "\\ud800"'],
    ['a number that overflows', 'x gt 1e999'],
    ['code', 'title eq "x" || true'],
    ['order on a boolean', 'active gt true'],
  ])('a filter with %s → 400', async (_title, filter) => {
    const { body } = await expectRefusal(tenant, () => tenant.find('Users', filter), [400, 414, 431]);
    expect(body.scimType).toBe('invalidFilter');
  });

  it('a filter of 10,000 terms, which is more than a request line may hold', async () => {
    const filter = encodeURIComponent(Array.from({ length: 10_000 }, (_, n) => `a${n} pr`).join(' or '));
    for (const length of [17_000, filter.length]) {
      using client = new HttpClient(gateway.http.origin);
      const target = `/scim/v2/${tenant.slug}/Users?filter=${filter.slice(0, length)}`;
      const sending = client.send({ method: 'GET', target, headers: { authorization: `Bearer ${tenant.token}` } });
      // Whoever still writes when the connection is closed may not get to read the answer.
      const answer = await sending.catch((error: Error) => error);
      if (!(answer instanceof Error)) expectScimError(answer, answer.status, answer.body.scimType);
    }
  });

  it.each(['(a+)+$', '.*.*.*.*.*x', '[', '\\\\', '^(([a-z])+.)+[A-Z]([a-z])+$', '$', '%00', "'; DROP TABLE users; --"])(
    'text that would be a regular expression is text: %s',
    async (text) => {
      const own = await gateway.newTenant();
      const title = `${'a'.repeat(40)}${text.replace('\\\\', '\\')}!`;
      const { id } = await own.createUser('u', { title });
      for (const operator of ['co', 'sw', 'ew', 'eq', 'gt']) {
        const answer = await own.find('Users', `title ${operator} "${text}"`);
        expect(answer.status).toBe(200);
        if (operator === 'co') expect(answer.body.Resources.map((one: { id: string }) => one.id)).toEqual([id]);
      }
    },
  );

  it('thousands of query parameters, doubled and valueless ones', async () => {
    const many = Array.from({ length: 2_000 }, (_, n) => `p${n % 7}`).join('&');
    expect((await tenant.get(`/Users?${many}`)).body.totalResults).toBe(1);
    expect((await tenant.get('/Users?count=1&count=x&startIndex')).status).toBe(200);
    expect((await tenant.get('/Users?&&&=&=x&count=1')).status).toBe(200);
    await expectRefusal(tenant, () => tenant.get('/Users?filter'));
    await expectRefusal(tenant, () => tenant.get('/Users?filter[]=x&filter=%22'));
  });

  it.each([
    'x'.repeat(300),
    'x'.repeat(6_000),
    '%00',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e',
    '*',
    '%F0%9F%A6%86',
    '{}',
    '$ne',
  ])('the id %s is nobody’s', async (id) => {
    for (const collection of ['Users', 'Groups', 'Schemas', 'ResourceTypes']) {
      await expectRefusal(tenant, () => tenant.get(`/${collection}/${id}`), [400, 404, 414]);
    }
    await expectRefusal(tenant, () => tenant.scim('DELETE', `/Users/${id}`), [400, 404, 414]);
    await expectRefusal(
      tenant,
      () => tenant.patch(`/Users/${id}`, { op: 'add', path: 'title', value: 'x' }),
      [400, 404, 414],
    );
  });

  it.each(['/Users/%', '/%c0%af', '/Users/%u0041', '/Users?filter=%'])('malformed escapes: %s', async (path) => {
    await expectRefusal(tenant, () => tenant.get(path), [400, 404]);
  });

  it('no spelling of a URL gets past the token', async () => {
    const paths = [
      '/%55sers',
      '/Schemas/..%2fUsers',
      '/Schemas/../Users',
      '/ServiceProviderConfig/../Users',
      '/Users?/ServiceProviderConfig',
      '/Users#/Schemas',
      '/Users;/Schemas',
      '/./Users',
      '//Users//',
      `/Users/${ana.id}%20`,
    ];
    for (const path of paths) {
      const answer = await tenant.get(path, { authorization: null });
      expect([400, 401, 404]).toContain(answer.status);
      expectScimError(answer, answer.status, answer.body.scimType);
    }
  });

  it.each(['/scim/v2/UPPER', '/scim/v2/a_b', '/scim/v2/%74', '/scim/v2/..', '/scim/v2/__proto__', '/api/scim/A'])(
    'a tenant’s name that is none leads nowhere: %s',
    async (base) => {
      for (const path of ['/Users', '/Schemas', '/Users/x']) {
        await expectRefusal(tenant, () => tenant.get(path, { base }), [401, 404]);
        await expectRefusal(tenant, () => tenant.get(path, { base, authorization: null }), [401, 404]);
      }
    },
  );
});
