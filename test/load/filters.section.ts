import { type Directory, expectAnswer } from './directory.js';
import { drive, type Exchange, type Sample } from './drive.js';
import { exponent, figure, type Report, thousands } from './report.js';
import { CONCURRENCY, type Scale } from './scale.js';
import { externalIdOf, familyNameOf, userNameOf } from './user-body.js';

/** Longest that a lookup beside a search without an index may wait at the 99th percentile, milliseconds. */
const BESIDE_BOUND_MS = 60;
/** An index's answer to one value costs the same among a hundred times as many. */
const LOOKUP_BOUND = 0.1;
const PAGE = 10;
const EMAIL = 'emails[type eq "work"].value';

interface Asked {
  readonly name: string;
  /** Query string behind `count`. */
  readonly query: (n: number) => string;
  /** Whether person `n` matches what was asked about person `about`; undefined: everybody does. */
  readonly matches?: (n: number, about: number) => boolean;
  /** Asks for one value of an index. */
  readonly lookup?: true;
}

const filter = (text: string): string => `&filter=${encodeURIComponent(text)}`;

/** Each operator on an indexed attribute, how they join, and what no index answers. */
function questions(run: string): Asked[] {
  const name = (n: number): string => userNameOf(run, n);
  const external = (n: number): string => externalIdOf(run, n);
  const of = (
    title: string,
    text: (n: number) => string,
    matches: (n: number, about: number) => boolean,
    lookup?: true,
  ): Asked => ({ name: title, query: (n) => filter(text(n)), matches, ...(lookup && { lookup }) });
  return [
    of(
      'externalId eq',
      (n) => `externalId eq "${external(n)}"`,
      (n, about) => n === about,
      true,
    ),
    of(
      'emails[…].value eq',
      (n) => `${EMAIL} eq "${name(n)}"`,
      (n, about) => n === about,
      true,
    ),
    of(
      'eq or eq',
      (n) => `externalId eq "${external(n)}" or userName eq "${name(n)}"`,
      (n, about) => n === about,
      true,
    ),
    of(
      'eq and title eq',
      (n) => `externalId eq "${external(n)}" and title eq "x"`,
      () => false,
      true,
    ),
    of(
      'sw, one',
      (n) => `externalId sw "${external(n)}"`,
      (n, about) => n === about,
      true,
    ),
    of(
      'ne',
      (n) => `userName ne "${name(n)}"`,
      (n, about) => n !== about,
    ),
    of(
      'co, few',
      () => 'userName co "0000012"',
      (n) => name(n).includes('0000012'),
    ),
    of(
      'co, many',
      () => 'userName co "ana."',
      (n) => name(n).includes('ana.'),
    ),
    of(
      'sw',
      () => 'userName sw "ana."',
      (n) => name(n).startsWith('ana.'),
    ),
    of(
      'ew',
      () => 'externalId ew "7x5d7"',
      (n) => external(n).endsWith('7x5d7'),
    ),
    of(
      'gt',
      () => 'userName gt "kamala"',
      (n) => name(n) > 'kamala',
    ),
    of(
      'ge',
      () => 'userName ge "kamala"',
      (n) => name(n) >= 'kamala',
    ),
    of(
      'lt',
      () => 'userName lt "bruno"',
      (n) => name(n) < 'bruno',
    ),
    of(
      'le',
      () => 'userName le "bruno"',
      (n) => name(n) <= 'bruno',
    ),
    of(
      'pr',
      () => 'externalId pr',
      () => true,
    ),
    of(
      'not pr',
      () => 'not (externalId pr)',
      () => false,
    ),
    of(
      'not sw',
      () => 'not (userName sw "ana.")',
      (n) => !name(n).startsWith('ana.'),
    ),
    of(
      'sw and ew',
      () => 'userName sw "ana." and externalId ew "1x5d7"',
      (n) => name(n).startsWith('ana.') && n % 10 === 1,
    ),
    of(
      'sw or ew',
      () => 'userName sw "ana." or externalId ew "1x5d7"',
      (n) => name(n).startsWith('ana.') || n % 10 === 1,
    ),
    { name: 'sortBy userName', query: () => '&sortBy=userName' },
    { name: 'the same, descending', query: () => '&sortBy=userName&sortOrder=descending' },
    of(
      'no index: title eq, all',
      () => 'title eq "Senior Account Executive"',
      () => true,
    ),
    of(
      'no index: name.familyName eq',
      () => 'name.familyName eq "lee"',
      (n) => familyNameOf(n) === 'Lee',
    ),
    of(
      'no index: title co, none',
      () => 'title co "nobody"',
      () => false,
    ),
  ];
}

