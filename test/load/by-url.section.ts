import { setTimeout as sleep } from 'node:timers/promises';
import { Directory } from './directory.js';
import { drive, exchange, type Exchange, type Sample, summarize, WrongAnswer } from './drive.js';
import { HttpConnection } from './http-client.js';
import { figure, type Report } from './report.js';
import { inTurns } from './rounds.js';
import { CONCURRENCY, type Scale } from './scale.js';
import { ADMIN_KEY, AppServer } from './servers.js';
import { UrlServer } from './url-server.js';

interface ByUrlOptions {
  readonly urls: readonly string[];
  readonly adminKey: string;
  /** Beside the embedded standalone on this machine. */
  readonly isCompared: boolean;
}

interface Subject {
  readonly name: string;
  readonly server: UrlServer;
  readonly directory: Directory<UrlServer>;
}

/** People who are there before anything is read. */
const PEOPLE = 2_000;
const GROUP = 100;
const PAGE = 100;
/** People whose way to a product is timed, one after another. */
const DELIVERED = 50;
const PRODUCT = 'wellness';
const POLL_MS = 5;
/** A change that has not arrived by then is lost. */
const LOST_MS = 30_000;

/** What set-ups that run somewhere do, from outside, side by side and in turns. Every answer is checked. */
export async function measureByUrl(report: Report, scale: Scale, options: ByUrlOptions): Promise<void> {
  const { urls, adminKey, isCompared } = options;
  const subjects: Subject[] = [];
  const embedded = isCompared ? await AppServer.start('standalone') : undefined;
  if (embedded) {
    const server = await UrlServer.open(`http://127.0.0.1:${embedded.port}`, ADMIN_KEY, embedded.pid);
    subjects.push({ name: 'embedded, here', server, directory: new Directory(server, 'u') });
  }
  for (const url of urls) {
    const server = await UrlServer.open(url, adminKey);
    subjects.push({ name: new URL(url).host, server, directory: new Directory(server, 'u') });
  }
  report.section('By URL, side by side');
  try {
    for (const { directory, server } of subjects) {
      await drive(server, { concurrency: CONCURRENCY, count: PEOPLE, next: limited(() => directory.create()) });
    }
    await measureRequests(report, scale, subjects);
    await measureDelivery(report, subjects);
  } finally {
    for (const { server } of subjects) await server.close();
    await embedded?.kill();
  }
  report.line(
    '\nServer CPU is that of one process on this machine; of a set-up elsewhere it cannot be seen from outside (n/a):',
  );
  report.line('its own /metrics tell (process_cpu_seconds_total). Times include the network in between.');
}

async function measureRequests(report: Report, scale: Scale, subjects: readonly Subject[]): Promise<void> {
  const kinds: readonly [string, number, (subject: Subject) => Promise<() => Exchange>][] = [
    [
      'create',
      CONCURRENCY,
      async ({ directory }) =>
        () =>
          directory.create(),
    ],
    [
      'create',
      1,
      async ({ directory }) =>
        () =>
          directory.create(),
    ],
    [
      'read by id',
      CONCURRENCY,
      async ({ directory }) =>
        () =>
          directory.readById(),
    ],
    [
      'lookup by userName',
      CONCURRENCY,
      async ({ directory }) =>
        () =>
          directory.lookup('userName'),
    ],
    [
      'lookup by externalId',
      CONCURRENCY,
      async ({ directory }) =>
        () =>
          directory.lookup('externalId'),
    ],
    [
      'PATCH',
      CONCURRENCY,
      async ({ directory }) =>
        () =>
          directory.patch(),
    ],
    [
      `first page of ${PAGE}`,
      1,
      async ({ directory }) => {
        const ids = [...directory.ids].sort();
        return () => directory.page(1, PAGE, ids);
      },
    ],
    ['member added and removed, in turn', 1, membership],
  ];
  const rows: [string, string, string, Sample][] = [];
  for (const [kind, concurrency, make] of kinds) {
    const loads = [];
    for (const subject of subjects) {
      const next = limited(await make(subject));
      loads.push((seconds: number) => drive(subject.server, { concurrency, seconds, next }));
    }
    const samples = await inTurns(scale.rounds, loads, scale.probe);
    samples.forEach((sample, i) => rows.push([kind, String(concurrency), subjects[i]?.name ?? '', sample]));
  }
  report.samples(['', 'concurrency', 'set-up'], rows);
  if (subjects.length < 2) return;
  report.line();
  report.table(
    ['rate', ...subjects.map(({ name }) => name), `${subjects.at(-1)?.name} / ${subjects[0]?.name}`],
    kinds.map(([kind, concurrency], k) => {
      const rates = subjects.map((_, i) => rows[k * subjects.length + i]?.[3].rate ?? NaN);
      return [
        `${kind}, ${concurrency} at once`,
        ...rates.map(figure),
        figure((rates.at(-1) ?? NaN) / (rates[0] ?? NaN)),
      ];
    }),
  );
}

