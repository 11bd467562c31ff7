import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectRefusal, expectScimError, type TenantClient, USER } from '../support/tenant-client.js';

const LIMIT = 65_536;

/** Content codings of RFC 9110 §8.4, both ways. */
describe('content codings', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway({ env: { MAX_BODY_BYTES: String(LIMIT) } });
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  let users = 0;
  const send = (coding: string, raw: Buffer, method = 'POST', path = '/Users') =>
    tenant.scim(method, path, undefined, { raw, headers: { 'content-encoding': coding } });
  const user = (userName: string, attributes: object = {}) =>
    JSON.stringify({ schemas: [USER], userName, displayName: 'Åsa 🦆', ...attributes });

  describe('of requests', () => {
    it.each([
      ['gzip', gzipSync],
      ['GZIP', gzipSync],
      ['x-gzip', gzipSync],
      ['deflate', deflateSync],
      ['identity', Buffer.from],
      ['', Buffer.from],
    ])('reads a body in "%s"', async (coding, encode: (text: string) => Buffer) => {
      const userName = `user${++users}`;
      const { status, body } = await send(coding, encode(user(userName)));
      expect({ status, displayName: body.displayName }).toEqual({ status: 201, displayName: 'Åsa 🦆' });
      const put = await send(coding, encode(user(userName, { title: 'x' })), 'PUT', `/Users/${body.id}`);
      expect(put.body.title).toBe('x');
    });

    it('reads a compressed body without a Content-Length, and finds one of white space empty', async () => {
      const { status } = await fetch(`${tenant.baseUrl}/Users`, {
        method: 'POST',
        headers: { authorization: `Bearer ${tenant.token}`, 'content-encoding': 'gzip' },
        body: new Blob([gzipSync(user('chunked'))]).stream(),
        duplex: 'half',
      });
      expect(status).toBe(201);
      await expectRefusal(tenant, () => send('gzip', gzipSync('  ')));
    });

    it('counts the size after inflation and names the limit (profile C6.6; RFC 7644 §3.7.4)', async () => {
      const within = gzipSync(user('within', { nickName: 'x'.repeat(LIMIT - 1_000) }));
      expect((await send('gzip', within)).status).toBe(201);
      const beyond = gzipSync(user('beyond', { nickName: 'x'.repeat(LIMIT) }));
      expect(beyond.length).toBeLessThan(LIMIT / 10);
      for (const coding of ['gzip', 'deflate']) {
        const raw = coding === 'gzip' ? beyond : deflateSync(user('beyond', { nickName: 'x'.repeat(LIMIT) }));
        const { body } = await expectRefusal(tenant, () => send(coding, raw), [413]);
        expect(body.detail).toContain(String(LIMIT));
      }
    });

    it('refuses a bomb (profile C6.6)', async () => {
      const bomb = gzipSync(Buffer.alloc(60_000_000, 0x20), { level: 9 });
      expect(bomb.length).toBeLessThan(LIMIT);
      const { body } = await expectRefusal(tenant, () => send('gzip', bomb), [413]);
      expect(body.detail).toContain(String(LIMIT));
    });

    it.each(['br', 'zstd', 'compress', 'gzip, gzip', 'x'])(
      'refuses a body in "%s" with the codings it reads',
      async (coding) => {
        const { headers } = await expectRefusal(tenant, () => send(coding, brotliCompressSync(user('br'))), [415]);
        expect(headers['accept-encoding']).toBe('gzip, deflate');
      },
    );

    it.each([
      ['plain JSON', Buffer.from(user('plain'))],
      ['cut short', gzipSync(user('short')).subarray(0, 40)],
      ['damaged', gzipSync(user('damaged')).fill(0xff, 12, 30)],
    ])('refuses what is not gzip though it says so: %s', async (_title, raw) => {
      const { body } = await expectRefusal(tenant, () => send('gzip', raw));
      expect(body.scimType).toBe('invalidSyntax');
    });

    it('refuses a stranger before it inflates anything', async () => {
      const answer = await tenant.scim('POST', '/Users', undefined, {
        authorization: 'Bearer nobody',
        raw: Buffer.from('no gzip'),
        headers: { 'content-encoding': 'gzip' },
      });
      expectScimError(answer, 401);
    });
  });

  describe('of answers', () => {
    const OKTA = { 'accept-encoding': 'gzip,deflate' };
    let others: TenantClient;
    beforeAll(async () => {
      others = await gateway.newTenant();
      for (let n = 0; n < 20; n++) await others.createUser(`user${n}@example.com`, { displayName: `Åsa ${n} 🦆` });
    });
    const raw = async (headers: Record<string, string>, method = 'GET') => {
      const response = await fetch(`${others.baseUrl}/Users`, {
        method,
        headers: { authorization: `Bearer ${others.token}`, 'accept-encoding': 'identity', ...headers },
      });
      return { response, text: await response.text() };
    };

    it.each(['gzip', 'gzip,deflate', 'gzip;q=0.5, identity;q=0.1', '*'])(
      'compresses a page for "%s"',
      async (accepted) => {
        const plain = await raw({});
        const { response, text } = await raw({ 'accept-encoding': accepted });
        expect(response.headers.get('content-encoding')).toBe('gzip');
        expect(response.headers.get('vary')).toContain('Accept-Encoding');
        expect(Number(response.headers.get('content-length'))).toBeLessThan(plain.text.length / 3);
        expect(text).toBe(plain.text);
      },
    );

    it.each(['identity', 'br', 'gzip;q=0', 'deflate', ''])('leaves a page as it is for "%s"', async (accepted) => {
      const { response, text } = await raw({ 'accept-encoding': accepted });
      expect(response.headers.get('content-encoding')).toBeNull();
      expect(response.headers.get('vary')).toContain('Accept-Encoding');
      expect(JSON.parse(text).totalResults).toBe(20);
    });

    it('compresses what a HEAD speaks of as its GET', async () => {
      const { response, text } = await raw(OKTA, 'HEAD');
      expect({ status: response.status, text }).toEqual({ status: 200, text: '' });
      expect(response.headers.get('content-encoding')).toBe('gzip');
    });

    it('leaves small answers and errors alone', async () => {
      for (const path of ['/Users?count=1', '/Users/nobody']) {
        const { headers, body } = await others.get(path, { headers: OKTA });
        expect(headers['content-encoding']).toBeUndefined();
        expect(body.schemas).toBeDefined();
      }
    });
  });
});
