import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialDirectory, hashToken, RecentSettings, TokenUses } from '#access';
import { tenantSettings } from '#projections';
import type { ReadModels, WriteOperation } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { figure, type Report, thousands } from './report.js';

const COUNTS = [10, 1_000_000] as const;
const TENANTS = 1_000;
const BATCH = 10_000;
/** The sizes take turns, so that whatever else the machine does meets both. */
const ROUNDS = 10;
const LOOKUPS_PER_ROUND = 200;
/** A look-up among all of them costs at most so many times one among the fewest. A tree a few levels deeper is below that. */
const BOUND = 3;

const tokenOf = (n: number): string => `bench${n}`.padEnd(64, 'x');

/** What it costs to know a caller by their token, in this process and without HTTP, among few tokens and among many. */
export async function measureTokens(report: Report): Promise<void> {
  report.section('Knowing a token, one at a time');
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-tokens-'));
  const opened: ReadModels[] = [];
  try {
    for (const count of COUNTS) {
      const models = await openLmdbReadModels({ directory: join(directory, `${count}`), durability: 'rebuildable' });
      opened.push(models);
      await fill(models, count);
    }
    const kinds = ['read from the read model', 'known in memory', 'never issued'];
    const samples = COUNTS.map(() => kinds.map((): number[] => []));
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [size, models] of opened.entries()) {
        const taken = await measure(models, COUNTS[size] ?? 0);
        // The first round warms up.
        if (round > 0) taken.forEach((each, kind) => samples[size]?.[kind]?.push(...each));
      }
    }
    const costs = samples.map((each) => each.map(p50));
    report.table(
      ['p50, us', ...kinds],
      costs.map((each, size) => [`${thousands(COUNTS[size] ?? 0)} tokens`, ...each.map(figure)]),
    );
    for (const [kind, name] of kinds.entries()) {
      const ratio = (costs[1]?.[kind] ?? NaN) / (costs[0]?.[kind] ?? NaN);
      report.atMost(`a token ${name}, among 1,000,000 / among 10`, ratio, BOUND);
    }
  } finally {
    for (const models of opened) await models[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  }
}

async function fill(models: ReadModels, count: number): Promise<void> {
  for (const collection of tenantSettings.collections) await models.declare(collection);
  await models.write({ operations: Array.from({ length: TENANTS }, (_, n) => owners(n)).flat() });
  for (let start = 0; start < count; start += BATCH) {
    const length = Math.min(BATCH, count - start);
    await models.write({ operations: Array.from({ length }, (_, n) => credential(start + n)) });
  }
}

function owners(n: number): WriteOperation[] {
  const tenant = `t${n}`;
  const connection = { _id: `c${n}`, connectionId: `c${n}`, tenant, idp: 'generic', name: 'Bench' };
  return [
    { type: 'put', collection: 'tenants', document: { _id: tenant, slug: tenant, name: tenant } as { _id: string } },
    { type: 'put', collection: 'connections', document: connection },
  ];
}

/** It matters only while the read models are away. */
const NO_TENANT = '';

function credential(n: number): WriteOperation {
  const of = n % TENANTS;
  const facts = { tenant: `t${of}`, connectionId: `c${of}`, name: 'bench', lastFour: 'xxxx', issuedAt: '2026-01-01' };
  const document = { _id: `k${n}`, tokenHash: hashToken(tokenOf(n)), ...facts };
  return { type: 'put', collection: 'credentials', document };
}

/** @returns microseconds of each look-up: not in memory, in memory, never issued */
async function measure(models: ReadModels, count: number): Promise<number[][]> {
  const anyToken = (): string => tokenOf(Math.floor(Math.random() * count));
  const cold: number[] = [];
  for (let n = 0; n < LOOKUPS_PER_ROUND; n++) {
    const directory = newDirectory(models);
    const token = anyToken();
    cold.push(await clock(() => directory.lookup(token, NO_TENANT), 'known'));
  }
  const known = newDirectory(models);
  const inUse = Array.from({ length: Math.min(count, 1_000) }, anyToken);
  for (const token of inUse) await known.lookup(token, NO_TENANT);
  const warm: number[] = [];
  for (let n = 0, at = 0; n < LOOKUPS_PER_ROUND; n++) {
    const begun = performance.now();
    // Each is far shorter than the clock can tell: milliseconds for a thousand are microseconds for one.
    for (let m = 0; m < 1_000; m++) {
      const found = known.lookup(inUse[at++ % inUse.length] ?? '', NO_TENANT);
      if (found instanceof Promise || found.outcome !== 'known') throw new Error('a token in use was not in memory');
    }
    warm.push(performance.now() - begun);
  }
  const unknown: number[] = [];
  for (let n = 0; n < LOOKUPS_PER_ROUND; n++) {
    const token = tokenOf(-1 - Math.floor(Math.random() * 1e9));
    unknown.push(await clock(() => known.lookup(token, NO_TENANT), 'unknown'));
  }
  return [cold, warm, unknown];
}

function newDirectory(models: ReadModels): CredentialDirectory {
  const recent = new RecentSettings();
  recent.begin(-1n, -1n);
  const uses = new TokenUses({ store: models, now: Date.now, log: { warn: () => undefined } });
  return new CredentialDirectory({ readModels: models, now: Date.now, passed: () => -1n, uses }, recent);
}

/** @returns microseconds */
async function clock(lookup: () => unknown, expected: string): Promise<number> {
  const begun = performance.now();
  const found = (await lookup()) as { outcome: string };
  const took = performance.now() - begun;
  if (found.outcome !== expected) throw new Error(`expected a token that is ${expected}, not ${found.outcome}`);
  return took * 1_000;
}

const p50 = (samples: readonly number[]): number => [...samples].sort((a, b) => a - b)[samples.length >> 1] ?? NaN;
