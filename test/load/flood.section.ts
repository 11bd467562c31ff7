import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, compiled } from './child-process.js';
import { Directory } from './directory.js';
import { drive, type Exchange, exchange, type Sample, summarize } from './drive.js';
import type { FloodCommand, FloodTold } from './flood-client.js';
import { HttpConnection } from './http-client.js';
import { type FloodName, FLOODS, type LoudAccess, makeLoudTenant } from './loud-tenant.js';
import { becameIdle } from './process-meter.js';
import type { Report } from './report.js';
import { median } from './rounds.js';
import type { Scale } from './scale.js';
import { AppServer } from './servers.js';

/** What the quiet tenant asks in a second: an identity provider's pace, below every limit. */
const QUIET_PER_SECOND = 80;
const QUIET_CONNECTIONS = 4;
/** A quiet tenant's p99 beside a flood, as a multiple of that without one. */
const MAX_RATIO = 2;
/** More rounds than elsewhere: a p99 is made of few answers. */
const ROUNDS_FACTOR = 2;
/** Longest that the server may go on with what a flood has left, milliseconds. */
const IDLE_LIMIT_MS = 15_000;
/** People that one flood makes at most, so that no two make the same. */
const PEOPLE_OF_FLOOD = 1_000_000;
/** Empty: as they are by default. */
const BY_DEFAULT = {
  RATE_LIMIT_PER_SECOND: '',
  RATE_LIMIT_TENANT_PER_SECOND: '',
  ADMIN_RATE_LIMIT_PER_SECOND: '',
  SIGN_IN_FAILURES_PER_MINUTE: '',
};

/**
 * What one tenant feels of the flood of another: its requests alone, and beside each kind of flood, in turn, in one run.
 * @param only one kind of flood
 * @throws Error there is no such kind
 */
export async function measureFlood(report: Report, scale: Scale, only?: string): Promise<void> {
  const floods = (Object.keys(FLOODS) as FloodName[]).filter((name) => only === undefined || name.startsWith(only));
  if (floods.length === 0) throw new Error(`--flood is the beginning of one of: ${Object.keys(FLOODS).join(', ')}`);
  report.section('Beside a flood');
  const server = await AppServer.start('standalone');
  const quiet = new Directory(server);
  const access = await makeLoudTenant(server.port);
  await drive(server, { concurrency: 16, seconds: scale.warmUp, next: quiet.create });
  await server.stop();
  server.startAgain(BY_DEFAULT);
  await server.ready();

  const kinds: readonly (readonly [string, () => Exchange])[] = [
    ['create', quiet.create],
    ['look-up', () => quiet.lookup('userName')],
  ];
  const seconds = scale.probe * 1.5;
  for (const [, next] of kinds) await ask(server, next, seconds);
  // The middle one of the rounds counts: a disk that stalls for once is in one of them. Alone is alone, whatever comes next.
  const alone = kinds.map((): Latency[] => []);
  const besides: { name: FloodName; rounds: Latency[][]; told: FloodTold }[] = [];
  const client = new FloodClient(access);
  for (const name of floods) {
    const rounds = kinds.map((): Latency[] => []);
    let told: FloodTold = {};
    for (let round = 0; round < scale.rounds * ROUNDS_FACTOR; round++) {
      await becameIdle(server.pid, IDLE_LIMIT_MS);
      for (const [at, [, next]] of kinds.entries()) alone[at]?.push(await ask(server, next, seconds));
      await client.begin(name);
      for (const [at, [, next]] of kinds.entries()) rounds[at]?.push(await ask(server, next, seconds));
      told = sum(told, await client.end());
    }
    besides.push({ name, rounds, told });
  }
  const rows: string[][] = [];
  for (const { name, rounds, told } of besides) {
    for (const [at, [kind]] of kinds.entries()) {
      const [before, after] = [middle(alone[at] ?? []), middle(rounds[at] ?? [])];
      const cells = [before.p50, after.p50, before.p99, after.p99].map((ms) => ms.toFixed(1));
      const answers = Object.entries(told).map(([status, count]) => `${status}: ${count}`);
      rows.push([name, kind, ...cells, (after.p99 / before.p99).toFixed(2), answers.join(', ')]);
      report.atMost(`${kind} beside ${name}: p99 / p99 alone`, after.p99 / before.p99, MAX_RATIO);
    }
  }
  const times = ['p50 alone, ms', 'p50 beside', 'p99 alone', 'p99 beside'];
  report.table(['flood', 'quiet tenant', ...times, 'p99 ratio', 'what the flood is answered'], rows);
  await client.stop();
  await server.kill();
}

type Latency = Pick<Sample, 'p50' | 'p99'>;

const middle = (rounds: readonly Latency[]): Latency => ({
  p50: median(rounds.map(({ p50 }) => p50)),
  p99: median(rounds.map(({ p99 }) => p99)),
});

/** Asks at an even pace, whatever the answers take. */
async function ask(server: AppServer, next: () => Exchange, seconds: number): Promise<Latency> {
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

/** The process that floods. */
class FloodClient {
  private readonly child = new Child({ file: compiled('./flood-client.js'), messages: true });
  private floods = 0;

  constructor(private readonly access: LoudAccess) {}

  /** Resolves once what may come at once has come. */
  async begin(flood: FloodName): Promise<void> {
    this.floods++;
    await this.command({ flood, access: this.access, first: this.floods * PEOPLE_OF_FLOOD });
  }

  end(): Promise<FloodTold> {
    return this.command({ access: this.access, first: 0 });
  }

  stop(): Promise<void> {
    return this.child.end('SIGTERM');
  }

  private async command(command: FloodCommand): Promise<FloodTold> {
    const { process: child } = this.child;
    const ended = new AbortController();
    const abort = (): void => ended.abort(new Error(`The client that floods ended:\n${this.child.output}`));
    child.once('exit', abort);
    child.send(command);
    const [told] = (await once(child, 'message', { signal: ended.signal })) as [FloodTold];
    child.off('exit', abort);
    return told;
  }
}

function sum(a: FloodTold, b: FloodTold): FloodTold {
  const total: Record<string, number> = { ...a };
  for (const [status, count] of Object.entries(b)) total[status] = (total[status] ?? 0) + count;
  return total;
}
