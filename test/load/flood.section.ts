import { setTimeout as sleep } from 'node:timers/promises';
import { Directory } from './directory.js';
import { drive, type Exchange, exchange, type Sample, summarize } from './drive.js';
import { HttpConnection } from './http-client.js';
import { becameIdle } from './process-meter.js';
import type { Report } from './report.js';
import type { Scale } from './scale.js';
import { ADMIN_KEY, AppServer } from './servers.js';
import { userBody } from './user-body.js';

const FLOOD_CONNECTIONS = 64;
const LOUD_TENANT = 'loud';
/** People of the tenant that floods, which its searches look through. */
const LOUD_USERS = 10_000;
/** What the quiet tenant asks in a second: an identity provider's pace, below every limit. */
const QUIET_PER_SECOND = 40;
const QUIET_CONNECTIONS = 4;
/** A quiet tenant's p99 beside a flood, as a multiple of that without one. */
const MAX_RATIO = 2;
/** Longest that the server may go on with what a flood has left, milliseconds. */
const IDLE_LIMIT_MS = 15_000;
/** Empty: as they are by default. */
const BY_DEFAULT = {
  RATE_LIMIT_PER_SECOND: '',
  RATE_LIMIT_TENANT_PER_SECOND: '',
  ADMIN_RATE_LIMIT_PER_SECOND: '',
  SIGN_IN_FAILURES_PER_MINUTE: '',
};

/** What one tenant feels of the flood of another: its requests alone, and beside each kind of flood, in one run. */
export async function measureFlood(report: Report, scale: Scale): Promise<void> {
  report.section('Beside a flood');
  const server = await AppServer.start('standalone');
  const quiet = new Directory(server);
  const token = await loudTenant(server);
  const loud = new LoudTenant(server.port, token);
  await fill(server, loud);
  await drive(server, { concurrency: 16, seconds: scale.warmUp, next: quiet.create });
  await server.stop();
  server.startAgain(BY_DEFAULT);
  await server.ready();

  const floods: Readonly<Record<string, () => string>> = {
    creates: () => loud.create(),
    'look-ups': () => loud.get('/Users?filter=userName%20eq%20%22nobody%22'),
    'searches without an index': () => loud.get('/Users?filter=title%20co%20%22zz%22'),
    'bulk requests of 500': () => loud.bulk(500),
    'wrong tokens': () => loud.get('/Users', 'wrong'),
  };
  const kinds: readonly (readonly [string, () => Exchange])[] = [
    ['create', quiet.create],
    ['look-up', () => quiet.lookup('userName')],
  ];
  const seconds = scale.probe * 4;
  for (const [, next] of kinds) await ask(server, next, seconds / 2);
  const rows: string[][] = [];
  for (const [name, flood] of Object.entries(floods)) {
    await becameIdle(server.pid, IDLE_LIMIT_MS);
    const alone: number[] = [];
    for (const [, next] of kinds) alone.push((await ask(server, next, seconds)).p99);
    const flooding = new Flooding(server.port, flood);
    await flooding.isRefused();
    const beside: number[] = [];
    for (const [, next] of kinds) beside.push((await ask(server, next, seconds)).p99);
    const told = await flooding.end();
    for (const [n, [kind]] of kinds.entries()) {
      const [before = NaN, after = NaN] = [alone[n], beside[n]];
      rows.push([name, kind, before.toFixed(1), after.toFixed(1), (after / before).toFixed(2), told]);
      report.atMost(`${kind} beside ${name}: p99 / p99 alone`, after / before, MAX_RATIO);
    }
  }
  report.table(['flood', 'quiet tenant', 'p99 alone, ms', 'p99 beside', 'ratio', 'what the flood is answered'], rows);
  await server.kill();
}

