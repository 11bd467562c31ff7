import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SteppingClock } from '../../../../test/support/stepping-clock.js';
import { eventStoreContract, type EventStoreUnderTest } from '../event-store.contract.js';
import { collect, someEvents } from '../contract/test-log.contract.js';
import { EventStoreUnavailable } from '../event-store.port.js';
import { openLmdbEventStore } from './index.js';

eventStoreContract('lmdb', openTestLog);

async function openTestLog(): Promise<EventStoreUnderTest> {
  // A dot in the name, because lmdb would take such a path for a file.
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-events.'));
  let store = await openLmdbEventStore({ directory });
  return {
    get store() {
      return store;
    },
    startsEmpty: true,
    async reopen() {
      await store[Symbol.asyncDispose]();
      return (store = await openLmdbEventStore({ directory }));
    },
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]();
      await rm(directory, { recursive: true });
    },
  };
}

describe('LMDB event store', () => {
  it('is the only writer of its log', async () => {
    await using log = await openTestLog();
    expect(log.store.soleWriter).toBe(true);
  });

  it('can append to several streams at once', async () => {
    await using log = await openTestLog();
    expect(log.store.appendTogether).toBeDefined();
  });

  it('can tell at once whether a stream goes on', async () => {
    await using log = await openTestLog();
    expect(log.store.hasAfter).toBeDefined();
  });

  it('numbers positions 1, 2, 3, … across restarts', async () => {
    await using log = await openTestLog();
    expect(await log.store.append('user-a.1', someEvents(2), 'noStream')).toEqual({ revision: 1, position: 2n });
    const store = await log.reopen();
    expect(await store.append('user-a.1', someEvents(1), 1)).toEqual({ revision: 2, position: 3n });
  });

  it('serves a subscriber that fell behind the memory from the log', async () => {
    await using log = await openTestLog();
    const abort = new AbortController();
    const positions: bigint[] = [];
    const [appends, perAppend] = [100, 100]; // more than the 8192 events kept in memory
    const last = BigInt(appends * perAppend);
    await log.store.append('user-a.0', someEvents(perAppend), 'noStream');
    for await (const { events, position } of log.store.subscribeToAll('start', { signal: abort.signal })) {
      positions.push(...events.map((event) => event.position));
      // The subscriber is in its first batch all the while the others are written.
      if (positions.length === perAppend) {
        for (let n = 1; n < appends; n++) await log.store.append(`user-a.${n}`, someEvents(perAppend), 'noStream');
      }
      if (position === last) abort.abort();
    }
    expect(positions).toEqual(Array.from({ length: Number(last) }, (_, n) => BigInt(n + 1)));
  });

  it('lets the event loop turn while a long log is read', async () => {
    await using log = await openTestLog();
    await log.store.append('user-a.1', someEvents(2000), 'noStream');
    using _clock = new SteppingClock(0.1);
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns++;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await collect(log.store.readAll('start'));
    await collect(log.store.read('user-a.1'));
    counting = false;
    expect(turns).toBeGreaterThan(10);
  });

  it('refuses a folder that cannot be one', async () => {
    const opening = openLmdbEventStore({ directory: import.meta.filename });
    await expect(opening).rejects.toBeInstanceOf(EventStoreUnavailable);
  });
});
