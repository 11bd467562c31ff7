import { jest } from '@jest/globals';
import type { EventBatch } from '#event-store';
import { FakeEventLog } from './fakes/event-log.fake.js';
import { PermanentFailure } from './failures.js';
import { followLog, type FollowLogOptions } from './follow-log.js';

const retry = { initialMs: 1, maxMs: 4 };

describe('followLog', () => {
  let store: FakeEventLog;
  let handled: string[];
  let parked: string[];
  let progressed: (() => void)[];

  beforeEach(() => {
    store = new FakeEventLog();
    handled = [];
    parked = [];
    progressed = [];
  });

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => progressed.push(resolve));
  }

  function note(batch: EventBatch): void {
    handled.push(...batch.events.map(({ id }) => id));
    setImmediate(() => progressed.splice(0).forEach((resolve) => resolve()));
  }

  function follow(options: Partial<FollowLogOptions> = {}) {
    return followLog({
      name: 'test',
      store,
      after: 'start',
      retry,
      handle: async (batch) => note(batch),
      onParked: (event) => void parked.push(event.id),
      ...options,
    });
  }

  const recordMany = (count: number) => Array.from({ length: count }, () => store.record('user-acme.1', 'Happened'));
  const ids = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `event-${from + i}`);

  it('hands over every event after a position, in order, then what comes', async () => {
    recordMany(10);
    const follower = follow({ after: 30n, maxBatchSize: 3 });
    await until(() => handled.length === 7);
    recordMany(2);
    await until(() => handled.length === 9);
    await follower.stop();
    expect(handled).toEqual(ids(9, 3));
    expect(follower.position).toBe(120n);
    expect(follower.lag).toBe(0);
  });

  it('handles one batch at a time, and tells progress past filtered-out events', async () => {
    store.record('group-acme.1', 'Happened');
    const positions: bigint[] = [];
    let running = 0;
    const follower = follow({
      streamPrefixes: ['user-'],
      maxBatchSize: 1,
      handle: async (batch) => {
        expect((running += 1)).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        positions.push(batch.position);
        note(batch);
      },
    });
    recordMany(3);
    await until(() => handled.length === 3);
    await follower.stop();
    expect(positions).toEqual([10n, 20n, 30n, 40n]);
  });

  it('tries a failing batch again until it succeeds, and knows its lag meanwhile', async () => {
    recordMany(3);
    let attempts = 0;
    const follower = follow({
      handle: async (batch) => {
        attempts += 1;
        if (attempts < 4) throw new Error('away');
        expect(follower.failing).toBe(true);
        note(batch);
      },
    });
    await until(() => handled.length === 3);
    await follower.stop();
    expect(attempts).toBe(4);
    expect(follower.failing).toBe(false);
    expect(parked).toEqual([]);
  });

  it('subscribes again after the last handled batch when the store is away', async () => {
    recordMany(4);
    const follower = follow();
    await until(() => handled.length === 4);
    store.failReads(3);
    recordMany(4);
    await until(() => handled.length === 8);
    await follower.stop();
    expect(handled).toEqual(ids(8));
    expect(store.subscriptions.length).toBeGreaterThanOrEqual(3);
    expect(store.subscriptions.at(-1)).toBe(40n);
  });

  it('parks the event a permanent failure names, in its place, and goes on', async () => {
    const [, second] = recordMany(4);
    const follower = follow({
      handle: async (batch) => {
        if (batch.events.some(({ id }) => id === second?.id)) throw new PermanentFailure('bad', second);
        note(batch);
      },
    });
    await until(() => handled.length === 3);
    await follower.stop();
    expect(handled).toEqual(['event-0', 'event-2', 'event-3']);
    expect(parked).toEqual(['event-1']);
    expect(follower.position).toBe(40n);
  });

  it('finds the failing events itself where the failure names none', async () => {
    recordMany(20);
    const bad = new Set(['event-3', 'event-4', 'event-19']);
    const follower = follow({
      handle: async (batch) => {
        if (batch.events.some(({ id }) => bad.has(id))) throw new PermanentFailure('bad');
        note(batch);
      },
    });
    await until(() => handled.length === 17);
    recordMany(1);
    await until(() => handled.length === 18);
    await follower.stop();
    expect(handled).toEqual(ids(21).filter((id) => !bad.has(id)));
    expect(parked).toEqual([...bad]);
  });

  it('loses no event when parking itself fails', async () => {
    recordMany(1);
    let calls = 0;
    const follower = follow({
      handle: async (batch) => {
        if (batch.events.length > 0) throw new PermanentFailure('bad');
        note(batch);
      },
      onParked: async (event) => {
        calls += 1;
        if (calls < 3) throw new PermanentFailure('the parking store is away');
        parked.push(event.id);
      },
    });
    await until(() => parked.length === 1);
    await follower.stop();
    expect(calls).toBe(3);
    expect(follower.position).toBe(10n);
  });

  describe('gathering', () => {
    const gatherMs = 60_000;
    // Time stands: no rest ends by itself.
    beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
    afterEach(() => void jest.useRealTimers());
    const turns = async () => {
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
    };

    it('takes what comes after a rest at once, and leaves what follows to gather until somebody hurries', async () => {
      const batches: string[][] = [];
      const handle = async (batch: EventBatch) => {
        batches.push(batch.events.map(({ id }) => id));
        note(batch);
      };
      const follower = follow({ gatherMs, handle });
      recordMany(400);
      await until(() => handled.length === 400);
      recordMany(1);
      await turns();
      recordMany(2);
      await turns();
      expect(batches).toHaveLength(1);
      follower.hurry(store.events.at(-1)?.position ?? 0n);
      await until(() => handled.length === 403);
      expect(batches.slice(1)).toEqual([['event-400', 'event-401', 'event-402']]);
      await follower.stop();
    });

    it('hardly rests after few events: 10 ms for each', async () => {
      const follower = follow({ gatherMs });
      recordMany(1);
      await until(() => handled.length === 1);
      for (let event = 2; event <= 5; event++) {
        recordMany(1);
        jest.advanceTimersByTime(9);
        await turns();
        expect(handled.length).toBe(event - 1);
        jest.advanceTimersByTime(1);
        await until(() => handled.length === event);
      }
      await follower.stop();
    });

    it('does not gather what somebody hurried for while a batch was in hand', async () => {
      let go = (): void => undefined;
      const held = new Promise<void>((resolve) => (go = resolve));
      recordMany(400);
      const follower = follow({
        gatherMs,
        handle: async (batch) => {
          if (batch.events[0]?.id === 'event-0') await held;
          note(batch);
        },
      });
      await turns();
      recordMany(1);
      follower.hurry(store.events.at(-1)?.position ?? 0n);
      go();
      await until(() => handled.length === 401);
      await follower.stop();
    });

    it('does not rest while it is behind, and stops while it rests', async () => {
      recordMany(9);
      const follower = follow({ gatherMs, maxBatchSize: 2 });
      await until(() => handled.length === 9);
      await turns();
      await follower.stop();
      expect(follower.position).toBe(90n);
    });
  });

  it('stops during a pause, and by its signal, without trying again', async () => {
    recordMany(1);
    let fail = (): void => undefined;
    const failed = new Promise<void>((resolve) => (fail = resolve));
    const controller = new AbortController();
    let attempts = 0;
    const follower = follow({
      retry: { initialMs: 60_000, maxMs: 60_000 },
      signal: controller.signal,
      handle: async () => {
        attempts += 1;
        fail();
        throw new Error('away');
      },
    });
    await failed;
    controller.abort();
    await follower.done;
    await follower.stop();
    expect(attempts).toBe(1);
    expect(follower.position).toBeUndefined();
  });
});
