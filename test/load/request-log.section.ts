import { Directory } from './directory.js';
import { drive, type Sample } from './drive.js';
import type { Report } from './report.js';
import { medianSample } from './rounds.js';
import { CONCURRENCY, type Scale } from './scale.js';
import { AppServer } from './servers.js';

/** Share of a request's processor time that remembering it may take. */
const MAX_SHARE = 0.03;
const LEVELS = ['none', 'summaries', 'bodies'] as const;
const KINDS = ['create', 'look-up'] as const;

/** What remembering successful calls costs: servers that differ in nothing else, taken in turns. */
export async function measureRequestLog(report: Report, scale: Scale): Promise<void> {
  report.section('Remembering calls');
  const subjects = await Promise.all(
    LEVELS.map(async (level) => {
      const server = await AppServer.start('scim-gateway', [], { REQUEST_LOG_SUCCESSES: level });
      const samples: Record<(typeof KINDS)[number], Sample[]> = { create: [], 'look-up': [] };
      return { level, server, directory: new Directory(server), samples };
    }),
  );
  const load = ({ server, directory }: (typeof subjects)[number], kind: (typeof KINDS)[number], seconds: number) =>
    drive(server, {
      concurrency: CONCURRENCY,
      seconds,
      next: () => (kind === 'create' ? directory.create() : directory.lookup('userName')),
      untilIdle: true,
    });
  for (const subject of subjects) await load(subject, 'create', scale.warmUp);
  for (let round = 0; round < scale.rounds * 3; round++) {
    // No subject always comes first.
    const turn = subjects.map((_, n) => subjects[(n + round) % subjects.length]).filter((one) => one !== undefined);
    for (const kind of KINDS) {
      for (const subject of turn) subject.samples[kind].push(await load(subject, kind, scale.createRound / 3));
    }
  }
  const rows = KINDS.flatMap((kind) =>
    subjects.map(({ level, samples }): [string, string, Sample] => [kind, level, medianSample(samples[kind])]),
  );
  report.samples(['', 'kept of successes'], rows);
  for (const kind of KINDS) {
    const cpuOf = (level: string) => rows.find(([of, kept]) => of === kind && kept === level)?.[2].cpu ?? NaN;
    const added = cpuOf('bodies') - cpuOf('none');
    report.line(`${kind}: ${added.toFixed(1)} µs of ${cpuOf('none').toFixed(0)} µs`);
    report.atMost(`${kind}: CPU with the request log / without`, cpuOf('bodies') / cpuOf('none'), 1 + MAX_SHARE);
  }
  for (const { server } of subjects) await server.kill();
}
