import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';

/** As far as it is read here. */
interface OpenApi {
  readonly paths: Record<
    string,
    Record<string, { requestBody?: { content: Record<string, { schema: { $ref?: string } }> } }>
  >;
  readonly components: {
    readonly schemas: Record<
      string,
      { properties?: Record<string, { type?: string | string[] }>; required?: string[] }
    >;
  };
}

/** What nobody sends by accident to the admin API: a clear refusal, at a price that nobody else feels. */
describe('hostile requests to the admin API', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
    await gateway.newTenant({ slug: 'acme' });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  afterEach(() => {
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  const send = (method: string, target: string, body?: string, headers: Record<string, string> = {}) =>
    gateway.http.send({
      method,
      target,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body }),
    });
  const refused = async (body: string, path = '/admin/v1/tenants') => {
    const before = await gateway.store.lastPosition();
    const cpu = process.cpuUsage();
    const answer = await send('POST', path, body);
    const { user, system } = process.cpuUsage(cpu);
    expect(answer.status).toBe(400);
    expect(answer.text.length).toBeLessThan(20_000);
    expect((user + system) / 1_000).toBeLessThan(15_000);
    expect(await gateway.eventsAfter(before)).toEqual([]);
    return answer.body as { detail: string; errors?: { field: string }[] };
  };
  const members = (count: number) => Array.from({ length: count }, (_, n) => `"k${n}":1`).join();

  it.each(['constructor', '__proto__', 'prototype', 'toString', 'hasOwnProperty', 'valueOf'])(
    'a member named %s is none of ours',
    async (name) => {
      for (const value of ['{"polluted":true}', '"x"', '{"prototype":{"polluted":true}}']) {
        const { errors } = await refused(`{"slug":"mine","name":"x","${name}":${value}}`);
        expect(errors?.map(({ field }) => field)).toEqual([name]);
      }
    },
  );

  it('many members are refused without looking at each', async () => {
    const { detail } = await refused(`{"slug":"mine","name":"x",${members(200_000)}}`);
    expect(detail).toContain('the body holds more than 10000 values');
    const { errors, detail: some } = await refused(`{"slug":"mine","name":"x",${members(3_000)}}`);
    expect(errors).toHaveLength(50);
    expect(some).toMatch(/; and 2950 more$/);
  });

  it('depth is refused', async () => {
    await refused(`{"slug":"mine","name":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    await refused(`{"slug":"mine","name":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`);
  });

  it.each(['[]', '"x"', '1', 'null', 'true', '[{"slug":"mine","name":"x"}]', '{"slug":{"toString":"x"},"name":"x"}'])(
    'a body of %s is refused',
    async (body) => {
      await refused(body);
    },
  );

  it('null is refused for every field that may be left out and cannot be null', async () => {
    const { body } = await send('GET', '/admin/openapi.json');
    const { paths, components } = body as unknown as OpenApi;
    const tried: string[] = [];
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { requestBody }] of Object.entries(methods)) {
        const name = requestBody?.content['application/json']?.schema.$ref?.split('/').at(-1) ?? '';
        const { properties = {}, required = [] } = components.schemas[name] ?? {};
        for (const [field, { type = [] }] of Object.entries(properties)) {
          if (required.includes(field) || type.includes('null')) continue;
          const target = path
            .replace('{slug}', 'acme')
            .replace('{version}', '1')
            .replaceAll(/\{\w+\}/g, 'none');
          const answer = await send(method.toUpperCase(), target, JSON.stringify({ [field]: null }));
          const { errors } = answer.body as { errors?: { field: string }[] };
          tried.push(`${method} ${path} ${field}`);
          expect([tried.at(-1), answer.status, errors?.some((one) => one.field === field)]).toEqual([
            tried.at(-1),
            400,
            true,
          ]);
        }
      }
    }
    expect(tried.length).toBeGreaterThan(15);
  });

  it.each(['20270131T080000Z', '2027-W05-1', '2027-031', '2027-02-30T08:00:00Z'])(
    'a time such as %s is refused, not stumbled over',
    async (expiresAt) => {
      const { errors } = await refused(JSON.stringify({ name: 'K', role: 'auditor', expiresAt }), '/admin/v1/admins');
      expect(errors?.map(({ field }) => field)).toEqual(['expiresAt']);
      expect((await send('GET', `/admin/v1/tenants/acme/requests?from=${expiresAt}`)).status).toBe(400);
    },
  );

  it.each([
    '/admin/v1/tenants?__proto__=x&constructor=x',
    '/admin/v1/tenants?limit[]=1',
    '/admin/v1/tenants?limit=1&limit=2',
    '/admin/v1/activity?before=-1',
    '/admin/v1/activity?tenant=acme&tenant=acme',
    '/admin/v1/tenants/acme/events?stream=a&stream=b',
  ])('a query such as %s is refused', async (target) => {
    expect((await send('GET', target)).status).toBe(400);
  });

  it.each<[string, number]>([
    ['//admin/v1/me', 200],
    ['/admin//v1///me/', 200],
    ['/%61dmin/v1/me', 200],
    ['/admin/v1/./me', 404],
    ['/admin/v1/tenants/../me', 404],
    ['/admin/v1/%2e%2e/v1/me', 404],
    ['/admin%2fv1%2fme', 404],
    ['/ADMIN/v1/me', 404],
    ['/admin/v1/me;x=1', 404],
    ['/admin/v1/me%00', 404],
    ['/scim/v2/../../admin/v1/me', 404],
    ['/health/../admin/v1/me', 404],
  ])('%s with the key is answered %d, and never without it', async (target, status) => {
    expect((await send('GET', target)).status).toBe(status);
    const stranger = await gateway.http.send({ method: 'GET', target });
    expect(stranger.status).toBe(status === 200 ? 401 : status);
  });

  it('a method is the one of the request line, whatever headers and parameters say', async () => {
    for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override']) {
      const answer = await send('GET', '/admin/v1/tenants/acme?_method=DELETE&confirm=acme', undefined, {
        [name]: 'DELETE',
      });
      expect(answer.status).toBe(200);
    }
  });

  it('a slug is text, whatever it decodes to', async () => {
    for (const slug of ['__proto__', 'constructor', 'acme%00', 'acme%2F', 'ACME', 'acme%20', '%2e%2e', 'acme.x', '*']) {
      for (const rest of ['', '/settings', '/events', '/connections', '/connections/constructor']) {
        const { status, body } = await send('GET', `/admin/v1/tenants/${slug}${rest}`);
        expect([slug, rest, status, body.detail]).toEqual([slug, rest, 404, 'No such tenant']);
      }
    }
    for (const id of ['constructor', '__proto__', 'toString']) {
      expect((await send('GET', `/admin/v1/tenants/acme/connections/${id}`)).status).toBe(404);
      expect((await send('DELETE', `/admin/v1/tenants/acme/tokens/${id}`)).status).toBe(404);
    }
  });
});
