import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient, USER } from '../support/tenant-client.js';

/** What every identity provider may send, whatever its preset: profile A10.1 to A10.3. */
describe('what is taken from everyone', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: string;
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant();
    ana = (await tenant.createUser('ana lee@example.com', { emails: [{ type: 'work', value: 'a@example.com' }] })).id;
    await tenant.createUser('bo@example.com');
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  describe('Authorization (A10.1)', () => {
    it.each([
      'Bearer TOKEN',
      'bearer TOKEN',
      'BEARER TOKEN',
      'TOKEN',
      'Bearer Bearer TOKEN',
      'OAuth TOKEN',
      'oauth TOKEN',
      '  Bearer   TOKEN  ',
      'Bearer\tTOKEN',
      '   TOKEN ',
    ])('"%s"', async (authorization) => {
      const { status, body } = await tenant.get('/Users', {
        authorization: authorization.replace('TOKEN', tenant.token),
      });
      expect([status, body.totalResults]).toEqual([200, 2]);
    });

    it.each(['Bearer', 'Digest TOKEN', 'Bearer TOKEN TOKEN', 'Bearer "TOKEN"', 'Token token=TOKEN', 'BearerTOKEN'])(
      'but not "%s"',
      async (authorization) => {
        const value = authorization.replaceAll('TOKEN', tenant.token);
        expectScimError(await tenant.get('/Users', { authorization: value }), 401);
      },
    );
  });

  describe('URLs (A10.3)', () => {
    it.each([
      ['a trailing slash', '/Users/'],
      ['several', '/Users///'],
      ['doubled slashes', '//Users'],
      ['an empty query', '/Users?'],
      ['a trailing slash and an empty query', '/Users/?'],
      ['the version once more', '/v2/Users'],
      ['unknown parameters', '/Users?aadOptscim062020&x=1&y='],
      ['a flag with a slash before it', '/Users/?aadOptscim062020'],
      ['doubled parameters, of which the first counts', '/Users?count=5&count=0&startIndex=1&startIndex=9'],
      ['empty pairs', '/Users?&&count=10&'],
    ])('%s', async (_title, path) => {
      const { status, body } = await tenant.get(path);
      expect([status, body.Resources?.length]).toEqual([200, 2]);
    });

    it.each([
      ['/Users/ID/', 'GET'],
      ['//Users//ID', 'GET'],
      ['/Users/ID?', 'GET'],
      ['/v2/Users/ID', 'GET'],
      ['/Users/ID/?', 'PATCH'],
      ['/v2//Users/ID/?aadOptscim062020', 'PATCH'],
    ])('one resource at %s (%s)', async (path, method) => {
      const body = method === 'GET' ? undefined : { Operations: [{ op: 'Replace', path: 'title', value: path }] };
      const answer = await tenant.scim(method, path.replace('ID', ana), body);
      expect([answer.status, answer.body.id]).toEqual([200, ana]);
      expect(answer.body.meta.location).toBe(`${tenant.baseUrl}/Users/${ana}`);
    });

    it('a POST to a collection with a trailing slash or an empty query', async () => {
      for (const [n, path] of ['/Users/', '/Users?', '//Users/?'].entries()) {
        const own = await gateway.newTenant();
        const { status, headers } = await own.scim('POST', path, { schemas: [USER], userName: `u${n}` });
        expect(status).toBe(201);
        expect(headers.location).toMatch(new RegExp(`^${own.baseUrl}/Users/[0-9a-f-]{36}$`));
      }
    });

    it.each([
      ['encoded', 'filter=userName%20eq%20%22ana%20lee%40example.com%22'],
      ['+ as space', 'filter=userName+eq+%22ana+lee@example.com%22'],
      ['unencoded quotes', 'filter=userName+eq+"ana+lee@example.com"'],
      ['unencoded brackets', 'filter=emails[type+eq+"work"].value+eq+"a@example.com"'],
      ['encoded brackets', 'filter=emails%5Btype%20eq%20%22work%22%5D.value%20eq%20%22a%40example.com%22'],
      ['lower-case escapes', 'filter=userName%20eq%20%22ana%20lee%40example%2ecom%22'],
      ['a second filter, which does not count', 'filter=id+eq+"ID"&filter=userName+eq+"bo@example.com"'],
    ])('a filter with %s', async (_title, query) => {
      const { body } = await tenant.get(`/Users?${query.replace('ID', ana)}`);
      expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual([ana]);
    });

    it('a filter on an attribute that nobody has: 200, empty', async () => {
      const { status, body } = await tenant.get('/Users?filter=nothing+eq+"x"');
      expect([status, body.totalResults, body.Resources]).toEqual([200, 0, []]);
    });
  });

  it.each([
    [404, 'GET', '/nothing'],
    [405, 'POST', '/Schemas'],
    [501, 'GET', '/Me'],
  ])('%s in SCIM’s words, for HEAD without them: %s %s', async (status, method, path) => {
    expectScimError(await tenant.scim(method, path), status);
    const head = await tenant.scim('HEAD', status === 405 ? '/nothing' : path);
    expect([head.status, head.text]).toEqual([status === 405 ? 404 : status, '']);
  });
});
