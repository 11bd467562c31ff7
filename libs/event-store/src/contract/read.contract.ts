import type { NewEvent, ReadStreamOptions } from '../event-store.port.js';
import {
  collect,
  anEvent,
  aTenant,
  expectStrictlyIncreasing,
  ids,
  type OpenEventStore,
  someEvents,
} from './test-log.contract.js';

const MEGABYTE = 1024 * 1024;

export function readContract(open: OpenEventStore): void {
  it('yields nothing for a stream never written', async () => {
    await using log = await open();
    const { user } = aTenant();
    expect(await collect(log.store.read(user()))).toEqual([]);
    expect(await collect(log.store.read(user(), { direction: 'backwards' }))).toEqual([]);
    expect(await collect(log.store.read(user(), { from: 3 }))).toEqual([]);
  });

  it.each<[ReadStreamOptions, number[]]>([
    [{}, [0, 1, 2, 3, 4]],
    [{ direction: 'forwards', from: 2 }, [2, 3, 4]],
    [{ from: 1, limit: 2 }, [1, 2]],
    [{ limit: 0 }, []],
    [{ limit: 99 }, [0, 1, 2, 3, 4]],
    [{ from: 5 }, []],
    [{ direction: 'backwards' }, [4, 3, 2, 1, 0]],
    [{ direction: 'backwards', limit: 1 }, [4]],
    [{ direction: 'backwards', from: 2 }, [2, 1, 0]],
    [{ direction: 'backwards', from: 3, limit: 2 }, [3, 2]],
  ])('with %j yields the revisions %j', async (options, expected) => {
    await using log = await open();
    const { user } = aTenant();
    const name = user();
    await log.store.append(name, someEvents(2), 'noStream');
    await log.store.append(user(), someEvents(2), 'noStream');
    await log.store.append(name, someEvents(3), 1);
    const events = await collect(log.store.read(name, options));
    expect(events.map((event) => event.revision)).toEqual(expected);
  });

  it('does not mix up streams whose names begin alike', async () => {
    await using log = await open();
    const { user } = aTenant();
    const names = ['1', '11', '1.', '1 ', 'ü', 'üü'].map(user);
    for (const [i, name] of names.entries()) await log.store.append(name, someEvents(i + 1), 'noStream');
    for (const [i, name] of names.entries()) {
      expect(await collect(log.store.read(name))).toHaveLength(i + 1);
      const [last] = await collect(log.store.read(name, { direction: 'backwards', limit: 1 }));
      expect(last).toMatchObject({ stream: name, revision: i });
    }
  });

  it('sees every append that was acknowledged before the call', async () => {
    await using log = await open();
    const { user } = aTenant();
    const write = async (): Promise<void> => {
      const name = user();
      for (let revision = 0; revision < 10; revision++) {
        await log.store.append(name, someEvents(1), revision === 0 ? 'noStream' : revision - 1);
        expect(await collect(log.store.read(name))).toHaveLength(revision + 1);
      }
    };
    await Promise.all(Array.from({ length: 8 }, write));
  });

  it('tells at once whether a stream goes on, after every acknowledged append, where it can', async () => {
    await using log = await open();
    const { store } = log;
    if (!store.hasAfter) return;
    const { user } = aTenant();
    const write = async (): Promise<void> => {
      const name = user();
      expect(store.hasAfter?.(name, -1)).toBe(false);
      for (let revision = 0; revision < 10; revision++) {
        await store.append(name, someEvents(1), revision === 0 ? 'noStream' : revision - 1);
        expect([store.hasAfter?.(name, revision - 1), store.hasAfter?.(name, revision)]).toEqual([true, false]);
      }
      expect(store.hasAfter?.(`${name}1`, -1)).toBe(false);
    };
    await Promise.all(Array.from({ length: 8 }, write));
  });

  it('returns an event as it was appended, with its place and the time of recording', async () => {
    await using log = await open();
    const name = aTenant().user();
    const data = {
      userName: 'zoë.李@example.com',
      text: '𝒳 😀 \u0000 \u2028 "quoted" \\ é é',
      nested: { numbers: [0, -1.5, 1e21, Number.MAX_SAFE_INTEGER], flags: [true, false, null], empty: {}, none: [] },
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: 'ключ' } },
    };
    const event: NewEvent = anEvent(data);
    const before = Date.now();
    const { position } = await log.store.append(name, [event], 'noStream');
    const [read] = await collect(log.store.read(name));
    expect(read).toEqual({ ...event, stream: name, revision: 0, position, recordedAt: expect.any(Number) });
    // A server's clock is its own; this only tells milliseconds from seconds.
    expect(Math.abs((read?.recordedAt ?? 0) - before)).toBeLessThan(60 * 60 * 1000);
  });

  it('carries an event of a megabyte', async () => {
    await using log = await open();
    const name = aTenant().user();
    const large = anEvent({ text: 'ä'.repeat(MEGABYTE / 2) });
    const events = [anEvent(), large, anEvent()];
    await log.store.append(name, events, 'noStream');
    const read = await collect(log.store.read(name));
    expect(ids(read)).toEqual(ids(events));
    expect(read[1]?.data).toEqual(large.data);
  });

  it('reads a long stream in order', async () => {
    await using log = await open();
    const name = aTenant().group();
    for (let written = 0; written < 1000; written += 250) {
      await log.store.append(name, someEvents(250), written === 0 ? 'noStream' : written - 1);
    }
    const forwards = await collect(log.store.read(name));
    expect(forwards.map((event) => event.revision)).toEqual(Array.from({ length: 1000 }, (_, n) => n));
    expectStrictlyIncreasing(forwards.map((event) => event.position));
    const backwards = await collect(log.store.read(name, { direction: 'backwards' }));
    expect(ids(backwards)).toEqual(ids(forwards).reverse());
  });
}
