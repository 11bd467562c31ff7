import { randomUUID } from 'node:crypto';
import { type EventStore, type NewEvent, WrongExpectedRevision } from '../event-store.port.js';
import {
  collect,
  anEvent,
  aTenant,
  expectStrictlyIncreasing,
  ids,
  type OpenEventStore,
  someEvents,
} from './test-log.contract.js';

export function appendContract(open: OpenEventStore): void {
  const stream = (): string => aTenant().user();
  const stored = async (store: EventStore, name: string): Promise<string[]> => ids(await collect(store.read(name)));

  it('answers with revision and position of the last event written', async () => {
    await using log = await open();
    const name = stream();
    const first = await log.store.append(name, someEvents(1), 'noStream');
    const second = await log.store.append(name, someEvents(3), 0);
    expect([first.revision, second.revision]).toEqual([0, 3]);
    const events = await collect(log.store.read(name));
    expect([events[0]?.position, events[3]?.position]).toEqual([first.position, second.position]);
  });

  it('takes the text of the data where the writer gives it, and reads the same data back', async () => {
    await using log = await open();
    const name = stream();
    const data = { resource: { name: 'Øystein "Ø" Å\n𝓞', list: [1, { a: null }] } };
    const event = { ...anEvent(), data };
    await log.store.append(
      name,
      [
        { ...event, dataJson: JSON.stringify(data) },
        { ...event, id: randomUUID() },
      ],
      'noStream',
    );
    for (const read of await collect(log.store.read(name))) {
      expect([read.data, read.metadata, read.type]).toEqual([data, event.metadata, event.type]);
    }
  });

  it.each<[string, number | 'noStream', number | 'noStream']>([
    ['a revision behind the last', 0, 2],
    ['a revision beyond the last', 3, 2],
    ["'noStream' for a stream with events", 'noStream', 2],
  ])('refuses %s and writes nothing', async (_, expected, actual) => {
    await using log = await open();
    const name = stream();
    const events = someEvents(3);
    await log.store.append(name, events, 'noStream');
    const refusal = log.store.append(name, someEvents(2), expected);
    await expect(refusal).rejects.toBeInstanceOf(WrongExpectedRevision);
    const error = await refusal.catch((reason: WrongExpectedRevision) => reason);
    expect(error).toMatchObject({ stream: name, expected });
    expect([actual, undefined]).toContainEqual((error as WrongExpectedRevision).actual);
    expect(await stored(log.store, name)).toEqual(ids(events));
  });

  it('refuses a revision of a stream never written', async () => {
    await using log = await open();
    const name = stream();
    await expect(log.store.append(name, someEvents(1), 0)).rejects.toBeInstanceOf(WrongExpectedRevision);
    expect(await stored(log.store, name)).toEqual([]);
  });

  it('lets exactly one of two writers with the same expected revision win', async () => {
    await using log = await open();
    const name = stream();
    const rivals = [someEvents(2), someEvents(2)];
    const race = await Promise.allSettled(rivals.map((events) => log.store.append(name, events, 'noStream')));
    const winner = race.findIndex((outcome) => outcome.status === 'fulfilled');
    const loser = race.find((outcome) => outcome.status === 'rejected');
    expect(winner).toBeGreaterThanOrEqual(0);
    expect(loser?.reason).toBeInstanceOf(WrongExpectedRevision);
    expect(await stored(log.store, name)).toEqual(ids(rivals[winner] as NewEvent[]));
  });

  it('lets every one of many writers succeed that reads and tries again after a conflict', async () => {
    await using log = await open();
    const name = stream();
    const writers = 30;
    await Promise.all(
      someEvents(writers).map(async (event) => {
        for (;;) {
          const read = await collect(log.store.read(name));
          const expected = read.length === 0 ? ('noStream' as const) : read.length - 1;
          const outcome = await log.store.append(name, [event], expected).catch((error: unknown) => error);
          if (!(outcome instanceof Error)) return;
          expect(outcome).toBeInstanceOf(WrongExpectedRevision);
        }
      }),
    );
    const events = await collect(log.store.read(name));
    expect(new Set(ids(events)).size).toBe(writers);
    expect(events.map((event) => event.revision)).toEqual(Array.from({ length: writers }, (_, n) => n));
    expectStrictlyIncreasing(events.map((event) => event.position));
  });

  it('keeps the events of concurrent appends to one stream together', async () => {
    await using log = await open();
    const name = stream();
    await log.store.append(name, someEvents(1), 'noStream');
    const rivals = Array.from({ length: 10 }, () => someEvents(5));
    await Promise.allSettled(rivals.map((events) => log.store.append(name, events, 0)));
    const written = (await stored(log.store, name)).slice(1);
    expect(rivals.map(ids)).toContainEqual(written);
  });

  describe('repeated with the same event ids', () => {
    it.each([1, 3])('answers with the place of the first write (%d events, no stream before)', async (count) => {
      await using log = await open();
      const name = stream();
      const events = someEvents(count);
      const first = await log.store.append(name, events, 'noStream');
      expect(await log.store.append(name, events, 'noStream')).toEqual(first);
      expect(await stored(log.store, name)).toEqual(ids(events));
    });

    it.each([1, 3])('answers with the place of the first write (%d events after others)', async (count) => {
      await using log = await open();
      const name = stream();
      const [before, events] = [someEvents(2), someEvents(count)];
      await log.store.append(name, before, 'noStream');
      const first = await log.store.append(name, events, 1);
      expect(await log.store.append(name, events, 1)).toEqual(first);
      expect(await stored(log.store, name)).toEqual(ids([...before, ...events]));
    });

    it.each<[string, NewEvent[]]>([
      ['noStream', []],
      ['a revision', someEvents(2)],
    ])('still does so after later events (expected %s)', async (_, before) => {
      await using log = await open();
      const name = stream();
      const [events, later] = [someEvents(2), someEvents(2)];
      const expected = before.length === 0 ? ('noStream' as const) : before.length - 1;
      if (before.length > 0) await log.store.append(name, before, 'noStream');
      const first = await log.store.append(name, events, expected);
      await log.store.append(name, later, first.revision);
      expect(await log.store.append(name, events, expected)).toEqual(first);
      expect(await stored(log.store, name)).toEqual(ids([...before, ...events, ...later]));
    });

    it('writes once when both calls run at the same time', async () => {
      await using log = await open();
      const name = stream();
      const events = someEvents(2);
      const [first, second] = await Promise.all([
        log.store.append(name, events, 'noStream'),
        log.store.append(name, events, 'noStream'),
      ]);
      expect(second).toEqual(first);
      expect(await stored(log.store, name)).toEqual(ids(events));
    });

    it('is refused when only some of the ids are the same', async () => {
      await using log = await open();
      const name = stream();
      const written = [anEvent({}, randomUUID()), anEvent()] as const;
      await log.store.append(name, written, 'noStream');
      const overlaps = [[written[0], anEvent()], [anEvent(), written[1]], [...written, anEvent()], [written[1]]];
      for (const events of overlaps) {
        await expect(log.store.append(name, events, 'noStream')).rejects.toBeInstanceOf(WrongExpectedRevision);
      }
      expect(await stored(log.store, name)).toEqual(ids(written));
    });
  });
}
