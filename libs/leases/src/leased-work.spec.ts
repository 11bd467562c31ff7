import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadModels, ReadModelsUnavailable } from '#read-models';
import { openLmdbReadModels } from '#read-models/lmdb';
import { FakeLeaseClock } from './fakes/lease-clock.fake.js';
import { type LeasedWork, workUnderLease } from './leased-work.js';

const LEASE = 'lease/projector';

describe('work under a lease', () => {
  let directory: string;
  let models: ReadModels;
  let clock: FakeLeaseClock;
  let started: Process[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-leases-'));
    models = await openLmdbReadModels({ directory, durability: 'rebuildable' });
    started = [];
    clock = new FakeLeaseClock(async () => {
      await new Promise(setImmediate);
      // Batches are written in the order of the calls, so an empty one tells that those before it are done with.
      await models.write({ operations: [] });
      await new Promise(setImmediate);
    });
  });
  afterEach(async () => {
    for (const process of started) process.line = 'open';
    await Promise.all(started.map(({ lease }) => lease.stop()));
    await models[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  /** A process of its own, with its own line to the read models. */
  class Process {
    /** `cut`: fails at once; `mute`: never answers; `oneWay`: writes land, and their answers are lost. */
    line: 'open' | 'cut' | 'mute' | 'oneWay' = 'open';
    working = false;
    times = 0;
    /** What the work does until it is told to end. */
    work: (signal: AbortSignal) => Promise<void> = (signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    readonly lease: LeasedWork;

    constructor() {
      this.lease = workUnderLease({
        name: 'projector',
        clock,
        models: {
          checkpoint: (name) => this.#over(() => models.checkpoint(name)),
          write: async (batch) => {
            const lost = this.line === 'oneWay';
            await this.#over(() => models.write(batch));
            if (lost) throw new ReadModelsUnavailable('the answer was lost');
          },
        },
        work: async (signal) => {
          this.working = true;
          this.times += 1;
          try {
            await this.work(signal);
          } finally {
            this.working = false;
          }
        },
      });
      started.push(this);
    }

    async #over<T>(call: () => Promise<T>): Promise<T> {
      if (this.line === 'mute') return new Promise(() => undefined);
      if (this.line === 'cut') throw new ReadModelsUnavailable('cut');
      return call();
    }
  }

  it('begins at once where nobody holds the lease', async () => {
    const only = new Process();
    await clock.pass(0);
    expect([only.working, only.lease.held]).toEqual([true, true]);
  });

  it('is done by one of several for as long as that one lives', async () => {
    const processes = [new Process(), new Process(), new Process()];
    await clock.pass(20_000);
    expect(processes.filter(({ working }) => working)).toHaveLength(1);
    expect(processes.reduce((sum, { times }) => sum + times, 0)).toBe(1);
  });

  it.each(['cut', 'mute'] as const)(
    'is taken over within 10 s from one whose line is %s, which has ended by then',
    async (line) => {
      const first = new Process();
      await clock.pass(3_000);
      const second = new Process();
      await clock.pass(3_000);
      first.line = line;
      let overlap = false;
      let after = 0;
      for (; after < 10_000 && !second.working; after += 100) {
        await clock.pass(100);
        overlap ||= first.working && second.working;
      }
      expect(second.working).toBe(true);
      expect([first.working, first.lease.held, overlap]).toEqual([false, false, false]);
      expect(after).toBeGreaterThan(3_000); // not on the first silence

      first.line = 'open';
      await clock.pass(20_000);
      expect([first.working, second.working]).toEqual([false, true]);
    },
  );

  it('goes at once to another when its holder stops', async () => {
    const first = new Process();
    await clock.pass(500);
    const second = new Process();
    await clock.pass(5_000);
    const stopped = first.lease.stop();
    await clock.pass(1_000);
    await stopped;
    expect([first.working, second.working]).toEqual([false, true]);
  });

  it('is renewed while its holder finishes, and given up only then', async () => {
    const first = new Process();
    let finish = (): void => undefined;
    first.work = () => new Promise((resolve) => (finish = resolve));
    await clock.pass(500);
    const second = new Process();
    const stopped = first.lease.stop();
    await clock.pass(20_000);
    expect([first.working, second.working]).toEqual([true, false]);
    finish();
    await clock.pass(1_000);
    await stopped;
    expect([first.working, second.working]).toEqual([false, true]);
  });

  it('ends with its holder as soon as a renewal is refused', async () => {
    const holder = new Process();
    await clock.pass(2_000);
    const place = (await models.checkpoint(LEASE)) as bigint;
    await models.write({ operations: [], checkpoint: { name: LEASE, position: place + (5n << 64n) } });
    await clock.pass(1_000);
    expect([holder.working, holder.lease.held]).toEqual([false, false]);
    await clock.pass(7_000); // whoever moved it is silent
    expect(holder.times).toBe(2);
  });

  it('is taken and kept though no move of it is ever answered', async () => {
    const process = new Process();
    process.line = 'oneWay';
    await clock.pass(900);
    expect(process.working).toBe(false);
    await clock.pass(20_000);
    expect([process.working, process.times]).toEqual([true, 1]);
  });

  it('begins again where it ended by itself, or failed', async () => {
    const process = new Process();
    process.work = () => Promise.reject(new Error('broken'));
    await clock.pass(4_500);
    expect(process.times).toBeGreaterThanOrEqual(4);
    expect(process.lease.held).toBe(false);
  });

  it('waits for read models that are away, and stops though they do not answer', async () => {
    const process = new Process();
    process.line = 'cut';
    const mute = new Process();
    mute.line = 'mute';
    await clock.pass(3_000);
    process.line = 'open';
    await clock.pass(1_000);
    expect(process.working).toBe(true);
    process.line = 'mute';
    const stopped = Promise.all([process.lease.stop(), mute.lease.stop()]);
    await clock.pass(5_000);
    await stopped;
  });

  it('needs time for more than one renewal', () => {
    const work = async (): Promise<void> => undefined;
    expect(() => workUnderLease({ name: 'x', models, work, renewMs: 1_000, takeoverMs: 2_000 })).toThrow(RangeError);
  });
});
