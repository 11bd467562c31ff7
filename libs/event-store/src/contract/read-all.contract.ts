import type { EventStore } from '../event-store.port.js';
import {
  collect,
  aTenant,
  expectStrictlyIncreasing,
  type OpenEventStore,
  places,
  someEvents,
} from './test-log.contract.js';

export function readAllContract(open: OpenEventStore): void {
  /** Three events of a user, two of a group, one more of the user, in this order. */
  async function write(store: EventStore) {
    const tenant = aTenant();
    const [user, group] = [tenant.user(), tenant.group()];
    await store.append(user, someEvents(3), 'noStream');
    await store.append(group, someEvents(2), 'noStream');
    await store.append(user, someEvents(1), 2);
    const [u, g] = [(n: number) => `${user}@${n}`, (n: number) => `${group}@${n}`];
    return { ...tenant, user, group, order: [u(0), u(1), u(2), g(0), g(1), u(3)] };
  }

  it('yields the whole log in order of position', async () => {
    await using log = await open();
    const { user, group, order } = await write(log.store);
    const events = await collect(log.store.readAll('start'));
    expectStrictlyIncreasing(events.map((event) => event.position));
    expect(places(events.filter((event) => event.stream === user || event.stream === group))).toEqual(order);
  });

  it('yields it backwards from the end', async () => {
    await using log = await open();
    const { order, prefixes } = await write(log.store);
    const options = { streamPrefixes: prefixes, direction: 'backwards' as const };
    expect(places(await collect(log.store.readAll('end', options)))).toEqual(order.toReversed());
  });

  it('begins after the given position, backwards before it', async () => {
    await using log = await open();
    const { order, prefixes } = await write(log.store);
    const all = await collect(log.store.readAll('start', { streamPrefixes: prefixes }));
    for (const [i, { position }] of all.entries()) {
      const after = log.store.readAll(position, { streamPrefixes: prefixes });
      expect(places(await collect(after))).toEqual(order.slice(i + 1));
      const before = log.store.readAll(position, { streamPrefixes: prefixes, direction: 'backwards' });
      expect(places(await collect(before))).toEqual(order.slice(0, i).reverse());
    }
  });

  it('yields nothing after the end or before the start', async () => {
    await using log = await open();
    await write(log.store);
    expect(await collect(log.store.readAll('end'))).toEqual([]);
    expect(await collect(log.store.readAll('start', { direction: 'backwards' }))).toEqual([]);
  });

  it('yields only streams with one of the prefixes', async () => {
    await using log = await open();
    const { order, group, prefixes } = await write(log.store);
    const groups = prefixes.filter((prefix) => prefix.startsWith('group-'));
    const only = await collect(log.store.readAll('start', { streamPrefixes: groups }));
    expect(places(only)).toEqual(order.filter((place) => place.startsWith(group)));
    const both = await collect(log.store.readAll('start', { streamPrefixes: prefixes }));
    expect(places(both)).toEqual(order);
  });

  it('yields at most `limit` of the events that pass the filter', async () => {
    await using log = await open();
    const { order, prefixes } = await write(log.store);
    const first = await collect(log.store.readAll('start', { streamPrefixes: prefixes, limit: 4 }));
    expect(places(first)).toEqual(order.slice(0, 4));
    const options = { streamPrefixes: prefixes, limit: 2, direction: 'backwards' as const };
    expect(places(await collect(log.store.readAll('end', options)))).toEqual(order.slice(-2).reverse());
  });

  it('ends at the newest event at the time of the call', async () => {
    await using log = await open();
    const { order, prefixes, user } = await write(log.store);
    const seen: string[] = [];
    let revision = 3;
    for await (const event of log.store.readAll('start', { streamPrefixes: prefixes })) {
      seen.push(...places([event]));
      // Each event read brings another one into being; a read that ran after them would never end.
      if (revision < 50) revision = (await log.store.append(user, someEvents(1), revision)).revision;
    }
    expect(seen).toEqual(order);
  });

  it('knows the position of the newest event', async () => {
    await using log = await open();
    if (log.startsEmpty) expect(await log.store.lastPosition()).toBeUndefined();
    const tenant = aTenant();
    const { position } = await log.store.append(tenant.user(), someEvents(2), 'noStream');
    const last = await log.store.lastPosition();
    expect(last).toBeGreaterThanOrEqual(position);
    if (log.startsEmpty) expect(last).toBe(position);
  });
}
