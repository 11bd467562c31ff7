import { setTimeout as sleep } from 'node:timers/promises';
import type { Directory } from './directory.js';
import { drive, type Exchange, type Sample, type Target } from './drive.js';
import { type ResidentMemory, residentMemory } from './process-meter.js';
import { exponent, figure, type Report, thousands } from './report.js';
import { inTurns } from './rounds.js';
import { CONCURRENCY, type Scale } from './scale.js';
import { hello } from './yardsticks.js';

const GROWTH_BOUND = 0.1;
const MEMORY_BOUND_KIB = 10;
const SETTLE_MS = 3_000;
const HELLO = 'Nest hello';
/** Enough at once that a commit is not all that is measured, few enough that nobody queues for the processor. */
const IN_FLIGHT = 8;

/** Fills the directory step by step and measures single requests at each size. Leaves it at the largest. */
export async function measureGrowth(
  report: Report,
  scale: Scale,
  directory: Directory,
  yardsticks: Target,
  atStart: ResidentMemory,
): Promise<void> {
  report.section(`Growth with the number of users, ${IN_FLIGHT} requests at a time`);
  const kinds: readonly [string, boolean, () => Exchange][] = [
    [HELLO, false, hello],
    ['read by id', false, () => directory.readById()],
    ['lookup by userName', true, () => directory.lookup('userName')],
    ['lookup by externalId', true, () => directory.lookup('externalId')],
    ['PATCH', true, () => directory.patch()],
    ['PUT', true, () => directory.put()],
    ['create', true, () => directory.create()],
  ];
  const { server } = directory;
  const rows: [string, string, Sample][] = [];
  const fills: [string, string, Sample][] = [];
  let memory: ResidentMemory = { total: NaN, anonymous: NaN };
  for (const [step, users] of scale.userCounts.entries()) {
    const count = users - directory.size;
    const fill = await drive(server, { concurrency: CONCURRENCY, count, next: () => directory.create() });
    fills.push([`create up to ${thousands(users)}`, String(CONCURRENCY), fill]);
    if (step === 0) {
      // So that the smallest size is not the one that pays for the compiler.
      for (const [name, , next] of kinds) {
        if (name === 'create' || name === HELLO) continue;
        await drive(server, { concurrency: IN_FLIGHT, seconds: scale.warmUp / 2, next });
      }
    }
    if (step === scale.userCounts.length - 1) {
      await sleep(SETTLE_MS);
      memory = residentMemory(server.pid);
    }
    const samples = await inTurns(
      scale.rounds,
      kinds.map(
        ([name, , next]) =>
          (seconds) =>
            drive(name === HELLO ? yardsticks : server, { concurrency: IN_FLIGHT, seconds, next }),
      ),
      scale.probe / 2,
    );
    for (const [i, [name]] of kinds.entries()) rows.push([name, thousands(users), samples[i] as Sample]);
  }
  rows.sort(([a], [b]) => kinds.findIndex(([name]) => name === a) - kinds.findIndex(([name]) => name === b));
  report.samples(['', 'users'], rows);
  report.line();
  report.samples(['', 'concurrency'], fills);

  const [small, middle, large] = scale.userCounts;
  // The sizes are a minute apart, and the machine's speed drifts; hello, taken beside each, drifts with it.
  report.line('\nExponents of server CPU per request, counted in hellos of the same minute:');
  const cost = (kind: string, users: number): number => cpu(kind, users) / cpu(HELLO, users);
  const cpu = (kind: string, users: number): number =>
    rows.find(([name, size]) => name === kind && size === thousands(users))?.[2].cpu ?? NaN;
  const lines = kinds.slice(1).map(([name, judged]) => {
    const whole = exponent(cost(name, small), cost(name, large), small, large);
    const upper = exponent(cost(name, middle), cost(name, large), middle, large);
    if (judged)
      report.atMost(`${name}: exponent, ${thousands(small)} to ${thousands(large)} users`, whole, GROWTH_BOUND);
    return [name, figure(whole), figure(upper)];
  });
  report.table(
    ['', `${thousands(small)} to ${thousands(large)}`, `${thousands(middle)} to ${thousands(large)}`],
    lines,
  );
  reportMemory(report, memory, atStart, large);
}

function reportMemory(report: Report, memory: ResidentMemory, atStart: ResidentMemory, users: number): void {
  const perUser = (after: number, before: number): number => (after - before) / 1024 / users;
  const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const resident = perUser(memory.total, atStart.total);
  report.line();
  report.table(
    ['memory', 'at start', `with ${thousands(users)} users`, 'KiB/user'],
    [
      ['resident', mib(atStart.total), mib(memory.total), figure(resident)],
      [
        'of it anonymous',
        mib(atStart.anonymous),
        mib(memory.anonymous),
        figure(perUser(memory.anonymous, atStart.anonymous)),
      ],
    ],
  );
  report.atMost(`resident memory per user at ${thousands(users)} users`, resident, MEMORY_BOUND_KIB, ' KiB');
}
