import { connect } from 'node:net';
import { once } from 'node:events';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import { StoppedClock } from '../support/stopped-clock.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

const PER_SECOND = 5;
const BURST = 50;
const LIMITED = {
  RATE_LIMIT_PER_SECOND: String(PER_SECOND),
  RATE_LIMIT_TENANT_PER_SECOND: String(PER_SECOND * 2),
  ADMIN_RATE_LIMIT_PER_SECOND: '20',
  SIGN_IN_FAILURES_PER_MINUTE: '10',
  TRUSTED_PROXIES: '1',
};

describe('limits', () => {
  let gateway: TestGateway;
  let clock: StoppedClock;
  beforeAll(async () => {
    gateway = await startGateway({ env: LIMITED });
  });
  // Nothing becomes free while answers come, but for those whose requests are held up between two looks at the clocks.
  const HELD_UP_MS = 3_000;
  const expectAbout = (taken: number, burst: number, perSecond: number) =>
    expect(Math.abs(taken - burst)).toBeLessThanOrEqual((perSecond * HELD_UP_MS) / 1_000);
  beforeEach(() => void (clock = new StoppedClock()));
  afterEach(() => clock[Symbol.dispose]());
  afterAll(() => gateway[Symbol.asyncDispose]());

  const flood = (client: TenantClient, times: number) =>
    Promise.all(Array.from({ length: times }, () => client.get('/Users?count=0')));
  /** Operations of a bulk request. */
  const people = (count: number) =>
    Array.from({ length: count }, (_, n) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${n}`,
      data: { userName: `u${n}@example.com` },
    }));
  const statuses = (answers: readonly { status: number }[]) => {
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  };

  it('answers 429 to what a token sends beyond its burst, with whole seconds to wait, and goes on after them', async () => {
    const own = await gateway.newTenant();
    const answers = await flood(own, 2 * BURST);
    const { 200: taken = 0, 429: refused = 0 } = statuses(answers);
    expect(taken + refused).toBe(2 * BURST);
    expectAbout(taken, BURST, PER_SECOND);
    const last = answers.findLast(({ status }) => status === 429);
    if (!last) throw new Error('nothing was refused');
    expectScimError(last, 429);
    expect(last.body.detail).toMatch(/^Too many requests came with this token or to this tenant; wait 1 seconds/);
    expect(last.headers['retry-after']).toBe('1');
    clock.forward(HELD_UP_MS + 1_000);
    expect((await own.get('/Users?count=0')).status).toBe(200);
  });

  /** The answer to a request whose body has so many bytes, of which one is sent. */
  const begin = async (own: TenantClient, length: number): Promise<string> => {
    const { hostname, port } = new URL(gateway.http.origin);
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    socket.write(
      `POST /scim/v2/${own.slug}/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${own.token}\r\n` +
        `Content-Type: application/scim+json\r\nContent-Length: ${length}\r\n\r\n{`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return answer.toString();
  };

  it('refuses before a byte of the body is read', async () => {
    const own = await gateway.newTenant();
    expect((await own.scim('POST', '/Bulk', { Operations: people(2 * BURST) })).status).toBe(200);
    expect(await begin(own, 4_000_000)).toMatch(/^HTTP\/1\.1 429 /);
  });

  it('reads the bodies of what it refuses one after the other', async () => {
    const own = await gateway.newTenant();
    expect((await own.scim('POST', '/Bulk', { Operations: people(2 * BURST) })).status).toBe(200);
    const begun = process.hrtime.bigint();
    await Promise.all(Array.from({ length: 4 }, () => begin(own, 2_000_000)));
    const took = Number(process.hrtime.bigint() - begun) / 1e6;
    // 4 MB a second; a refusal without a body waits half a second at most.
    expect(took).toBeGreaterThan(1_900);
  });

  it('limits no other tenant, and all tokens of one together', async () => {
    const loud = await gateway.newTenant();
    const quiet = await gateway.newTenant();
    const path = `/tenants/${loud.slug}/connections/${loud.ids.connectionId}/tokens`;
    const tokens: string[] = [loud.token];
    for (let n = 0; n < 3; n++) tokens.push((await gateway.admin('POST', path)).body.token as string);
    const answers = await Promise.all(
      tokens.flatMap((token) =>
        Array.from({ length: BURST }, () => loud.get('/Users?count=0', { authorization: `Bearer ${token}` })),
      ),
    );
    const { 200: taken = 0, 429: refused = 0 } = statuses(answers);
    expect(taken + refused).toBe(4 * BURST);
    expectAbout(taken, 2 * BURST, 2 * PER_SECOND);
    expect(statuses(await flood(quiet, BURST))).toEqual({ 200: BURST });
  });

  it('leaves some of them in the request log, with a cause of their own, and counts them all', async () => {
    const own = await gateway.newTenant();
    const { 429: refused } = statuses(await flood(own, 3 * BURST));
    const { body } = await gateway.admin('GET', `/tenants/${own.slug}/requests?status=429`);
    const { requests } = body as { requests: object[] };
    expect(requests.length).toBeGreaterThanOrEqual(1);
    expect(requests.length).toBeLessThan(10);
    expect(requests[0]).toMatchObject({ cause: 'tooManyRequests', connection: own.ids.connectionId });
    const connection = await gateway.admin('GET', `/tenants/${own.slug}/connections/${own.ids.connectionId}`);
    expect(connection.body).toMatchObject({ state: 'active', contact: { refusals: refused } });
  });

  it('counts the operations of a bulk request', async () => {
    const own = await gateway.newTenant();
    expect((await own.scim('POST', '/Bulk', { Operations: people(2 * BURST) })).status).toBe(200);
    const answer = await own.get('/Users?count=0');
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(5);
  });

  it('lets the bulk requests of a tenant in one by one, and reads no body of those it then refuses', async () => {
    const own = await gateway.newTenant();
    const { hostname, port } = new URL(gateway.http.origin);
    // The first is let in and its body does not come: those behind it wait, as far as there is room.
    const opened = await Promise.all(
      Array.from({ length: 11 }, async () => {
        const socket = connect({ host: hostname, port: Number(port) });
        await once(socket, 'connect');
        return socket;
      }),
    );
    const body = JSON.stringify({ Operations: people(2 * BURST) });
    const head =
      `POST /scim/v2/${own.slug}/Bulk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${own.token}\r\n` +
      `Content-Type: application/scim+json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answers: string[] = [];
    const [first] = opened;
    if (!first) throw new Error('nothing was opened');
    for (const socket of opened) {
      socket.on('data', (bytes: Buffer) => answers.push(bytes.toString()));
      socket.write(head);
    }
    const refused = () => answers.filter((text) => text.startsWith('HTTP/1.1 429'));
    const until = async (met: () => boolean) => {
      while (!met()) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await until(() => refused().length === 2);
    expect(refused()[0]).toContain('Too many bulk requests of this tenant are under way');
    first.write(body);
    // What it owes is paid off before another body is read.
    await until(() => refused().length === 10);
    expect(refused().at(-1)).toMatch(/nothing of it was carried out\. Wait \d+ seconds/);
    expect(answers.filter((text) => text.startsWith('HTTP/1.1 200'))).toHaveLength(1);
    for (const socket of opened) socket.destroy();
  });

  it('carries a bulk request out more slowly beside requests of others', async () => {
    const [own, other] = [await gateway.newTenant(), await gateway.newTenant()];
    expect((await other.get('/Users?count=0')).status).toBe(200);
    const begun = performance.now();
    expect((await own.scim('POST', '/Bulk', { Operations: people(2 * BURST) })).status).toBe(200);
    // At 125 a second, less the first two.
    expect(performance.now() - begun).toBeGreaterThan(700);
  });

  it('lets the next bulk request in when the client of the one before has gone away', async () => {
    const own = await gateway.newTenant();
    const { hostname, port } = new URL(gateway.http.origin);
    const gone = connect({ host: hostname, port: Number(port) });
    await once(gone, 'connect');
    gone.write(
      `POST /scim/v2/${own.slug}/Bulk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${own.token}\r\n` +
        'Content-Type: application/scim+json\r\nContent-Length: 1000\r\n\r\n{',
    );
    const next = own.scim('POST', '/Bulk', { Operations: people(1) });
    gone.end();
    expect((await next).status).toBe(200);
  });

  it('slows whoever shows wrong tokens, and no good token from the same address', async () => {
    const own = await gateway.newTenant();
    const from = (address: string, authorization: string | null, path = '/Users?count=0') =>
      own.get(path, { authorization, headers: { 'x-forwarded-for': address } });
    const wrong = await Promise.all(Array.from({ length: 15 }, (_, n) => from('10.1.1.1', `Bearer wrong${n}`)));
    expect(statuses(wrong)).toEqual({ 401: 10, 429: 5 });
    const refused = wrong.find(({ status }) => status === 429);
    if (!refused) throw new Error('nothing was refused');
    expectScimError(refused, 429);
    expect(refused.headers['retry-after']).toBe('60');
    expect((await from('10.1.1.1', `Bearer ${own.token}`)).status).toBe(200);
    expect((await from('10.1.1.2', 'Bearer wrong')).status).toBe(401);
    const { body } = await gateway.admin('GET', `/tenants/${own.slug}/requests?cause=tooManyFailures`);
    expect((body as { requests: unknown[] }).requests.length).toBeGreaterThan(0);
  });

  it('slows a network of IPv6 as one address', async () => {
    const own = await gateway.newTenant();
    const from = (address: string) =>
      own.get('/Users?count=0', { authorization: 'Bearer wrong', headers: { 'x-forwarded-for': address } });
    const wrong = await Promise.all(Array.from({ length: 15 }, (_, n) => from(`2001:db8:0:7::${n + 1}`)));
    expect(statuses(wrong)).toEqual({ 401: 10, 429: 5 });
    expect((await from('2001:db8:0:8::1')).status).toBe(401);
  });

  it('slows whoever guesses keys of the admin API, and no admin', async () => {
    const ask = (key: string, address: string) =>
      gateway.http.send({
        method: 'GET',
        target: '/admin/v1/me',
        headers: { authorization: `Bearer ${key}`, 'x-forwarded-for': address },
      });
    const wrong = await Promise.all(Array.from({ length: 13 }, (_, n) => ask(`wrong${n}`, '10.2.2.2')));
    expect(statuses(wrong)).toEqual({ 401: 10, 429: 3 });
    const refused = wrong.find(({ status }) => status === 429);
    expect(refused?.headers['content-type']).toContain('application/problem+json');
    expect(refused?.body).toMatchObject({ status: 429, title: 'Too Many Requests' });
    expect(refused?.headers['retry-after']).toBe('60');
    expect((await ask(ADMIN_KEY, '10.2.2.2')).status).toBe(200);
  });

  it('limits each admin', async () => {
    const { body } = await gateway.admin('POST', '/admins', { name: 'Kim', role: 'operator' });
    const { key } = body as { key: string };
    const answers = await Promise.all(
      Array.from({ length: 300 }, () => gateway.admin('GET', '/me', undefined, { key })),
    );
    expect(statuses(answers)).toEqual({ 200: 200, 429: 100 });
    expect((await gateway.admin('GET', '/me')).status).toBe(200);
  });

  it('never limits the health of the service', async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => gateway.http.send({ method: 'GET', target: '/health/live' })),
    );
    expect(statuses(answers)).toEqual({ 200: 500 });
  });
});

describe('connections', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      env: { HEADERS_TIMEOUT_SECONDS: '1', REQUEST_TIMEOUT_SECONDS: '2', MAX_CONNECTIONS: '4' },
    });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const opened = async () => {
    const { hostname, port } = new URL(gateway.http.origin);
    const socket = connect({ host: hostname, port: Number(port) });
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return { socket, closed };
  };

  it('answers 408 to a request whose headers or body come too slowly', async () => {
    const slowHeaders = await opened();
    slowHeaders.socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow');
    const slowBody = await opened();
    slowBody.socket.write(
      `POST /admin/v1/tenants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    );
    for (const { closed } of [slowHeaders, slowBody]) {
      expect(await closed).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[^]*"status":"408"/);
    }
  });

  it('closes what comes beyond the most connections', async () => {
    const open = await Promise.all(Array.from({ length: 8 }, opened));
    // Those within are told that nothing came in time; the others are not even that.
    const told = await Promise.all(open.map(({ closed }) => closed));
    const within = told.filter((text) => text !== '');
    for (const text of within) expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(within.length).toBeGreaterThanOrEqual(4);
    expect(within.length).toBeLessThan(8);
  });
});
