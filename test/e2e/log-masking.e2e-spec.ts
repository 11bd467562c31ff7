import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createLogger } from '#telemetry';
import { BULK_REQUEST } from '../support/bulk.js';
import { HttpClient, type RawRequest } from '../support/http-client.js';
import { ServerProcess } from '../support/server-process.js';
import { ADMIN_KEY, gatewayBehind, startGateway } from '../support/start-gateway.js';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from '../support/tenant-client.js';

/** Stands in every value that a request carries, in letters that nothing of ours has. */
const MARK = 'qzjx';
let marks = 0;
const mark = (): string => `${MARK}${++marks}`;
/** A token as they look, with the mark in it. */
const markedToken = (): string => `${mark()}${'A7'.repeat(40)}`.slice(0, 64);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Where the log holds something of a request: lines with a mark, however it is written. */
function disclosed(log: string, secrets: readonly string[] = []): string[] {
  const forms = [MARK, base64(MARK).slice(0, 5), ...secrets].map((form) => form.toLowerCase());
  return log.split('\n').filter((line) => forms.some((form) => line.toLowerCase().includes(form)));
}

const personOf = (more: object = {}) => ({
  schemas: [USER, ENTERPRISE],
  userName: `${mark()}@example.com`,
  externalId: mark(),
  password: mark(),
  name: { givenName: mark(), familyName: mark() },
  emails: [{ value: `${mark()}@example.com`, primary: true }],
  phoneNumbers: [{ value: mark() }],
  [ENTERPRISE]: { department: mark(), manager: { value: mark() } },
  ...more,
});
const patchOf = (...Operations: object[]) => ({ schemas: [PATCH_OP], Operations });
const filterOf = (filter: string) => `?filter=${encodeURIComponent(filter)}`;

interface Target {
  readonly slug: string;
  readonly token: string;
  readonly userId: string;
  readonly groupId: string;
}

