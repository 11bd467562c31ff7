import { setTimeout as sleep } from 'node:timers/promises';
import type { Directory } from './directory.js';
import { exchange, summarize, WrongAnswer } from './drive.js';
import { HttpConnection } from './http-client.js';
import type { Report } from './report.js';
import type { Scale } from './scale.js';
import { ADMIN_KEY, type AppServer } from './servers.js';

/** Requests begin so far apart, ms: a busy day of an identity provider, not a first import. */
const APART_MS = 100;
const POLL_MS = 5;
/** A change that has not arrived by then is lost. */
const LOST_MS = 10_000;
const BOUND_MS = 100;

/** From the first byte of a request until a product shows the change, and until it has acknowledged it. */
export async function measureDelivery(report: Report, scale: Scale, directory: Directory): Promise<void> {
  report.section(`From a request to the product, one every ${APART_MS} ms`);
  const { server } = directory;
  await neverHold(server);
  const seconds = scale.entra * 2;
  const created = await paced(seconds, async () => {
    const n = directory.newcomer();
    const begun = performance.now();
    await once(server, directory.create(n));
    await shows(server, directory.ids[n] ?? '', '"status":"active"');
    return performance.now() - begun;
  });
  let leaver = 0;
  const left = await paced(seconds, async () => {
    const n = leaver++;
    const begun = performance.now();
    await once(server, directory.deactivate(n));
    await shows(server, directory.ids[n] ?? '', '"status":"blocked"');
    return performance.now() - begun;
  });
  const acknowledged = await proofs(server, leaver);
  const rows = [
    ['created, until wellness shows them', summarize(created, seconds)],
    ['deactivated, until wellness shows them blocked', summarize(left, seconds)],
    ['deactivated, until both products have acknowledged', summarize(acknowledged, seconds)],
  ] as const;
  report.table(
    ['', 'p50 ms', 'p99 ms', 'changes'],
    rows.map(([name, { p50, p99, requests }]) => [name, p50.toFixed(1), p99.toFixed(1), String(requests)]),
  );
  for (const [name, { p50 }] of rows) report.atMost(`${name}: median`, p50, BOUND_MS, ' ms');
}

/** Begins `task` at a steady pace, whether or not the ones before have ended. @returns what each came to */
async function paced(seconds: number, task: () => Promise<number>): Promise<number[]> {
  const begun = performance.now();
  const tasks: Promise<number>[] = [];
  for (let n = 0; n * APART_MS < seconds * 1000; n++) {
    await sleep(Math.max(0, begun + n * APART_MS - performance.now()));
    tasks.push(task());
  }
  return Promise.all(tasks);
}

async function once(server: AppServer, next: Parameters<typeof exchange>[1]): Promise<void> {
  const connection = await HttpConnection.open(server.port);
  await exchange(connection, next);
  connection.close();
}

/** As many leave here as a guard against mass departures is there to hold. */
async function neverHold(server: AppServer): Promise<void> {
  const connection = await HttpConnection.open(server.port);
  const body = JSON.stringify({ guardPercent: 100 });
  const { status } = await connection.send(
    `PATCH /admin/v1/tenants/demo/settings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  connection.close();
  if (status !== 200) throw new WrongAnswer(`The guard cannot be switched off: ${status}`);
}

const ask = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${ADMIN_KEY}\r\n\r\n`;

/** Asks wellness for one person until what it answers holds `part`. */
async function shows(server: AppServer, id: string, part: string): Promise<void> {
  const connection = await HttpConnection.open(server.port);
  const request = ask(`/wellness/people/${id}?tenant=demo`);
  for (const until = performance.now() + LOST_MS; ; await sleep(POLL_MS)) {
    const { status, body } = await connection.send(request);
    if (status === 200 && body.includes(part)) break;
    if (performance.now() > until)
      throw new WrongAnswer(`wellness never showed ${part}: ${status} ${body.slice(0, 300)}`);
  }
  connection.close();
}

/** How long each leaver took until every product had acknowledged, as the admin API proves it. */
async function proofs(server: AppServer, expected: number): Promise<number[]> {
  const connection = await HttpConnection.open(server.port);
  for (const until = performance.now() + LOST_MS; ; await sleep(POLL_MS)) {
    const { body } = await connection.send(ask('/admin/v1/tenants/demo/deprovisionings?state=done&limit=1000'));
    const { deprovisionings } = JSON.parse(body) as { deprovisionings: { closedBy: string; elapsedMs: number }[] };
    const proven = deprovisionings.filter(({ closedBy }) => closedBy === 'acknowledged');
    if (proven.length === expected) {
      connection.close();
      return proven.map(({ elapsedMs }) => elapsedMs);
    }
    if (performance.now() > until) throw new WrongAnswer(`${proven.length} of ${expected} leavers are proven`);
  }
}
