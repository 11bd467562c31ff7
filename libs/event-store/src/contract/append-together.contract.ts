import {
  type EventStore,
  EventStoreUnavailable,
  type RecordedEvent,
  type StreamWrite,
  WrongExpectedRevision,
} from '../event-store.port.js';
import {
  aTenant,
  collect,
  type EventStoreUnderTest,
  expectStrictlyIncreasing,
  follow,
  ids,
  type OpenEventStore,
  someEvents,
} from './test-log.contract.js';

type TogetherStore = EventStore & Required<Pick<EventStore, 'appendTogether'>>;

const offersIt = (store: EventStore): store is TogetherStore => store.appendTogether !== undefined;

const write = (stream: string, count = 1, expected: number | 'noStream' = 'noStream'): StreamWrite => ({
  stream,
  events: someEvents(count),
  expected,
});

const writtenIds = (writes: readonly StreamWrite[]): string[] => writes.flatMap(({ events }) => ids(events));
const stored = async (store: EventStore, name: string): Promise<string[]> => ids(await collect(store.read(name)));
const succeeded = (outcomes: readonly PromiseSettledResult<unknown>[]): boolean[] =>
  outcomes.map(({ status }) => status === 'fulfilled');

export function appendTogetherContract(open: OpenEventStore): void {
  /** A test for the stores that have the capability; the others are not asked. */
  const itWhereOffered = (
    title: string,
    test: (store: TogetherStore, log: EventStoreUnderTest) => Promise<void>,
  ): void =>
    it(title, async () => {
      await using log = await open();
      if (offersIt(log.store)) await test(log.store, log);
    });

  itWhereOffered('answers for each write with revision and position of its last event', async (store) => {
    const { user, group } = aTenant();
    const [first, second] = [user(), group()];
    await store.append(second, someEvents(2), 'noStream');
    const results = await store.appendTogether([write(first, 3), write(second, 1, 1)]);
    expect(results.map(({ revision }) => revision)).toEqual([2, 2]);
    const last = await Promise.all([first, second].map((name) => collect(store.read(name, { from: 2 }))));
    expect(last.flat().map(({ position }) => position)).toEqual(results.map(({ position }) => position));
  });

  itWhereOffered(
    'puts the events next to each other, in the order of the writes, while others write',
    async (store) => {
      const { user } = aTenant();
      const begin = (await store.lastPosition()) ?? 'start';
      const calls = Array.from({ length: 20 }, () => [write(user(), 2), write(user(), 1), write(user(), 3)]);
      await Promise.all([
        ...calls.map((writes) => store.appendTogether(writes)),
        ...calls.map(() => store.append(user(), someEvents(2), 'noStream')),
      ]);
      const log = await collect(store.readAll(begin));
      expectStrictlyIncreasing(log.map(({ position }) => position));
      for (const writes of calls) {
        const expected = writtenIds(writes);
        const from = log.findIndex(({ id }) => id === expected[0]);
        expect(ids(log.slice(from, from + expected.length))).toEqual(expected);
      }
    },
  );

  itWhereOffered('keeps every acknowledged event', async (store, log) => {
    const { user, prefixes } = aTenant();
    const writes = [write(user(), 2), write(user(), 1)];
    const results = await store.appendTogether(writes);
    const reopened = await log.reopen();
    expect(ids(await collect(reopened.readAll('start', { streamPrefixes: prefixes })))).toEqual(writtenIds(writes));
    expect(await reopened.appendTogether?.(writes)).toEqual(results);
  });

  it.each<[string, readonly number[]]>([
    ['the first', [0]],
    ['the last', [2]],
    ['two', [1, 2]],
  ])('writes nothing when %s of the streams conflict, and names the first of them', async (_, conflicting) => {
    await using log = await open();
    const { store } = log;
    if (!offersIt(store)) return;
    const { user } = aTenant();
    const names = [user(), user(), user()];
    for (const i of conflicting) await store.append(names[i] ?? '', someEvents(1), 'noStream');
    const refusal = store.appendTogether(names.map((name) => write(name, 2)));
    await expect(refusal).rejects.toBeInstanceOf(WrongExpectedRevision);
    await expect(refusal).rejects.toMatchObject({ stream: names[conflicting[0] ?? 0], expected: 'noStream' });
    const counts = await Promise.all(names.map(async (name) => (await stored(store, name)).length));
    expect(counts).toEqual(names.map((__, i) => (conflicting.includes(i) ? 1 : 0)));
  });

  itWhereOffered('refuses a revision of a stream never written', async (store) => {
    const { user } = aTenant();
    const [first, second] = [user(), user()];
    const refusal = store.appendTogether([write(first), write(second, 1, 0)]);
    await expect(refusal).rejects.toMatchObject({ name: 'WrongExpectedRevision', stream: second });
    expect(await stored(store, first)).toEqual([]);
  });

  itWhereOffered('refuses nothing to write, and a stream named twice', async (store) => {
    const name = aTenant().user();
    await expect(store.appendTogether([])).rejects.toBeInstanceOf(RangeError);
    await expect(store.appendTogether([write(name), write(name, 1, 0)])).rejects.toBeInstanceOf(RangeError);
    expect(await stored(store, name)).toEqual([]);
  });

  describe('in a race', () => {
    it.each([0, 1])('with a plain append to one of the streams, exactly one wins (order %d)', async (order) => {
      await using log = await open();
      const { store } = log;
      if (!offersIt(store)) return;
      const { user } = aTenant();
      for (const contested of [0, 1]) {
        const writes = [write(user(), 2), write(user(), 2)];
        const name = writes[contested]?.stream ?? '';
        const rival = someEvents(1);
        const race = [() => store.appendTogether(writes), () => store.append(name, rival, 'noStream')];
        if (order === 1) race.reverse();
        const outcomes = await Promise.allSettled<unknown>(race.map((start) => start()));
        expect(succeeded(outcomes).toSorted()).toEqual([false, true]);
        const lost = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
        expect(lost.reason).toBeInstanceOf(WrongExpectedRevision);
        const togetherWon = succeeded(outcomes)[order] === true;
        for (const { stream, events } of writes) {
          const expected = togetherWon ? ids(events) : stream === name ? ids(rival) : [];
          expect(await stored(store, stream)).toEqual(expected);
        }
      }
    });

    itWhereOffered(
      'of two that share a stream or name the same ones the other way round, exactly one wins',
      async (store) => {
        const { user } = aTenant();
        const [a, b, c] = [user(), user(), user()];
        const [d, e] = [user(), user()];
        const pairs = [
          [
            [write(a), write(b)],
            [write(b), write(c)],
          ],
          [
            [write(d), write(e)],
            [write(e), write(d)],
          ],
        ];
        for (const rivals of pairs) {
          const outcomes = await Promise.allSettled(rivals.map((writes) => store.appendTogether(writes)));
          expect(succeeded(outcomes).toSorted()).toEqual([false, true]);
          const winner = rivals[succeeded(outcomes).indexOf(true)] ?? [];
          const found = await Promise.all(
            [...new Set(rivals.flat().map(({ stream }) => stream))].map((name) => stored(store, name)),
          );
          expect(found.flat().toSorted()).toEqual(writtenIds(winner).toSorted());
        }
      },
    );

    itWhereOffered('many writers who look and try again all succeed, each wholly', async (store) => {
      const tenant = aTenant();
      const names = [tenant.user(), tenant.user(), tenant.user()];
      const at = async (name: string): Promise<number | 'noStream'> => {
        const revision = (await stored(store, name)).length - 1;
        return revision < 0 ? 'noStream' : revision;
      };
      const tryUntilWritten = async (attempt: () => Promise<unknown>): Promise<void> => {
        for (;;) {
          const outcome = await attempt().catch((error: unknown) => error);
          if (!(outcome instanceof Error)) return;
          expect(outcome).toBeInstanceOf(WrongExpectedRevision);
        }
      };
      const calls = Array.from({ length: 20 }, (_, n) => [write(names[n % 3] ?? ''), write(names[(n + 1) % 3] ?? '')]);
      const together = calls.map((writes) => async () => {
        const now = writes.map(async (one) => ({ ...one, expected: await at(one.stream) }));
        return store.appendTogether(await Promise.all(now));
      });
      const plain = names.map((name) => async () => store.append(name, someEvents(1), await at(name)));
      await Promise.all([...together, ...plain].map(tryUntilWritten));
      const log = await collect(store.readAll('start', { streamPrefixes: tenant.prefixes }));
      expect(log).toHaveLength(calls.length * 2 + names.length);
      const order = ids(log);
      for (const writes of calls) {
        const [first, second] = writtenIds(writes).map((id) => order.indexOf(id));
        expect(second).toBe((first ?? NaN) + 1);
      }
    });
  });

  describe('repeated with the same event ids', () => {
    itWhereOffered('answers with the first places, also after later events', async (store) => {
      const { user } = aTenant();
      const [first, second] = [user(), user()];
      await store.append(second, someEvents(1), 'noStream');
      const writes = [write(first, 2), write(second, 2, 0)];
      const results = await store.appendTogether(writes);
      expect(await store.appendTogether(writes)).toEqual(results);
      await store.append(first, someEvents(1), 1);
      expect(await store.appendTogether(writes)).toEqual(results);
      expect([(await stored(store, first)).length, (await stored(store, second)).length]).toEqual([3, 3]);
    });

    itWhereOffered('writes once when both calls run at the same time', async (store) => {
      const { user } = aTenant();
      const writes = [write(user(), 2), write(user())];
      const [first, second] = await Promise.all([store.appendTogether(writes), store.appendTogether(writes)]);
      expect(second).toEqual(first);
      for (const { stream, events } of writes) expect(await stored(store, stream)).toEqual(ids(events));
    });

    itWhereOffered('is refused when only some of the writes are the same', async (store) => {
      const { user } = aTenant();
      const [known, other, taken] = [write(user()), write(user()), write(user())];
      await store.append(known.stream, known.events, 'noStream');
      await store.append(taken.stream, someEvents(1), 'noStream');
      for (const writes of [
        [known, other],
        [other, known],
        [known, taken],
      ]) {
        await expect(store.appendTogether(writes)).rejects.toBeInstanceOf(WrongExpectedRevision);
      }
      expect(await stored(store, other.stream)).toEqual([]);
    });
  });

  itWhereOffered('lets a subscriber who sees one event read all of them, and delivers them in order', async (store) => {
    const tenant = aTenant();
    const begin = (await store.lastPosition()) ?? 'start';
    const calls = Array.from({ length: 10 }, () => [write(tenant.user(), 2), write(tenant.group(), 1)]);
    const callOf = new Map(calls.flatMap((writes) => writtenIds(writes).map((id) => [id, writes] as const)));
    const taken = tenant.user();
    await store.append(taken, someEvents(1), 'noStream');
    const options = { streamPrefixes: tenant.prefixes, maxBatchSize: 1 };
    const end = someEvents(1);
    const untilEnd = (seen: readonly RecordedEvent[]): boolean => seen.at(-1)?.id === end[0]?.id;
    const following = follow(store, begin, options, untilEnd, async (batch) => {
      for (const { id } of batch.events) {
        for (const { stream, events } of callOf.get(id) ?? []) expect(await stored(store, stream)).toEqual(ids(events));
      }
    });
    const refusal = store.appendTogether([write(tenant.user()), write(taken)]);
    await Promise.all([
      expect(refusal).rejects.toBeInstanceOf(WrongExpectedRevision),
      ...calls.map((writes) => store.appendTogether(writes)),
    ]);
    await store.append(tenant.group(), end, 'noStream');
    const delivered = ids((await following).events).slice(1, -1); // between the one that is taken and the end
    expect(delivered).toHaveLength(callOf.size);
    for (const writes of calls) {
      const expected = writtenIds(writes);
      const from = delivered.indexOf(expected[0] ?? '');
      expect(delivered.slice(from, from + expected.length)).toEqual(expected);
    }
  });

  itWhereOffered('is refused once the store is closed', async (store) => {
    const { user } = aTenant();
    await store[Symbol.asyncDispose]();
    const refusal = store.appendTogether([write(user()), write(user())]);
    await expect(refusal).rejects.toBeInstanceOf(EventStoreUnavailable);
  });
}
