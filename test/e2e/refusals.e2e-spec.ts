import { gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { gatewayWithAdmin, startGateway, type TestGateway } from '../support/start-gateway.js';
import { StoppedClock } from '../support/stopped-clock.js';
import { ENTERPRISE, type TenantClient, USER } from '../support/tenant-client.js';
import type { Answer } from '../support/http-client.js';

const NOBODY = '0199c2f5-7c7e-7a3a-8f0e-2f6f1f0f9a11';

/** What is refused is remembered with a likely cause; the details are as stable as an API. */
describe('refused requests', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: string;
  beforeAll(async () => {
    gateway = await startGateway({ env: { MAX_BODY_BYTES: '20000' } });
    tenant = await gateway.newTenant({ idp: 'okta' });
    ana = (await tenant.createUser('ana@example.com')).id;
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const requests = async (query = '', slug = tenant.slug) =>
    (await gateway.admin('GET', `/tenants/${slug}/requests${query}`)).body as {
      requests: Record<string, unknown>[];
      nextCursor?: string;
    };

  it.each<[string, () => Promise<Answer>, number, string | undefined, string | RegExp]>([
    [
      'noToken',
      () => tenant.get('/Users', { authorization: null }),
      401,
      undefined,
      'Send the connection’s token as "Authorization: Bearer …".',
    ],
    [
      'unknownToken',
      () => tenant.get('/Users', { authorization: 'Bearer x' }),
      401,
      undefined,
      'This token is not valid here; check that token and base URL belong to the same connection.',
    ],
    [
      'duplicateUserName',
      () => tenant.scim('POST', '/Users', { userName: 'ANA@example.com', externalId: 'other' }),
      409,
      'uniqueness',
      /^userName "ANA@example.com" is already taken by the user with id [0-9a-f-]{36}\. Match that user by userName and update it instead of creating another\.$/,
    ],
    [
      'malformedJson',
      () => tenant.scim('POST', '/Users', undefined, { raw: '{"userName":"bo@example.com",}' }),
      400,
      'invalidSyntax',
      /^The body is not valid JSON( \(at character \d+\))?\. Trailing commas and comments are not allowed\.$/,
    ],
    [
      'malformedBody',
      () => tenant.scim('POST', '/Users', []),
      400,
      'invalidSyntax',
      'The body must be a JSON object holding the attributes of the resource.',
    ],
    [
      'malformedPatch',
      () => tenant.scim('PATCH', `/Users/${ana}`, { active: false }),
      400,
      'invalidSyntax',
      /^The body must have "Operations", a list with at least one operation\.$/,
    ],
    [
      'missingMapping',
      () => tenant.scim('POST', '/Users', { schemas: [USER], title: 'Dr' }),
      400,
      'invalidValue',
      /userName/,
    ],
    [
      'wrongType',
      () => tenant.scim('POST', '/Users', { userName: 'bo@example.com', active: 'maybe' }),
      400,
      'invalidValue',
      /active/,
    ],
    [
      'readOnlyAttribute',
      () => tenant.patch(`/Users/${ana}`, { op: 'replace', path: 'id', value: 'x' }),
      400,
      'mutability',
      /cannot be changed/,
    ],
    ['unknownResource', () => tenant.get(`/Users/${NOBODY}`), 404, undefined, `User ${NOBODY} not found`],
    [
      'unknownMember',
      () => tenant.scim('POST', '/Groups', { displayName: 'G', members: [{ value: NOBODY }] }),
      400,
      'invalidValue',
      `members.value: "${NOBODY}" is no user or group of this tenant; provision the member before adding it.`,
    ],
    ['wrongUrl', () => tenant.get('/People'), 404, undefined, /^There is nothing at GET /],
    [
      'wrongMethod',
      () => tenant.scim('DELETE', '/Users'),
      405,
      undefined,
      /^DELETE is not supported here; use GET, HEAD, POST, OPTIONS/,
    ],
    [
      'staleVersion',
      () => tenant.scim('PUT', `/Users/${ana}`, { userName: 'ana@example.com' }, { headers: { 'if-match': 'W/"77"' } }),
      412,
      undefined,
      /^The resource is at version W\/"\d+", not at the one in If-Match; read it again and repeat the change\.$/,
    ],
    [
      'unsupportedOperator',
      () => tenant.find('Users', 'userName like "Lee"'),
      400,
      'invalidFilter',
      /^Filter, position 10: expected an operator/,
    ],
    [
      'malformedFilter',
      () => tenant.find('Users', 'userName eq "Lee'),
      400,
      'invalidFilter',
      /^Filter, position 13: this string has no closing quote$/,
    ],
    [
      'sensitiveFilter',
      () => tenant.find('Users', 'password eq "Lee"'),
      400,
      'sensitive',
      'Filter, position 1: passwords cannot be searched',
    ],
    ['badParameter', () => tenant.get('/Users?count=Lee'), 400, 'invalidValue', 'count must be an integer.'],
    [
      'bodyTooLarge',
      () => tenant.scim('POST', '/Users', { userName: 'x'.repeat(30_000) }),
      413,
      undefined,
      'The body is too large: the limit is 20000 bytes. Send large groups in several PATCH requests.',
    ],
    [
      'wrongMediaType',
      () => tenant.scim('POST', '/Users', { userName: 'x' }, { headers: { 'content-type': 'text/plain' } }),
      415,
      undefined,
      'Content-Type must be application/scim+json or application/json, not "text/plain"',
    ],
    [
      'unsupportedEncoding',
      () => tenant.scim('POST', '/Users', { userName: 'x' }, { headers: { 'content-encoding': 'br' } }),
      415,
      undefined,
      'Content-Encoding must be one of gzip, deflate, or left out.',
    ],
    [
      'notInflatable',
      () =>
        tenant.scim('POST', '/Users', undefined, {
          raw: gzipSync('{}').subarray(0, 9),
          headers: { 'content-encoding': 'gzip' },
        }),
      400,
      'invalidSyntax',
      'The body is not what its Content-Encoding says: it cannot be inflated.',
    ],
    ['badAddress', () => tenant.get('/Users/%'), 400, 'invalidSyntax', /^The URL is not valid/],
  ])('%s', async (cause, send, status, scimType, detail) => {
    const answer = await send();
    expect([answer.status, answer.body.scimType]).toEqual([status, scimType]);
    if (typeof detail === 'string') expect(answer.body.detail).toBe(detail);
    else expect(answer.body.detail).toMatch(detail);

    const [newest] = (await requests('?limit=1')).requests;
    expect(newest).toMatchObject({
      kind: 'refusal',
      cause,
      status,
      ...(scimType !== undefined && { scimType }),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      path: expect.stringContaining(`/scim/v2/${tenant.slug}`),
      likelyCause: expect.any(String),
      fix: expect.any(String),
    });
    const isStranger = status === 401 || cause === 'badAddress';
    expect(newest?.['connection']).toBe(isStranger ? undefined : tenant.ids.connectionId);
    expect(JSON.stringify({ ...newest, fix: '' })).not.toMatch(/@example|Lee|xxxx/);
  });

  it('tells the admin of a duplicate where Okta sets the matching attribute', async () => {
    await tenant.scim('POST', '/Users', { userName: 'ana@example.com', externalId: '00u9' });
    const [newest] = (await requests('?limit=1&status=409')).requests;
    expect(newest?.['fix']).toContain('"Unique identifier field for users"');
    expect(newest?.['detail']).toContain(ana);
  });

  it('tells both tenants of a token at the wrong base URL', async () => {
    const other = await gateway.newTenant();
    await tenant.get('/Users', { authorization: `Bearer ${other.token}` });
    const [here] = (await requests('?limit=1')).requests;
    const [there] = (await requests('?limit=1', other.slug)).requests;
    expect([here?.['cause'], here?.['connection']]).toEqual(['foreignToken', undefined]);
    expect([there?.['cause'], there?.['connection']]).toEqual(['foreignToken', other.ids.connectionId]);
  });

  it('tells an expired token from an unknown one, and a revoked one is unknown', async () => {
    const own = await gateway.newTenant();
    const path = `/tenants/${own.slug}/connections/${own.ids.connectionId}/tokens`;
    using clock = new StoppedClock();
    const { body } = await gateway.admin('POST', path, { expiresAt: clock.in(1_000) });
    clock.forward(1_000);
    expect((await own.get('/Users', { authorization: `Bearer ${body.token}` })).status).toBe(401);
    expect((await requests('?limit=1', own.slug)).requests[0]).toMatchObject({
      cause: 'expiredToken',
      connection: own.ids.connectionId,
    });
    await gateway.admin('DELETE', `/tenants/${own.slug}/tokens/${own.ids.tokenId}`);
    clock.forward(1_000);
    expect((await own.get('/Users')).status).toBe(401);
    expect((await requests('?limit=1', own.slug)).requests[0]).toMatchObject({ cause: 'unknownToken' });
  });

  it('remembers refused operations of a bulk request, some of many', async () => {
    const own = await gateway.newTenant();
    const Operations = Array.from({ length: 30 }, (_, n) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${n}`,
      data: { userName: `u${n}@example.com`, active: 'maybe' },
    }));
    const answer = await own.scim('POST', '/Bulk', { Operations });
    expect(answer.status).toBe(200);
    const { requests: refused } = await requests('?status=400&limit=200', own.slug);
    expect(refused).toHaveLength(20);
    expect(refused[0]).toMatchObject({ cause: 'wrongType', path: `/scim/v2/${own.slug}/Bulk` });
  });

  it('gives hints on what was done but hardly meant, each once', async () => {
    const own = await gateway.newTenant({ idp: 'ping' });
    for (let n = 0; n < 3; n++) {
      expect((await own.find('Users', 'email co "Lee"')).body.totalResults).toBe(0);
      await own.createUser(`u${n}@example.com`, { department: 'Eng', [ENTERPRISE]: { title: 'Dr', jobCode: '7' } });
    }
    expect((await own.find('Users', 'userName eq "nobody"')).body.totalResults).toBe(0);
    const { requests: hints } = await requests('', own.slug);
    expect(hints.map(({ cause, kind, status }) => [cause, kind, status]).sort()).toEqual([
      ['unknownFilterAttribute', 'hint', 200],
      ['wrongNamespace', 'hint', 201],
      ['wrongNamespace', 'hint', 201],
    ]);
    expect(JSON.stringify(hints)).not.toMatch(/Lee|Eng|Dr/);
  });

  it('gives a hint where an externalId, which the client keeps unique (RFC 7643 §3.1), finds several', async () => {
    const own = await gateway.newTenant({ idp: 'entra-id' });
    for (const userName of ['ana@one.example', 'ana@two.example'])
      await own.createUser(userName, { externalId: 'ana' });
    await own.createUser('bo@one.example', { externalId: 'bo' });
    expect((await own.find('Users', 'externalId eq "bo"')).body.totalResults).toBe(1);
    expect((await requests('', own.slug)).requests).toEqual([]);
    for (let n = 0; n < 2; n++) expect((await own.find('Users', 'externalId eq "ana"')).body.totalResults).toBe(2);
    const { requests: hints } = await requests('', own.slug);
    expect(hints.map(({ cause, kind, status }) => [cause, kind, status])).toEqual([['sharedExternalId', 'hint', 200]]);
    expect(JSON.stringify(hints)).not.toMatch(/ana/);
  });

  it('shows when each connection was last heard of', async () => {
    using clock = new StoppedClock();
    const own = await gateway.newTenant();
    const contact = async () => (await gateway.admin('GET', `/tenants/${own.slug}`)).body.connections[0].contact;
    expect(await contact()).toEqual({ requests: 0, refusals: 0 });
    const { id } = await own.createUser('ana@example.com');
    await own.scim('DELETE', `/Users/${id}`);
    const succeeded = await contact();
    expect(succeeded).toEqual({
      requests: 2,
      refusals: 0,
      lastRequestAt: expect.any(String),
      lastSuccessAt: expect.any(String),
    });
    expect(Math.abs(Date.parse(succeeded.lastSuccessAt) - Date.now())).toBeLessThan(10_000);
    clock.forward(60_000);
    await own.get(`/Users/${id}`);
    await own.get('/ServiceProviderConfig', { authorization: null });
    const refused = await contact();
    expect(refused).toMatchObject({ requests: 3, refusals: 1, lastSuccessAt: succeeded.lastSuccessAt });
    expect(Date.parse(refused.lastRefusalAt) - Date.parse(refused.lastSuccessAt)).toBeGreaterThan(50_000);
    await gateway.restart();
    expect(await contact()).toEqual(refused);
  });

  it('leaves a line in the log with cause and request id, and no value', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    await using logged = await startGateway({ compose: (config) => gatewayWithAdmin(config, logger) });
    const own = await logged.newTenant();
    await own.createUser('ana@example.com');
    await own.scim('POST', '/Users', { userName: 'ana@example.com', title: 'Lee' });
    await own.find('Users', 'userName like "Lee"');
    await own.get('/Users/Lee', { authorization: 'Bearer Lee' });
    const refused = lines.filter((line) => line.includes('SCIM request refused')).map((line) => JSON.parse(line));
    expect(refused.map(({ cause, status, requestId }) => [cause, status, typeof requestId])).toEqual([
      ['duplicateUserName', 409, 'string'],
      ['unsupportedOperator', 400, 'string'],
      ['unknownToken', 401, 'string'],
    ]);
    expect(lines.join('')).not.toMatch(/Lee|@example/);
  });

  it('answers wrong questions about them with problems', async () => {
    expect((await gateway.admin('GET', '/tenants/nowhere/requests')).status).toBe(404);
    expect((await gateway.admin('GET', `/tenants/${tenant.slug}/requests?cursor=x'y`)).status).toBe(400);
    expect((await gateway.admin('GET', `/tenants/${tenant.slug}/requests?limit=1000`)).status).toBe(400);
    expect((await gateway.admin('GET', `/tenants/${tenant.slug}/requests`, undefined, { key: 'x' })).status).toBe(401);
    const first = await requests('?limit=2');
    const second = await requests(`?limit=2&cursor=${first.nextCursor}`);
    expect(new Set([...first.requests, ...second.requests].map(({ requestId }) => requestId)).size).toBe(4);
  });

  it('remembers nothing of requests to a tenant that there is not', async () => {
    await gateway.http.send({ method: 'GET', target: '/scim/v2/ghost/Users', headers: { authorization: 'Bearer x' } });
    await requests();
    await gateway.admin('POST', '/tenants', { slug: 'ghost', name: 'Ghost' });
    await gateway.http.send({ method: 'GET', target: '/scim/v2/ghost/Groups', headers: { authorization: 'Bearer x' } });
    expect((await requests('', 'ghost')).requests.map(({ path }) => path)).toEqual(['/scim/v2/ghost/Groups']);
  });
});
