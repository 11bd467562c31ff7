import { METRICS } from '#telemetry';
import { freePort } from '../support/free-port.js';
import { eventually, TestStandalone } from '../support/start-standalone.js';
import { ADMIN_KEY, type TestGateway } from '../support/start-gateway.js';

const TOKEN = 'metrics-token-of-the-specs';

interface Line {
  readonly name: string;
  readonly labels: Record<string, string>;
  readonly value: number;
}

/** Lines of the page. */
function parsePage(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', of = '']) => [key, of]);
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
    });
}

const ask = (gateway: TestGateway, token?: string, method = 'GET') =>
  gateway.http.send({
    method,
    target: '/metrics',
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
const pageOf = async (gateway: TestGateway, token = TOKEN) => {
  const { status, text } = await ask(gateway, token);
  expect(status).toBe(200);
  return parsePage(text);
};
const sumOf = (lines: readonly Line[], name: string, labels: Record<string, string> = {}) =>
  lines
    .filter((line) => line.name === name && Object.entries(labels).every(([key, value]) => line.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);

describe('GET /metrics of the standalone', () => {
  let app: TestStandalone;
  let gateway: TestGateway;
  beforeAll(async () => {
    app = await TestStandalone.start({ METRICS_TOKEN: TOKEN, METRICS_TENANTS: '2' });
    ({ gateway } = app);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  it('opens to METRICS_TOKEN alone', async () => {
    const tenant = await gateway.newTenant();
    for (const token of [undefined, tenant.token, ADMIN_KEY, `${TOKEN}x`, TOKEN.slice(1)]) {
      const { status, text, headers } = await ask(gateway, token);
      expect({ token, status, auth: headers['www-authenticate'] }).toEqual({
        token,
        status: 401,
        auth: 'Bearer realm="metrics"',
      });
      expect(text).not.toContain('rollcall_');
    }
    const { headers, text } = await ask(gateway, TOKEN);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect((await ask(gateway, TOKEN, 'HEAD')).text).toBe('');
    expect(text).toContain('rollcall_build_info');
  });

  it('counts what tenants asked for, and how it was answered', async () => {
    const before = await pageOf(gateway);
    const tenant = await gateway.newTenant({ slug: 'counted' });
    const { id } = await tenant.createUser('ana');
    expect((await tenant.scim('POST', '/Users', { userName: 'ana' })).status).toBe(409);
    expect((await tenant.get(`/Users/${id as string}`)).status).toBe(200);
    expect((await tenant.get('/Users/none')).status).toBe(404);
    expect((await tenant.get('/Users', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    const after = await pageOf(gateway);
    const more = (name: string, labels: Record<string, string> = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    const requests = (labels: Record<string, string>) => more('rollcall_requests_total', labels);
    expect(requests({ tenant: 'counted', outcome: 'ok' })).toBe(2);
    expect(requests({ tenant: 'counted', outcome: 'conflict' })).toBe(1);
    expect(requests({ tenant: 'counted', outcome: 'refused' })).toBe(1);
    expect(requests({ tenant: '_unknown', outcome: 'denied' })).toBe(1);
    const create = { method: 'POST', route: '/scim/v2/:tenant/Users' };
    expect(more('rollcall_responses_total', { ...create, code: '201' })).toBe(1);
    expect(more('rollcall_request_duration_seconds_count', create)).toBe(2);
    expect(more('rollcall_append_duration_seconds_count')).toBeGreaterThan(0);
    expect(more('rollcall_appended_events_total')).toBe(sumOf(after, 'rollcall_commit_events_sum') - sumOf(before, 'rollcall_commit_events_sum')); // prettier-ignore
    expect(more('rollcall_aggregate_lookups_total', { aggregate: 'user' })).toBeGreaterThan(0);
  });

  it('gives no more tenants numbers of their own than are allowed', async () => {
    for (const slug of ['one-more', 'two-more']) await (await gateway.newTenant({ slug })).get('/Users');
    const tenants = new Set((await pageOf(gateway)).flatMap(({ labels: { tenant } }) => tenant ?? []));
    expect(tenants).not.toContain('two-more');
    expect([...tenants].filter((tenant) => !tenant.startsWith('_')).length).toBeLessThanOrEqual(2);
    expect(tenants).toContain('_other');
  });

  it('tells how long a change takes to reach the products, and that nothing lags', async () => {
    const tenant = await gateway.newTenant();
    const { id } = await tenant.createUser('leaver');
    await tenant.scim('DELETE', `/Users/${id as string}`);
    await eventually(async () => {
      const lines = await pageOf(gateway);
      for (const product of ['wellness', 'hr-assistant']) {
        expect(sumOf(lines, 'rollcall_delivery_seconds_count', { product })).toBeGreaterThan(1);
        expect(sumOf(lines, 'rollcall_deprovisioning_seconds_count', { product })).toBeGreaterThan(0);
        expect(sumOf(lines, 'rollcall_consumer_lag_messages', { product })).toBe(0);
        expect(sumOf(lines, 'rollcall_consumer_messages_total', { product, result: 'applied' })).toBeGreaterThan(1);
      }
      const none = ['rollcall_projection_lag_events', 'rollcall_projection_failing', 'rollcall_projection_parked_events', 'rollcall_relay_lag_events', 'rollcall_late_leavers']; // prettier-ignore
      for (const name of none) expect({ name, sum: sumOf(lines, name) }).toEqual({ name, sum: 0 });
      expect(sumOf(lines, 'rollcall_relay_messages_total', { topic: 'rollcall.users' })).toBeGreaterThan(1);
    });
  });

  it('counts tokens that are about to end and that nobody has rotated', async () => {
    const tenant = await gateway.newTenant();
    const tokens = `/tenants/${tenant.slug}/connections/${tenant.ids.connectionId}/tokens`;
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
    for (const days of [0.5, 3, 10, 30]) await gateway.admin('POST', tokens, { expiresAt: inDays(days) });
    await gateway.readModelsCaughtUp();
    // Looked at seldom: nobody has asked this app before.
    await gateway.restart();
    const lines = await pageOf(gateway);
    const within = (days: string) => sumOf(lines, 'rollcall_tokens_expiring', { days });
    expect([within('1'), within('7'), within('14')]).toEqual([1, 2, 3]);
  });

  it('tells every metric of the catalogue, and none that is not in it', async () => {
    await (await gateway.newTenant()).createUser('told');
    await eventually(async () => {
      expect(sumOf(await pageOf(gateway), 'rollcall_relay_messages_total')).toBeGreaterThan(0);
    });
    const silent = ['rollcall_scrape_failures_total']; // nothing has failed
    // A number that takes long to be had is left out of one page.
    await eventually(async () => {
      const names = new Set((await pageOf(gateway)).map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));
      expect(Object.keys(METRICS).filter((name) => !names.has(name) && !silent.includes(name))).toEqual([]);
      const others = [...names].filter((name) => !Object.hasOwn(METRICS, name));
      expect(others.filter((name) => !/^(process|nodejs)_/.test(name))).toEqual([]);
    });
  });
});

describe('GET /metrics without METRICS_TOKEN', () => {
  it('opens to the admin key, and to no key of an admin', async () => {
    await using app = await TestStandalone.start();
    const { gateway } = app;
    const { body } = await gateway.admin('POST', '/admins', { name: 'Kim', role: 'operator' });
    expect((await ask(gateway, (body as { key: string }).key)).status).toBe(401);
    expect((await ask(gateway, ADMIN_KEY)).status).toBe(200);
  });

  it('slows down whoever guesses', async () => {
    await using app = await TestStandalone.start({ SIGN_IN_FAILURES_PER_MINUTE: '2' });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask(app.gateway, `guess-${i}`)).status);
    expect(statuses).toEqual([401, 401, 429]);
    expect((await ask(app.gateway, ADMIN_KEY)).status).toBe(200);
  });
});

describe('METRICS_PORT', () => {
  it.each([
    ['asks for nothing', {}, [200, 200, 404]],
    ['asks for METRICS_TOKEN where there is one', { METRICS_TOKEN: TOKEN }, [401, 200, 404]],
  ])('%s', async (_title, env, expected) => {
    const port = await freePort();
    await using _app = await TestStandalone.start({ METRICS_PORT: String(port), ...env });
    const get = async (path: string, token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      const text = await answer.text();
      expect(text.includes('rollcall_build_info')).toBe(answer.status === 200);
      return answer.status;
    };
    expect([await get('/metrics'), await get('/metrics', TOKEN), await get('/admin/v1/tenants', ADMIN_KEY)]).toEqual(
      expected,
    );
  });
});
