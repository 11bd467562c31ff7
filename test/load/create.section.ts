import { Directory } from './directory.js';
import { drive, type Load, type Sample, type Target } from './drive.js';
import { countPeople } from './people.js';
import type { Report } from './report.js';
import { medianSample } from './rounds.js';
import { CONCURRENCY, type Scale } from './scale.js';
import { type AppName, AppServer, isBuilt, startLmdbLoop } from './servers.js';
import { echo } from './yardsticks.js';

/** What a create may cost, as ratios to the yardsticks: rate at least, processor time at most. */
const BARS: Record<AppName, { label: string; rate: number; cpu: number }> = {
  'scim-gateway': { label: 'gateway and projections alone', rate: 0.4, cpu: 2.5 },
  standalone: { label: 'with relay, views and both products', rate: 0.25, cpu: 5 },
};
/** Every user in wellness's and in the HR assistant's list. */
const PRODUCTS = ['wellness', 'hr-assistant'];

/** Durable create against its two yardsticks, taken in turns because the machine's speed drifts. */
export async function measureCreate(report: Report, scale: Scale, yardsticks: Target): Promise<void> {
  report.section('Durable create');
  const lmdbLoop = await startLmdbLoop();
  const apps = (['scim-gateway', 'standalone'] as const).filter(isBuilt);
  const subjects: { app: AppName; server: AppServer; directory: Directory; samples: Sample[] }[] = [];
  for (const app of apps) {
    const server = await AppServer.start(app);
    subjects.push({ app, server, directory: new Directory(server), samples: [] });
  }
  const echoes: Sample[] = [];
  const loops: Sample[] = [];
  const echoLoad = (seconds: number): Load => ({ concurrency: CONCURRENCY, seconds, next: echo });
  // Sustained: the time until projections and products have caught up counts, and so does their processor time.
  const createLoad = (directory: Directory, seconds: number, concurrency = CONCURRENCY): Load => ({
    concurrency,
    seconds,
    next: () => directory.create(),
    untilIdle: true,
  });

  await drive(yardsticks, echoLoad(scale.warmUp / 2));
  await lmdbLoop({ writers: CONCURRENCY, seconds: scale.warmUp / 4 });
  for (const { server, directory } of subjects) await drive(server, createLoad(directory, scale.warmUp));
  for (let round = 0; round < scale.rounds; round++) {
    echoes.push(await drive(yardsticks, echoLoad(scale.yardstickRound)));
    loops.push(await lmdbLoop({ writers: CONCURRENCY, seconds: scale.yardstickRound / 2 }));
    for (const { server, directory, samples } of subjects) {
      samples.push(await drive(server, createLoad(directory, scale.createRound)));
    }
  }
  echoes.push(await drive(yardsticks, echoLoad(scale.yardstickRound)));

  const [echoed, looped] = [medianSample(echoes), medianSample(loops)];
  const rows: [string, string, Sample][] = [
    ['Nest echo of the same body', String(CONCURRENCY), echoed],
    ['LMDB loop of the same bytes', String(CONCURRENCY), looped],
    ['LMDB loop of the same bytes', '1', await lmdbLoop({ writers: 1, seconds: scale.probe / 2 })],
  ];
  for (const { app, server, directory, samples } of subjects) {
    rows.push([`create, ${app}`, String(CONCURRENCY), medianSample(samples)]);
    for (const concurrency of [1, 16]) {
      const sample = await drive(server, createLoad(directory, scale.probe, concurrency));
      rows.push([`create, ${app}`, String(concurrency), sample]);
    }
  }
  report.samples(['', 'concurrency'], rows);
  for (const app of ['scim-gateway', 'standalone'] as const) {
    const { label, rate, cpu } = BARS[app];
    const subject = subjects.find((one) => one.app === app);
    const sample = subject && medianSample(subject.samples);
    const slower = Math.min(echoed.rate, looped.rate);
    report.atLeast(`create, ${label}: rate / slower yardstick`, (sample?.rate ?? NaN) / slower, rate);
    report.atMost(`create, ${label}: CPU / echo's CPU`, (sample?.cpu ?? NaN) / echoed.cpu, cpu);
  }
  for (const { app, server, directory } of subjects) {
    if (app === 'standalone') {
      for (const product of PRODUCTS) await countPeople(server, product, directory.size);
      report.line(`Both products list all ${directory.size} people created.`);
    }
    await server.kill();
  }
}