/** Fills the directory step by step, and asks each question at each size. */
export async function measureFilters(report: Report, scale: Scale, directory: Directory): Promise<void> {
  report.section(`Filters, a page of ${PAGE} with its total, one request at a time`);
  const { server } = directory;
  const asked = questions(directory.run);
  const samples = new Map<string, Sample[]>(asked.map(({ name }) => [name, []]));
  const walks: Sample[][] = [];
  let beside: Sample | undefined;
  for (const users of scale.userCounts) {
    await drive(server, { concurrency: CONCURRENCY, count: users - directory.size, next: () => directory.create() });
    for (const each of asked) {
      const next = exchanges(directory, each);
      await drive(server, { concurrency: 1, seconds: scale.probe / 8, next });
      samples.get(each.name)?.push(await drive(server, { concurrency: 1, seconds: scale.probe / 2, next }));
    }
    walks.push(await walk(directory));
    const scan = exchanges(directory, asked.at(-1) as Asked);
    [, beside] = await Promise.all([
      drive(server, { concurrency: 1, seconds: scale.probe, next: scan }),
      drive(server, { concurrency: 1, seconds: scale.probe, next: () => directory.lookup('externalId') }),
    ]);
  }
  const [small, , large] = scale.userCounts;
  const cells = (each: readonly Sample[]): string[] => [
    ...each.map(({ p50, p99 }) => `${p50.toFixed(2)} / ${p99.toFixed(2)}`),
    figure(exponent(each[0]?.p50 ?? NaN, each.at(-1)?.p50 ?? NaN, small, large)),
  ];
  const head = ['p50 / p99, ms', ...scale.userCounts.map(thousands), 'exponent'];
  report.table(
    head,
    asked.map(({ name }) => [name, ...cells(samples.get(name) ?? [])]),
  );
  report.line();
  const pages = ['first pages', 'last pages'].map((name, at) => [name, ...cells(walks.map((walked) => walked[at] as Sample))]); // prettier-ignore
  report.table(['a cursor’s walk, p50 / p99, ms', ...head.slice(1)], pages);
  for (const { name, lookup } of asked) {
    if (!lookup) continue;
    const each = samples.get(name) ?? [];
    report.atMost(
      `${name}: exponent`,
      exponent(each[0]?.p50 ?? NaN, each.at(-1)?.p50 ?? NaN, small, large),
      LOOKUP_BOUND,
    );
  }
  const last = walks.at(-1);
  report.atMost('a walk’s last page / first page, p50', (last?.[1]?.p50 ?? NaN) / (last?.[0]?.p50 ?? NaN), 1.5);
  report.atMost('lookup beside a search without an index, p99', beside?.p99 ?? NaN, BESIDE_BOUND_MS, ' ms');
}

function exchanges(directory: Directory, { query, matches }: Asked): () => Exchange {
  const totals = new Map<number, number>();
  const size = directory.size;
  const total = (about: number): number => {
    let count = 0;
    for (let n = 0; n < size; n++) if (!matches || matches(n, about)) count++;
    return count;
  };
  // What depends on the person asked about would have to be counted for each; a few people will do.
  const people = Array.from({ length: 20 }, () => directory.any());
  for (const n of people) totals.set(n, total(n));
  let at = 0;
  return () => {
    const n = people[at++ % people.length] ?? 0;
    return {
      request: directory.get(`/Users?count=${PAGE}${query(n)}`),
      check: (answer) => expectAnswer(answer, 200, `"totalResults":${totals.get(n)},`),
    };
  };
}

/** Follows cursors through the whole list. @returns the first and the last pages */
async function walk(directory: Directory): Promise<Sample[]> {
  const samples: Sample[] = [];
  const count = 100;
  const pages = Math.ceil(directory.size / count);
  let cursor = '';
  const next = (): Exchange => ({
    request: directory.get(`/Users?count=${count}&cursor=${cursor}`),
    check: (answer) => {
      cursor = /"nextCursor":"([\w-]+)"/.exec(answer.body)?.[1] ?? '';
      return expectAnswer(answer, 200, `"totalResults":${directory.size},`, '"itemsPerPage":');
    },
  });
  // The total is counted for the first page alone, so that one is left out.
  const ends = Math.min(50, Math.floor((pages - 1) / 2));
  await drive(directory.server, { concurrency: 1, count: 1, next });
  for (const portion of [ends, pages - 1 - 2 * ends, ends]) {
    if (portion > 0) samples.push(await drive(directory.server, { concurrency: 1, count: portion, next }));
  }
  return [samples[0] as Sample, samples.at(-1) as Sample];
}