/** Requests of all kinds, good, refused and odd, each with marks wherever something can be put. */
function requestsTo({ slug, token, userId, groupId }: Target): RawRequest[] {
  const scim = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): RawRequest => ({
    method,
    target: `/scim/v2/${slug}${path}`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json', ...headers },
    ...(body !== undefined && {
      body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
    }),
  });
  const admin = (method: string, path: string, body?: unknown, key = ADMIN_KEY): RawRequest => ({
    method,
    target: `/admin/v1${path}`,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const person = personOf();
  const authorization = (value: string) => scim('GET', '/Users', undefined, { authorization: value });
  return [
    // good ones
    scim('POST', '/Users', person),
    scim('PUT', `/Users/${userId}`, personOf()),
    scim('PATCH', `/Users/${userId}`, patchOf({ op: 'replace', path: 'title', value: mark() })),
    scim('PATCH', `/Users/${userId}`, patchOf({ op: 'replace', value: { displayName: mark() } })),
    scim('POST', '/Groups', { schemas: [GROUP], displayName: mark(), members: [{ value: userId, display: mark() }] }),
    scim('GET', `/Users${filterOf(`userName eq "${mark()}" or emails.value co "${mark()}"`)}`),
    scim('GET', `/Users?sortBy=${mark()}&attributes=${mark()}`),
    scim('POST', '/.search', { filter: `displayName sw "${mark()}"` }),
    scim('POST', '/Users', {
      schemas: [USER],
      userName: mark(),
      [mark()]: mark(),
      [`urn:${mark()}`]: { [mark()]: mark() },
    }),
    scim('DELETE', `/Users/${userId}?${mark()}=${mark()}`, undefined, { 'x-forwarded-for': mark() }),
    // refused for what they say
    scim('POST', '/Users', person),
    scim('POST', '/Users', personOf({ active: mark() })),
    scim('POST', '/Users', personOf({ emails: mark(), name: [mark()] })),
    scim('POST', '/Users', personOf({ userName: { [mark()]: mark() } })),
    scim('POST', '/Users', personOf({ userName: `${mark()}\u0000` })),
    scim('POST', '/Users', { schemas: [mark()], [`${mark()}[${mark()}`]: mark() }),
    scim('POST', '/Users', `{"userName":"${mark()}",}`),
    scim('POST', '/Users', `${mark()} ${mark()}`),
    scim('POST', '/Users', `{"userName":"${mark()}"`),
    scim('POST', '/Users', gzipSync(mark()), { 'content-encoding': 'gzip' }),
    scim('POST', '/Users', mark(), { 'content-encoding': 'gzip' }),
    scim('POST', '/Users', mark(), { 'content-encoding': mark() }),
    scim('POST', '/Users', mark(), { 'content-type': `text/${mark()}` }),
    scim('POST', '/Users', mark(), { 'content-type': mark() }),
    scim('POST', '/Users', `{"userName":"${mark()}","x":"${'y'.repeat(5_000_000)}"}`),
    scim('PATCH', `/Users/${mark()}`, patchOf({ op: 'replace', path: 'title', value: mark() })),
    scim('PATCH', `/Groups/${groupId}`, patchOf({ op: mark(), path: mark(), value: mark() })),
    scim(
      'PATCH',
      `/Groups/${groupId}`,
      patchOf({ op: 'replace', path: `members[value eq "${mark()}"`, value: mark() }),
    ),
    scim('PATCH', `/Groups/${groupId}`, patchOf({ op: 'add', path: 'members', value: [{ value: mark() }] })),
    scim('PATCH', `/Groups/${groupId}`, patchOf({ op: 'add', path: 'members', value: [{ [mark()]: mark() }] })),
    scim('PUT', `/Groups/${groupId}`, { displayName: mark() }, { 'if-match': `W/"${mark()}"` }),
    scim('GET', `/Users/${mark()}`),
    scim('GET', `/${mark()}/${mark()}?${mark()}`),
    scim('DELETE', `/Users/${mark()}%2F..%2F${mark()}`),
    scim('GET', `/Users${filterOf(`userName eq ${mark()}`)}`),
    scim('GET', `/Users${filterOf(`${mark()} eq "${mark()}"`)}`),
    scim('GET', `/Users${filterOf(`userName ${mark()} "${mark()}"`)}`),
    scim('GET', `/Users${filterOf(`userName eq "${mark()}`)}`),
    scim('GET', `/Users?cursor=${mark()}&count=${mark()}&startIndex=${mark()}&sortOrder=${mark()}`),
    scim('GET', `/Users?filter=%${mark()}`),
    scim('GET', `/Users/%E0%A4${mark()}`),
    scim('GET', `/Users?x=${mark()}${'z'.repeat(20_000)}`),
    scim('GET', `/Users?x=${mark()}${'z'.repeat(60_000)}`),
    scim('GET', `/Users/${mark()}${'z'.repeat(600)}`),
    scim('GET', `/Schemas/urn:${mark()}`),
    scim('GET', `/Me?${mark()}`),
    scim('OPTIONS', `/${mark()}`),
    scim('TRACE', `/Users/${mark()}`),
    scim('GET', '/Users', undefined, { accept: mark(), 'accept-encoding': mark(), 'user-agent': mark() }),
    scim('GET', '/Users', undefined, { host: `${mark()}.example.com`, forwarded: `for=${mark()};host=${mark()}` }),
    scim('GET', '/Users', undefined, {
      'x-http-method-override': mark(),
      'x-request-id': mark(),
      cookie: `a=${mark()}`,
    }),
    scim('POST', '/Users', personOf(), { expect: mark() }),
    scim('POST', '/Bulk', {
      schemas: [BULK_REQUEST],
      Operations: [
        { method: 'POST', path: '/Users', bulkId: mark(), data: personOf() },
        { method: 'POST', path: '/Users', bulkId: mark(), data: personOf({ active: mark() }) },
        { method: 'PATCH', path: `/Users/${mark()}`, data: patchOf({ op: 'add', path: mark(), value: mark() }) },
        { method: 'POST', path: `/${mark()}`, bulkId: mark(), data: {} },
        {
          method: 'POST',
          path: '/Groups',
          bulkId: 'g',
          data: { displayName: mark(), members: [{ value: `bulkId:${mark()}` }] },
        },
      ],
    }),
    scim('POST', '/Bulk', {
      Operations: [{ method: 'POST', path: '/Groups', bulkId: 'g', data: { displayName: mark() } }],
    }),
    scim('POST', '/Bulk', { schemas: [mark()], Operations: [{ method: mark(), path: mark() }] }),
    // refused for who sends them
    ...[
      `Bearer ${markedToken()}`,
      `bearer ${markedToken()}`,
      `OAuth ${markedToken()}`,
      `Bearer Bearer ${markedToken()}`,
      markedToken(),
      `Basic ${base64(`${MARK}:${MARK}`)}`,
      `Digest username="${mark()}"`,
      `Bearer ${mark()} ${mark()}`,
      mark(),
    ].map(authorization),
    scim('GET', `/Users?access_token=${markedToken()}`),
    // the admin API and the rest
    admin('POST', '/tenants', { slug: `acme-${Date.now()}`, name: mark() }),
    admin('POST', '/tenants', { slug: mark().toUpperCase(), name: mark() }),
    admin('POST', '/tenants', { [mark()]: mark() }),
    admin('POST', '/tenants', `{${mark()}`),
    admin('PATCH', `/tenants/${slug}`, { name: mark() }),
    admin('POST', `/tenants/${slug}/connections`, { idp: mark() }),
    admin('POST', `/tenants/${slug}/connections`, { idp: 'okta', name: mark() }),
    admin('POST', '/admins', { name: mark(), role: 'auditor' }),
    admin('POST', '/admins', { name: mark(), role: mark(), tenants: [mark()] }),
    admin('GET', `/admins/${mark()}`),
    admin('GET', `/${mark()}?${mark()}`),
    admin('GET', `/tenants/${slug}/events?stream=${mark()}`),
    admin('GET', `/activity?admin=${mark()}&before=${mark()}`),
    admin('GET', '/me', undefined, markedToken()),
    { method: 'GET', target: `/${mark()}`, headers: { authorization: `Bearer ${markedToken()}` } },
    { method: 'POST', target: `/oauth/token?client_secret=${mark()}`, body: `client_secret=${mark()}` },
    { method: 'GET', target: `/wellness/people?cursor=${mark()}`, headers: { authorization: `Bearer ${ADMIN_KEY}` } },
    { method: 'GET', target: `//${mark()}`, headers: { host: mark() } },
    { method: 'GET', target: `/health/live?${mark()}` },
  ];
}

/** What is no HTTP at all. */
const RAW = [
  `${MARK} / HTTP/1.1\r\n\r\n`,
  `GET /${MARK}\r\n\r\n`,
  `GET / HTTP/1.1\r\n${MARK}\r\n\r\n`,
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${MARK}`,
  `POST /scim/v2/demo/Users HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${MARK}\r\nContent-Length: 500\r\n\r\n{"userName":"${MARK}`,
];

/** Sends bytes and goes away, waiting no longer than for an answer. */
const sendRaw = (origin: string, text: string): Promise<void> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname, () =>
      socket.write(text, () => setTimeout(() => socket.destroy(), 50)),
    );
    socket.on('data', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });

/** Sends them all; a request that is answered by hanging up counts as sent. */
async function sendAll(http: HttpClient, requests: readonly RawRequest[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const request of requests) {
    statuses.push(
      await http.send(request).then(
        ({ status }) => status,
        () => 0,
      ),
    );
  }
  return statuses;
}

describe('the log', () => {
  it('of the process at trace level holds nothing of any request', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-log-'));
    const server = await ServerProcess.start(directory, { LOG_LEVEL: 'trace', ADMIN_KEY });
    try {
      using http = new HttpClient(server.url);
      const demo = (path: string, body: object) =>
        http.send({
          method: 'POST',
          target: `/scim/v2/demo${path}`,
          headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/scim+json' },
          body: JSON.stringify(body),
        });
      const { id: userId } = (await demo('/Users', personOf())).body as { id: string };
      const { id: groupId } = (await demo('/Groups', { schemas: [GROUP], displayName: mark() })).body as { id: string };
      const statuses = await sendAll(http, requestsTo({ slug: 'demo', token: String(server.token), userId, groupId }));
      for (const text of RAW) await sendRaw(server.url, text);
      for (const status of [200, 201, 204, 400, 401, 404, 405, 409, 412, 415, 431, 501]) {
        expect(statuses).toContain(status);
      }
      expect(await server.stop()).toBe(0);
      const [notice = '', ...rest] = server.output.split('Rollcall is ready');
      expect(notice).toContain(server.token);
      const log = rest.join('');
      expect(log.split('\n').filter((line) => line.includes('SCIM request refused')).length).toBeGreaterThan(40);
      expect(disclosed(log, [String(server.token), ADMIN_KEY])).toEqual([]);
    } finally {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('of a process that falls tells where, and nothing of what it fell over', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-log-'));
    // The place of the throw is told, and it is this text; so the mark is put together there.
    const mark = `[${[...MARK].map((letter) => `'${letter}'`).join()}].join('')`;
    const fall = `process.on('SIGUSR2',()=>Promise.reject(Object.assign(new Error(${mark}),{userName:${mark}})))`;
    const server = await ServerProcess.start(directory, {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fall)}`,
    });
    try {
      expect(await server.signal('SIGUSR2')).toBe(1);
      expect(disclosed(server.output)).toEqual([]);
      const last = JSON.parse(server.output.trim().split('\n').pop() ?? '') as object;
      expect(last).toMatchObject({ level: 'fatal', err: { type: 'Error', stack: expect.stringMatching(/^ +at /) } });
    } finally {
      await server.kill();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('of a handler that crashes tells where, and nothing of what it was told', async () => {
    const lines: string[] = [];
    const logger = createLogger('trace', { write: (line) => lines.push(line) });
    let crashes = false;
    const crash = (): never => {
      const cause = new SyntaxError(`Unexpected token ${mark()} "${mark()}" is not valid JSON`);
      const error = new TypeError(
        `duplicate key { userName: "${mark()}" }, reading '${mark()}' of ${mark()}\n${mark()}`,
      );
      throw Object.assign(error, { cause, keyValue: { userName: mark() }, errors: [new Error(mark())], code: mark() });
    };
    const crashing = <T extends object>(port: T, names: readonly string[]): T =>
      new Proxy(port, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          const call = member.bind(target) as (...parameters: unknown[]) => unknown;
          return (...parameters: unknown[]) =>
            crashes && names.includes(String(name)) ? crash() : call(...parameters);
        },
      });
    await using gateway = await startGateway({
      compose: (config) =>
        gatewayBehind(({ store, readModels }) => ({
          store: crashing(store, ['read', 'append', 'appendTogether', 'readAll']),
          readModels: crashing(readModels, ['find', 'getMany', 'count', 'write']),
        }))(config, logger),
    });
    const tenant = await gateway.newTenant();
    const { id: userId } = (await tenant.createUser(mark())) as { id: string };
    const { id: groupId } = (await tenant.createGroup(mark())) as { id: string };
    lines.length = 0;
    crashes = true;
    const { slug, token } = tenant;
    const statuses = await sendAll(gateway.http, requestsTo({ slug, token, userId, groupId }));
    crashes = false;
    await gateway.stop();
    expect(statuses.filter((status) => status === 500).length).toBeGreaterThan(20);
    const log = lines.join('');
    expect(disclosed(log, [token, ADMIN_KEY])).toEqual([]);
    const failures = lines.map((line) => JSON.parse(line) as { msg: string; err?: Record<string, unknown> });
    for (const message of ['SCIM request failed', 'Operation of a bulk request failed', 'Request failed']) {
      expect(failures.find(({ msg }) => msg === message)?.err).toMatchObject({
        type: 'TypeError',
        stack: expect.stringMatching(/^ +at .*log-masking/),
        cause: { type: 'SyntaxError' },
      });
    }
  });
});
