import type { EventStore } from '../event-store.port.js';
import { EventStoreUnavailable, WrongExpectedRevision } from '../event-store.port.js';
import { collect, aTenant, follow, ids, type OpenEventStore, places, someEvents } from './test-log.contract.js';

export function closeContract(open: OpenEventStore): void {
  it('keeps every acknowledged event', async () => {
    await using log = await open();
    const { user, group, prefixes } = aTenant();
    const names = [user(), group(), user('ü')];
    await Promise.all(names.map((name) => log.store.append(name, someEvents(3), 'noStream')));
    const before = await collect(log.store.readAll('start', { streamPrefixes: prefixes }));
    const store = await log.reopen();
    expect(await collect(store.readAll('start', { streamPrefixes: prefixes }))).toEqual(before);
    for (const name of names) {
      const events = await collect(store.read(name));
      expect(events).toEqual(before.filter((event) => event.stream === name));
    }
  });

  it('goes on where it stopped: revisions, positions, conflicts and repeats', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    const name = user();
    const events = someEvents(2);
    const first = await log.store.append(name, events, 'noStream');
    const store = await log.reopen();
    expect(await store.lastPosition()).toBeGreaterThanOrEqual(first.position);
    expect(await store.append(name, events, 'noStream')).toEqual(first);
    await expect(store.append(name, someEvents(1), 'noStream')).rejects.toBeInstanceOf(WrongExpectedRevision);
    const next = await store.append(name, someEvents(1), 1);
    expect(next.revision).toBe(2);
    expect(next.position).toBeGreaterThan(first.position);
    const after = await follow(store, first.position, { streamPrefixes: prefixes }, (seen) => seen.length > 0);
    expect(places(after.events)).toEqual([`${name}@2`]);
  });

  it('answers the appends that were accepted before it closed', async () => {
    await using log = await open();
    const { user } = aTenant();
    const events = someEvents(20);
    const appends = events.map((event) => log.store.append(user(event.id), [event], 'noStream'));
    const [store, outcomes] = await Promise.all([log.reopen(), Promise.allSettled(appends)]);
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(EventStoreUnavailable);
      else expect(ids(await collect(store.read(user(events[i]?.id))))).toEqual([events[i]?.id]);
    }
  });

  it('calls no stream complete once it is closed', async () => {
    await using log = await open();
    const name = aTenant().user();
    await log.store.append(name, someEvents(1), 'noStream');
    await log.store[Symbol.asyncDispose]();
    expect(log.store.hasAfter?.(name, 0)).not.toBe(false);
  });

  it('can be closed twice', async () => {
    await using log = await open();
    await log.store[Symbol.asyncDispose]();
    await log.store[Symbol.asyncDispose]();
  });

  const { signal } = new AbortController();
  it.each<[string, (store: EventStore) => Promise<unknown>]>([
    ['append', (store) => store.append(aTenant().user(), someEvents(1), 'noStream')],
    ['read', (store) => collect(store.read(aTenant().user()))],
    ['readAll', (store) => collect(store.readAll('start'))],
    ['subscribeToAll', (store) => collect(store.subscribeToAll('start', { signal }))],
    ['lastPosition', (store) => store.lastPosition()],
  ])('refuses %s once closed', async (_, operation) => {
    await using log = await open();
    await log.store.append(aTenant().user(), someEvents(1), 'noStream');
    await log.store[Symbol.asyncDispose]();
    await expect(operation(log.store)).rejects.toBeInstanceOf(EventStoreUnavailable);
  });

  it('ends a waiting subscription with EventStoreUnavailable', async () => {
    await using log = await open();
    const { user, prefixes } = aTenant();
    await log.store.append(user(), someEvents(1), 'noStream');
    const following = follow(
      log.store,
      'start',
      { streamPrefixes: prefixes },
      () => false,
      ({ events }) => {
        // Closing inside the loop would wait for itself where an adapter waits for its readers.
        if (events.length > 0) setImmediate(() => void log.store[Symbol.asyncDispose]());
      },
    );
    await expect(following).rejects.toBeInstanceOf(EventStoreUnavailable);
  });
}
