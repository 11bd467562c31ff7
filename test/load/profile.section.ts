import { rmSync } from 'node:fs';
import { hottestFunctions } from './cpu-profile.js';
import { Directory } from './directory.js';
import { drive, type Exchange } from './drive.js';
import { threadTimes } from './process-meter.js';
import type { Report } from './report.js';
import { CONCURRENCY } from './scale.js';
import { type AppName, AppServer } from './servers.js';

const USERS = 2_000;
const SECONDS = 15;
const SHOWN = 40;
/** Microseconds between two looks at the stack. */
const INTERVAL_US = 200;

export const PROFILED = ['create', 'read', 'lookup', 'lookup-external', 'patch', 'put', 'page'] as const;
export type Profiled = (typeof PROFILED)[number];

function exchanges(directory: Directory, what: Profiled): () => Exchange {
  const ids = [...directory.ids].sort();
  const kinds: Record<Profiled, () => Exchange> = {
    create: () => directory.create(),
    read: () => directory.readById(),
    lookup: () => directory.lookup('userName'),
    'lookup-external': () => directory.lookup('externalId'),
    patch: () => directory.patch(),
    put: () => directory.put(),
    page: () => directory.page(1, 100, ids),
  };
  return kinds[what];
}

/** Runs one kind of request under node's profiler and says where the main thread's time went. */
export async function profile(report: Report, app: AppName, what: Profiled, into: string): Promise<void> {
  report.section(`Profile of ${what}, ${app}, concurrency ${CONCURRENCY}`);
  rmSync(into, { recursive: true, force: true });
  const server = await AppServer.start(app, [
    '--cpu-prof',
    `--cpu-prof-dir=${into}`,
    `--cpu-prof-interval=${INTERVAL_US}`,
  ]);
  const directory = new Directory(server);
  await drive(server, { concurrency: CONCURRENCY, count: USERS, next: () => directory.create() });
  const next = exchanges(directory, what);
  const sample = await drive(server, { concurrency: CONCURRENCY, seconds: SECONDS, next });
  const threads = threadTimes(server.pid);
  await server.stop();
  report.samples([''], [[`${what}, profiled`, sample]]);
  report.line();
  report.table(
    ['thread, since the start', 'user s', 'system s'],
    threads.map(({ name, user, system }) => [name, user.toFixed(2), system.toFixed(2)]),
  );
  report.line();
  const hottest = await hottestFunctions(into, SHOWN);
  report.table(
    ['function', 'self time'],
    hottest.map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`]),
  );
  report.line(`\nThe whole profile, start included, is in ${into}; open it in the browser's developer tools.`);
}
