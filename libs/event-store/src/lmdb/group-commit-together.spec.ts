import { anEvent, collect, someEvents } from '../contract/test-log.contract.js';
import { EventStoreUnavailable, type StreamWrite, WrongExpectedRevision } from '../event-store.port.js';
import { full, hold, openWithDisk, turns } from './held-disk.fake.js';

const write = (stream: string, count = 1, expected: number | 'noStream' = 'noStream'): StreamWrite => ({
  stream,
  events: someEvents(count),
  expected,
});

describe('group commit of several streams at once', () => {
  it('writes them in one transaction, with positions next to each other', async () => {
    await using store = await openWithDisk();
    const [before, together, after] = await Promise.all([
      store.commit.append('user-a.0', someEvents(1), 'noStream'),
      store.commit.appendTogether([write('user-a.1', 2), write('user-a.2', 3)]),
      store.commit.append('user-a.3', someEvents(1), 'noStream'),
    ]);
    expect(store.disk.batches).toEqual([7]);
    expect([before, ...together, after].map(({ position }) => position)).toEqual([1n, 3n, 6n, 7n]);
  });

  it('lets a writer build on its own events before those are on disk', async () => {
    await using store = await openWithDisk();
    const results = await Promise.all([
      store.commit.append('user-a.1', someEvents(1), 'noStream').then((result) => [result]),
      store.commit.appendTogether([write('user-a.1', 1, 0), write('user-a.2')]),
      store.commit.appendTogether([write('user-a.2', 1, 0), write('user-a.1', 1, 1)]),
    ]);
    expect(results.map((places) => places.map(({ revision }) => revision))).toEqual([[0], [1, 0], [1, 2]]);
    expect(store.disk.batches).toEqual([5]);
  });

  it('reports a conflict only with what is on disk', async () => {
    await using store = await openWithDisk();
    const release = hold(store.disk);
    const winner = store.commit.append('user-a.2', someEvents(1), 'noStream');
    let refused: unknown;
    const loser = store.commit
      .appendTogether([write('user-a.1'), write('user-a.2')])
      .catch((error: unknown) => (refused = error));
    await turns(5);
    expect(refused).toBeUndefined();
    release();
    await Promise.all([winner, loser]);
    expect(refused).toBeInstanceOf(WrongExpectedRevision);
    expect(refused).toMatchObject({ stream: 'user-a.2', actual: 0 });
    expect(await collect(store.reader.read('user-a.1'))).toEqual([]);
  });

  it('looks at all streams anew after waiting for one of them', async () => {
    await using store = await openWithDisk();
    const release = hold(store.disk);
    const held = store.disk.before;
    store.disk.before = () => held().then(() => Promise.reject(full));
    const failing = store.commit.append('user-a.2', someEvents(1), 'noStream');
    await turns(3);
    // Waits for user-a.2, which becomes free; by then another writer wants user-a.1.
    const waiting = store.commit.appendTogether([write('user-a.1'), write('user-a.2')]);
    release();
    await expect(failing).rejects.toBeInstanceOf(EventStoreUnavailable);
    store.disk.before = () => Promise.resolve();
    const rival = store.commit.append('user-a.1', someEvents(1), 'noStream');
    const outcomes = await Promise.allSettled([waiting, rival]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const stored = await collect(store.reader.readAll('start'));
    expect(stored).toHaveLength(outcomes[0].status === 'fulfilled' ? 2 : 1);
  });

  it('leaves no trace when JSON cannot carry one of the events', async () => {
    await using store = await openWithDisk();
    const bad = { stream: 'user-a.2', events: [anEvent({ n: 1n })], expected: 'noStream' as const };
    await expect(store.commit.appendTogether([write('user-a.1'), bad])).rejects.toBeInstanceOf(TypeError);
    const places = await store.commit.appendTogether([write('user-a.1'), write('user-a.2')]);
    expect(places).toEqual([
      { revision: 0, position: 1n },
      { revision: 0, position: 2n },
    ]);
  });

  it.each<[string, StreamWrite]>([
    ['an empty stream name', write('')],
    ['no events', write('user-a.2', 0)],
    ['a negative revision', write('user-a.2', 1, -1)],
  ])('refuses %s in any of the writes', async (_, bad) => {
    await using store = await openWithDisk();
    await expect(store.commit.appendTogether([write('user-a.1'), bad])).rejects.toBeInstanceOf(RangeError);
    expect(store.disk.batches).toEqual([]);
  });

  it('writes nothing when the disk fails, and the repeated call succeeds', async () => {
    await using store = await openWithDisk();
    store.disk.before = () => Promise.reject(full);
    const writes = [write('user-a.1', 2), write('user-a.2')];
    const failed = await store.commit.appendTogether(writes).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(EventStoreUnavailable);
    expect(failed).toMatchObject({ cause: full });
    expect(await collect(store.reader.readAll('start'))).toEqual([]);

    store.disk.before = () => Promise.resolve();
    expect(await store.commit.appendTogether(writes)).toEqual([
      { revision: 1, position: 2n },
      { revision: 0, position: 3n },
    ]);
  });
});
