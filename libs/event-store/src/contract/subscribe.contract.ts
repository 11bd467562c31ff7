import type { EventBatch, EventStore, RecordedEvent } from '../event-store.port.js';
import {
  anEvent,
  collect,
  aTenant,
  expectStrictlyIncreasing,
  follow,
  ids,
  type OpenEventStore,
  places,
  someEvents,
} from './test-log.contract.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** Each of them reads the rest of the log over its own call, which a server has to bear. */
const MOST_FROM_MIDDLE = 8;

/** Writers of one stream each, all at once, in appends of one to three events. */
async function writeConcurrently(store: EventStore, names: readonly string[], eventsEach: number): Promise<void> {
  const write = async (name: string): Promise<void> => {
    for (let written = 0; written < eventsEach;) {
      const count = Math.min(1 + Math.floor(Math.random() * 3), eventsEach - written);
      await store.append(name, someEvents(count), written === 0 ? 'noStream' : written - 1);
      written += count;
      if (Math.random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(names.map(write));
}

export function subscribeContract(open: OpenEventStore): void {
  it('delivers what is in the log from the start, then reports that it caught up', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    const name = user();
    const { position } = await log.store.append(name, someEvents(5), 'noStream');
    const enough = (_: readonly RecordedEvent[], batch: EventBatch): boolean => batch.caughtUp;
    const { events, batches } = await follow(log.store, 'start', { streamPrefixes: prefixes }, enough);
    expect(places(events)).toEqual([0, 1, 2, 3, 4].map((n) => `${name}@${n}`));
    expect(events).toEqual(await collect(log.store.read(name)));
    expect(batches.at(-1)?.position).toBeGreaterThanOrEqual(position);
  });

  it('resumes after a position without gap or repetition', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    const name = user();
    await log.store.append(name, someEvents(6), 'noStream');
    const all = await collect(log.store.read(name));
    for (const [i, { position }] of all.slice(0, -1).entries()) {
      const rest = all.slice(i + 1);
      const options = { streamPrefixes: prefixes };
      const { events } = await follow(log.store, position, options, (seen) => seen.length >= rest.length);
      expect(ids(events)).toEqual(ids(rest));
    }
  });

  it('resumes after the position of any batch', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    await log.store.append(user(), someEvents(20), 'noStream');
    const options = { streamPrefixes: prefixes, maxBatchSize: 3 };
    const { events, batches } = await follow(log.store, 'start', options, (seen) => seen.length >= 20);
    for (const [i, batch] of batches.entries()) {
      const rest = events.slice(sum(batches.slice(0, i + 1).map((b) => b.events.length)));
      if (rest.length === 0) continue;
      const resumed = await follow(log.store, batch.position, options, (seen) => seen.length >= rest.length);
      expect(ids(resumed.events)).toEqual(ids(rest));
    }
  });

  it('delivers new events as they come', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    const name = user();
    await log.store.append(name, someEvents(1), 'noStream');
    let revision = 0;
    const { events } = await follow(
      log.store,
      'start',
      { streamPrefixes: prefixes },
      (seen) => seen.length >= 10,
      async (batch) => {
        // The next one is written only after this one was seen.
        if (batch.events.length > 0) ({ revision } = await log.store.append(name, someEvents(1), revision));
      },
    );
    expect(places(events)).toEqual(Array.from({ length: 10 }, (_, n) => `${name}@${n}`));
  });

  it('has no gap and no repetition while writers run, wherever it started', async () => {
    await using log = await open();
    const tenant = aTenant();
    const names = Array.from({ length: 16 }, () => tenant.user());
    const options = { streamPrefixes: tenant.prefixes };
    const end = anEvent();
    const untilEnd = (seen: readonly RecordedEvent[]): boolean => seen.at(-1)?.id === end.id;
    const begin = (await log.store.lastPosition()) ?? 'start';

    let hasBegun = (): void => undefined;
    const begun = new Promise<void>((resolve) => (hasBegun = resolve));
    const fromBegin = [7, 512].map((maxBatchSize) => follow(log.store, begin, { ...options, maxBatchSize }, untilEnd));
    // More start in the middle, from where a first one has just been: at the switch from catching up to live.
    const fromMiddle: { position: bigint; following: ReturnType<typeof follow> }[] = [];
    const first = follow(log.store, begin, options, untilEnd, ({ position, events }) => {
      if (events.length === 0 || events.at(-1)?.id === end.id || fromMiddle.length >= MOST_FROM_MIDDLE) return;
      hasBegun();
      if (fromMiddle.length > 0 && Math.random() < 0.7) return;
      fromMiddle.push({ position, following: follow(log.store, position, options, untilEnd) });
    });
    await log.store.append(tenant.group(), someEvents(1), 'noStream');
    await begun;
    await writeConcurrently(log.store, names, 60);
    await log.store.append(tenant.group(), [end], 'noStream');

    const written = await collect(log.store.readAll(begin, options));
    expect(written).toHaveLength(16 * 60 + 2);
    expectStrictlyIncreasing(written.map((event) => event.position));
    for (const following of [first, ...fromBegin]) expect(ids((await following).events)).toEqual(ids(written));
    expect(fromMiddle.length).toBeGreaterThan(0);
    for (const { position, following } of fromMiddle) {
      const expected = written.filter((event) => event.position > position);
      expect(ids((await following).events)).toEqual(ids(expected));
    }
  });

  it('serves several subscribers, each at its own pace', async () => {
    await using log = await open();
    const tenant = aTenant();
    const names = Array.from({ length: 4 }, () => tenant.user());
    const options = { streamPrefixes: tenant.prefixes };
    const all = (seen: readonly RecordedEvent[]): boolean => seen.length >= 400;
    const begin = (await log.store.lastPosition()) ?? 'start';
    const pause = (ms: number) => () => new Promise((resolve) => setTimeout(resolve, ms));
    const subscriptions = [
      follow(log.store, begin, options, all),
      follow(log.store, begin, options, all, pause(5)),
      follow(log.store, begin, { ...options, maxBatchSize: 40 }, all, pause(20)),
    ];
    await writeConcurrently(log.store, names, 100);
    const written = ids(await collect(log.store.readAll(begin, options)));
    for (const subscription of subscriptions) expect(ids((await subscription).events)).toEqual(written);
  });

  it('puts at most maxBatchSize events into a batch', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    await log.store.append(user(), someEvents(25), 'noStream');
    const options = { streamPrefixes: prefixes, maxBatchSize: 4 };
    const { batches } = await follow(log.store, 'start', options, (seen) => seen.length >= 25);
    expect(Math.max(...batches.map((batch) => batch.events.length))).toBeLessThanOrEqual(4);
    expect(batches.filter((batch) => batch.caughtUp && batch.events.length === 4)).toEqual([]);
  });

  it('delivers only streams with one of the prefixes and reports progress past the others', async () => {
    await using log = await open();
    const [wanted, other] = [aTenant(), aTenant()];
    const begin = (await log.store.lastPosition()) ?? 'start';
    const first = await log.store.append(wanted.user(), someEvents(1), 'noStream');
    for (let n = 0; n < 20; n++) await log.store.append(other.user(), someEvents(50), 'noStream');
    const passed = (_: readonly RecordedEvent[], batch: EventBatch): boolean => batch.position > first.position;
    const skipping = await follow(log.store, begin, { streamPrefixes: wanted.prefixes }, passed);
    expect(places(skipping.events)).toHaveLength(1);
    expectStrictlyIncreasing(skipping.batches.map((batch) => batch.position));

    // What is appended after the reported position is delivered to one who resumes there.
    const name = wanted.user();
    await log.store.append(name, someEvents(1), 'noStream');
    const resumeAt = skipping.batches.at(-1)?.position ?? 'start';
    const resumed = await follow(log.store, resumeAt, { streamPrefixes: wanted.prefixes }, (seen) => seen.length > 0);
    expect(places(resumed.events)).toEqual([`${name}@0`]);
  });

  it('has passed what was in the log before, followed or not, once it reports that it caught up', async () => {
    await using log = await open();
    const [wanted, other] = [aTenant(), aTenant()];
    const begin = (await log.store.lastPosition()) ?? 'start';
    const caughtUp = (_: readonly RecordedEvent[], batch: EventBatch): boolean => batch.caughtUp;
    const options = { streamPrefixes: wanted.prefixes };
    for (const name of [other.user(), wanted.user(), other.user()]) {
      const { position } = await log.store.append(name, someEvents(3), 'noStream');
      const { batches } = await follow(log.store, begin, options, caughtUp);
      expect(batches.at(-1)?.position).toBeGreaterThanOrEqual(position);
      // What comes next is delivered to one who resumes there.
      const next = wanted.user();
      await log.store.append(next, someEvents(1), 'noStream');
      const resumeAt = batches.at(-1)?.position ?? 'start';
      const resumed = await follow(log.store, resumeAt, options, (seen) => seen.length > 0);
      expect(places(resumed.events)).toEqual([`${next}@0`]);
    }
  });

  it('reports progress past what comes and is not followed, though nothing that is followed comes', async () => {
    await using log = await open();
    const [wanted, other] = [aTenant(), aTenant()];
    const begin = (await log.store.lastPosition()) ?? 'start';
    await log.store.append(wanted.user(), someEvents(1), 'noStream');
    let last: bigint | undefined;
    const passed = (_: readonly RecordedEvent[], { position }: EventBatch): boolean =>
      last !== undefined && position >= last;
    const { events } = await follow(log.store, begin, { streamPrefixes: wanted.prefixes }, passed, async (batch) => {
      if (last !== undefined || !batch.caughtUp) return;
      ({ position: last } = await log.store.append(other.user(), someEvents(3), 'noStream'));
    });
    expect(events).toHaveLength(1);
  });

  it.each([-1n, 2n ** 63n, 2n ** 64n - 1n])('refuses to go on at %s, which is no position', async (position) => {
    await using log = await open();
    const { signal } = new AbortController();
    const options = { signal, streamPrefixes: aTenant().prefixes };
    await expect(collect(log.store.subscribeToAll(position, options))).rejects.toBeInstanceOf(RangeError);
  });

  it('delivers only acknowledged or readable events', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    const names = Array.from({ length: 8 }, () => user());
    const begin = (await log.store.lastPosition()) ?? 'start';
    const following = follow(
      log.store,
      begin,
      { streamPrefixes: prefixes },
      (seen) => seen.length >= 160,
      async (batch) => {
        const last = batch.events.at(-1);
        if (!last) return;
        const read = await collect(log.store.read(last.stream, { from: last.revision, limit: 1 }));
        expect(ids(read)).toEqual([last.id]);
      },
    );
    await writeConcurrently(log.store, names, 20);
    await following;
  });

  describe('ends normally when the signal aborts', () => {
    it('before the first batch', async () => {
      await using log = await open();
      const signal = AbortSignal.abort();
      expect(await collect(log.store.subscribeToAll('start', { signal }))).toEqual([]);
    });

    it('while it waits for events', async () => {
      await using log = await open();
      const abort = new AbortController();
      const { position } = await log.store.append(aTenant().user(), someEvents(1), 'noStream');
      const options = { signal: abort.signal, streamPrefixes: aTenant().prefixes };
      const waiting = collect(log.store.subscribeToAll(position, options));
      setTimeout(() => abort.abort(), 20);
      expect((await waiting).flatMap((batch) => batch.events)).toEqual([]);
    });

    it('in the middle of the log', async () => {
      await using log = await open();
      const { user, prefixes } = aTenant();
      await log.store.append(user(), someEvents(30), 'noStream');
      const options = { streamPrefixes: prefixes, maxBatchSize: 10 };
      const { events } = await follow(log.store, 'start', options, (seen) => seen.length > 0);
      expect(events.length).toBeLessThanOrEqual(10);
    });
  });
}
