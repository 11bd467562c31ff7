import type { Directory } from './directory.js';
import { drive, type Exchange, type Sample, type Target } from './drive.js';
import { type Report, thousands } from './report.js';
import { inTurns } from './rounds.js';
import { CONCURRENCY, type Scale } from './scale.js';
import { hello } from './yardsticks.js';

const READ_BAR = 0.5;
const LOOKUP_BAR = 0.4;
const LAST_PAGE_BAR = 1.5;
const PAGE = 100;

/** Reads of users drawn evenly from all, against Nest's hello, in turns. */
export async function measureReads(
  report: Report,
  scale: Scale,
  directory: Directory,
  yardsticks: Target,
): Promise<void> {
  report.section(`Reads among ${thousands(directory.size)} users`);
  const kinds: readonly [string, Target, () => Exchange, number][] = [
    ['Nest hello', yardsticks, hello, NaN],
    ['read by id', directory.server, () => directory.readById(), READ_BAR],
    ['lookup by userName', directory.server, () => directory.lookup('userName'), LOOKUP_BAR],
    ['lookup by externalId', directory.server, () => directory.lookup('externalId'), LOOKUP_BAR],
  ];
  const samples = await inTurns(
    scale.rounds,
    kinds.map(
      ([, target, next]) =>
        (seconds) =>
          drive(target, { concurrency: CONCURRENCY, seconds, next }),
    ),
    scale.probe,
  );
  report.samples(
    ['', 'concurrency'],
    kinds.map(([name], i) => [name, String(CONCURRENCY), samples[i] as Sample] as const),
  );
  for (const [i, [name, , , bar]] of kinds.entries()) {
    if (i > 0) report.atLeast(`${name}: rate / hello`, (samples[i]?.rate ?? NaN) / (samples[0]?.rate ?? NaN), bar);
  }
}

export async function measurePages(report: Report, scale: Scale, directory: Directory): Promise<void> {
  const { server, size } = directory;
  report.section(`A page of ${PAGE} of ${size} users`);
  const ids = [...directory.ids].sort();
  const places: readonly [string, number][] = [
    ['first', 1],
    ['middle', Math.floor(size / 2)],
    ['last', size - PAGE + 1],
  ];
  const samples = await inTurns(
    scale.rounds,
    places.map(
      ([, start]) =>
        (seconds) =>
          drive(server, { concurrency: 1, seconds, next: () => directory.page(start, PAGE, ids) }),
    ),
    scale.probe / 2,
  );
  report.samples(
    ['page', 'startIndex'],
    places.map(([name, start], i) => [name, String(start), samples[i] as Sample] as const),
  );
  const ratio = (samples[2]?.p50 ?? NaN) / (samples[0]?.p50 ?? NaN);
  report.atMost('last page / first page, p50', ratio, LAST_PAGE_BAR);
}
