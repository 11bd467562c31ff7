import { anEvent, collect, ids, someEvents } from '../contract/test-log.contract.js';
import { EventStoreUnavailable, WrongExpectedRevision } from '../event-store.port.js';
import { full, hold, openWithDisk, turns } from './held-disk.fake.js';

describe('group commit', () => {
  it('writes what waits for the disk in one transaction', async () => {
    await using store = await openWithDisk();
    const release = hold(store.disk);
    const first = store.commit.append('user-a.first', someEvents(1), 'noStream');
    await turns(3);
    const waiting = someEvents(64).map((event) => store.commit.append(`user-a.${event.id}`, [event], 'noStream'));
    await turns(3);
    release();
    await Promise.all([first, ...waiting]);
    expect(store.disk.batches).toEqual([1, 64]);
  });

  it('shows an event to nobody, and acknowledges it to nobody, before it is on disk', async () => {
    await using store = await openWithDisk();
    const release = hold(store.disk);
    const abort = new AbortController();
    const delivered: string[] = [];
    const following = (async () => {
      for await (const { events } of store.reader.subscribeToAll('start', { signal: abort.signal })) {
        delivered.push(...ids(events));
      }
    })();
    const event = anEvent();
    let acknowledged = false;
    const append = store.commit.append('user-a.1', [event], 'noStream').then(() => (acknowledged = true));
    await turns(5);
    expect({ acknowledged, delivered }).toEqual({ acknowledged: false, delivered: [] });
    expect(await collect(store.reader.read('user-a.1'))).toEqual([]);
    expect(await collect(store.reader.readAll('start'))).toEqual([]);
    release();
    await append;
    expect(ids(await collect(store.reader.read('user-a.1')))).toEqual([event.id]);
    while (delivered.length === 0) await turns(1);
    expect(delivered).toEqual([event.id]);
    abort.abort();
    await following;
  });

  it('lets a writer build on its own event before that is on disk', async () => {
    await using store = await openWithDisk();
    const appends = [
      store.commit.append('user-a.1', someEvents(2), 'noStream'),
      store.commit.append('user-a.1', someEvents(1), 1),
      store.commit.append('user-a.1', someEvents(1), 2),
    ];
    expect((await Promise.all(appends)).map((result) => result.revision)).toEqual([1, 2, 3]);
    expect(store.disk.batches).toEqual([4]);
  });

  it('reports a conflict only with what is on disk', async () => {
    await using store = await openWithDisk();
    const release = hold(store.disk);
    const winner = store.commit.append('user-a.1', someEvents(1), 'noStream');
    let refused: unknown;
    const loser = store.commit.append('user-a.1', someEvents(1), 'noStream').catch((error) => (refused = error));
    await turns(5);
    expect(refused).toBeUndefined();
    release();
    await Promise.all([winner, loser]);
    expect(refused).toBeInstanceOf(WrongExpectedRevision);
    expect(refused).toMatchObject({ actual: 0 });
  });

  it('leaves no trace of an event that JSON cannot carry', async () => {
    await using store = await openWithDisk();
    const events = [anEvent(), anEvent({ n: 1n })];
    await expect(store.commit.append('user-a.1', events, 'noStream')).rejects.toBeInstanceOf(TypeError);
    const { revision, position } = await store.commit.append('user-a.1', someEvents(1), 'noStream');
    expect({ revision, position }).toEqual({ revision: 0, position: 1n });
  });

  it('closes after an event that JSON cannot carry', async () => {
    await using store = await openWithDisk();
    await expect(store.commit.append('user-a.1', [anEvent({ n: 1n })], 'noStream')).rejects.toBeInstanceOf(TypeError);
  });

  it.each<[string, string, number, number | 'noStream']>([
    ['an empty stream name', '', 1, 'noStream'],
    ['a stream name with NUL', 'user-a.\0', 1, 'noStream'],
    ['a stream name beyond 500 characters', 'u'.repeat(501), 1, 'noStream'],
    ['no events', 'user-a.1', 0, 'noStream'],
    ['a negative revision', 'user-a.1', 1, -1],
    ['half a revision', 'user-a.1', 1, 0.5],
  ])('refuses %s', async (_, stream, count, expected) => {
    await using store = await openWithDisk();
    await expect(store.commit.append(stream, someEvents(count), expected)).rejects.toBeInstanceOf(RangeError);
  });

  describe('when the disk fails', () => {
    it('refuses the batch and those who wait behind it, writes none of them, and goes on when the disk does', async () => {
      await using store = await openWithDisk();
      await store.commit.append('user-a.1', someEvents(1), 'noStream');
      const release = hold(store.disk);
      const held = store.disk.before;
      store.disk.before = () => held().then(() => Promise.reject(full));
      const [underWay, onTop, elsewhere] = [someEvents(1), someEvents(1), someEvents(2)];
      const appends = [store.commit.append('user-a.1', underWay, 0)];
      await turns(3);
      appends.push(store.commit.append('user-a.1', onTop, 1), store.commit.append('user-a.2', elsewhere, 'noStream'));
      // This one conflicts with an event that will not be: it must win, not be refused.
      const rival = store.commit.append('user-a.1', someEvents(1), 0);
      await turns(3);
      release();
      for (const append of appends) await expect(append).rejects.toBeInstanceOf(EventStoreUnavailable);

      store.disk.before = () => Promise.resolve();
      expect(await rival).toEqual({ revision: 1, position: 2n });
      expect(await collect(store.reader.read('user-a.2'))).toEqual([]);
      expect(await store.commit.append('user-a.2', elsewhere, 'noStream')).toEqual({ revision: 1, position: 4n });
    });

    it('rejects with EventStoreUnavailable, keeps the cause, and the repeated call succeeds', async () => {
      await using store = await openWithDisk();
      await store.commit.append('user-a.1', someEvents(1), 'noStream');
      store.disk.before = () => Promise.reject(full);
      const events = someEvents(2);
      const failed = await store.commit.append('user-a.1', events, 0).catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(EventStoreUnavailable);
      expect(failed).toMatchObject({ cause: full });
      expect(await collect(store.reader.read('user-a.1'))).toHaveLength(1);

      store.disk.before = () => Promise.resolve();
      const repeated = await store.commit.append('user-a.1', events, 0);
      expect(repeated).toEqual({ revision: 2, position: 3n });
      expect(await collect(store.reader.readAll('start'))).toHaveLength(3);
    });
  });
});