/** Asks at an even pace, whatever the answers take. */
async function ask(server: AppServer, next: () => Exchange, seconds: number): Promise<Pick<Sample, 'p50' | 'p99'>> {
  const latencies: number[] = [];
  const gap = (QUIET_CONNECTIONS * 1_000) / QUIET_PER_SECOND;
  const worker = async (number: number): Promise<void> => {
    const connection = await HttpConnection.open(server.port);
    const start = performance.now() + (number * gap) / QUIET_CONNECTIONS;
    for (let turn = 0; turn * gap < seconds * 1_000; turn++) {
      const due = start + turn * gap;
      await sleep(Math.max(0, due - performance.now()));
      const begun = performance.now();
      await exchange(connection, next());
      latencies.push(performance.now() - begun);
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: QUIET_CONNECTIONS }, (_, number) => worker(number)));
  return summarize(latencies, seconds);
}

/** Requests without pause on many connections, whatever is answered. */
class Flooding {
  private readonly statuses = new Map<number, number>();
  private ended = false;
  private readonly workers: Promise<void>[];

  constructor(port: number, next: () => string) {
    this.workers = Array.from({ length: FLOOD_CONNECTIONS }, async () => {
      const connection = await HttpConnection.open(port);
      while (!this.ended) {
        const { status } = await connection.send(next());
        this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      }
      connection.close();
    });
  }

  /** What may come at once has come, or never will be too much. */
  async isRefused(): Promise<void> {
    for (const start = performance.now(); !this.statuses.has(429) && performance.now() - start < 20_000;)
      await sleep(50);
  }

  async end(): Promise<string> {
    this.ended = true;
    await Promise.all(this.workers);
    return [...this.statuses].map(([status, count]) => `${status}: ${count}`).join(', ');
  }
}

/** Request texts of the tenant that floods. */
class LoudTenant {
  private next = 0;

  constructor(
    private readonly port: number,
    private readonly token: string,
  ) {}

  get(path: string, token = this.token): string {
    return `GET /scim/v2/${LOUD_TENANT}${path} HTTP/1.1\r\n${this.headers(token)}\r\n`;
  }

  create(): string {
    return this.post('/Users', userBody('l', this.next++));
  }

  bulk(count: number): string {
    const operations = Array.from({ length: count }, (_, n) => {
      const data = userBody('l', this.next++);
      return `{"method":"POST","path":"/Users","bulkId":"b${n}","data":${data}}`;
    });
    const schemas = '["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]';
    return this.post('/Bulk', `{"schemas":${schemas},"Operations":[${operations.join(',')}]}`);
  }

  private post(path: string, body: string): string {
    const length = `Content-Type: application/scim+json\r\nContent-Length: ${body.length}\r\n`;
    return `POST /scim/v2/${LOUD_TENANT}${path} HTTP/1.1\r\n${this.headers(this.token)}${length}\r\n${body}`;
  }

  private headers(token: string): string {
    return `Host: 127.0.0.1:${this.port}\r\nAuthorization: Bearer ${token}\r\n`;
  }
}

/** @returns its token */
async function loudTenant({ port }: AppServer): Promise<string> {
  const connection = await HttpConnection.open(port);
  const post = async (path: string, body: object): Promise<string> => {
    const text = JSON.stringify(body);
    const answer = await connection.send(
      `POST /admin/v1${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n` +
        `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${answer.body}`);
    return answer.body;
  };
  await post('/tenants', { slug: LOUD_TENANT, name: 'Loud' });
  const { token } = JSON.parse(await post(`/tenants/${LOUD_TENANT}/connections`, { idp: 'generic' })) as {
    token: string;
  };
  connection.close();
  return token;
}

async function fill({ port }: AppServer, loud: LoudTenant): Promise<void> {
  const connection = await HttpConnection.open(port);
  for (let filled = 0; filled < LOUD_USERS; filled += 500) {
    const { status, body } = await connection.send(loud.bulk(500));
    if (status !== 200) throw new Error(`${status} ${body.slice(0, 300)}`);
  }
  connection.close();
}