/** Somebody comes and goes in a group of {@link GROUP}. */
async function membership({ directory, server }: Subject): Promise<() => Exchange> {
  const connection = await HttpConnection.open(server.port, server);
  let id = '';
  await exchange(
    connection,
    directory.createGroup('Everyone', (created) => (id = created)),
  );
  await exchange(connection, directory.addMembers(id, directory.ids.slice(0, GROUP)));
  connection.close();
  const outsider = directory.ids[GROUP] ?? '';
  let isIn = false;
  return () => {
    isIn = !isIn;
    return isIn ? directory.addMembers(id, [outsider]) : directory.removeMember(id, outsider);
  };
}

/** From the first byte of a create until a product shows the person. */
async function measureDelivery(report: Report, subjects: readonly Subject[]): Promise<void> {
  const rows: string[][] = [];
  for (const { name, server, directory } of subjects) {
    const { status } = await server.ask('GET', `/${PRODUCT}/people?tenant=${server.tenant}&limit=1`);
    if (status !== 200) {
      rows.push([name, 'n/a', 'n/a', `/${PRODUCT}/people is answered ${status} there`]);
      continue;
    }
    const connection = await HttpConnection.open(server.port, server);
    const times: number[] = [];
    for (let i = 0; i < DELIVERED; i++) {
      const n = directory.newcomer();
      const begun = performance.now();
      await exchange(connection, limited(() => directory.create(n))());
      await shown(server, directory.ids[n] ?? '');
      times.push(performance.now() - begun);
    }
    connection.close();
    const { p50, p99 } = summarize(times, 1);
    rows.push([
      name,
      p50.toFixed(1),
      p99.toFixed(1),
      `${await shownInAll(server, directory.size)} people listed, all that were created`,
    ]);
  }
  report.section(`From request to ${PRODUCT}, one person at a time`);
  report.table(['set-up', 'p50 ms', 'p99 ms', ''], rows);
}

async function shown(server: UrlServer, id: string): Promise<void> {
  for (const until = performance.now() + LOST_MS; performance.now() < until; await sleep(POLL_MS)) {
    const { status } = await server.ask('GET', `/${PRODUCT}/people/${id}?tenant=${server.tenant}`);
    if (status === 200) return;
  }
  throw new WrongAnswer(`${PRODUCT} never showed ${id}`);
}

/** @returns how many people the product lists, which must be all */
async function shownInAll(server: UrlServer, expected: number): Promise<number> {
  const ids = new Set<string>();
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const more: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await server.ask('GET', `/${PRODUCT}/people?tenant=${server.tenant}&limit=500${more}`);
    const page = JSON.parse(Buffer.from(body, 'latin1').toString()) as {
      people: { user_id: string }[];
      nextCursor?: string;
    };
    for (const { user_id } of page.people) ids.add(user_id);
    cursor = page.nextCursor;
  }
  if (ids.size !== expected) throw new WrongAnswer(`${PRODUCT} lists ${ids.size} people, must list ${expected}`);
  return ids.size;
}

/** Says what to change where a set-up limits what is measured. */
const limited =
  (next: () => Exchange): (() => Exchange) =>
  () => {
    const { request, check } = next();
    const hint =
      'its limits are in the way: RATE_LIMIT_PER_SECOND, RATE_LIMIT_TENANT_PER_SECOND and ADMIN_RATE_LIMIT_PER_SECOND must be 0 there';
    return { request, check: (answer) => (answer.status === 429 ? hint : check(answer)) };
  };
