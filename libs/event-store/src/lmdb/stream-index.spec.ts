import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { collect, someEvents } from '../contract/test-log.contract.js';
import type { EventStore } from '../event-store.port.js';
import { openLmdbEventStore } from './index.js';

/** Events of one append; enough appends that a whole generation has gone into the table, and part of another. */
const EVENTS = 90;
const APPENDS = 80;

/** What was appended: ids by stream. */
type Told = Map<string, string[]>;

async function appendSome(store: EventStore, told: Told, appends: number): Promise<void> {
  for (let n = 0; n < appends; n++) {
    // Some streams go on, and so lie in several generations; most are new.
    const stream = n % 4 === 0 ? `group-a.${n % 3}` : `user-a.${told.size}`;
    const ids = told.get(stream) ?? [];
    const events = someEvents(EVENTS);
    await store.append(stream, events, ids.length === 0 ? 'noStream' : ids.length - 1);
    told.set(stream, [...ids, ...events.map(({ id }) => id)]);
  }
}

async function expectAll(store: EventStore, told: Told): Promise<void> {
  for (const [stream, ids] of told) {
    expect((await collect(store.read(stream))).map(({ id }) => id)).toEqual(ids);
    expect((await collect(store.read(stream, { direction: 'backwards', limit: 1 })))[0]?.id).toBe(ids.at(-1));
    expect(store.hasAfter?.(stream, ids.length - 1)).toBe(false);
    await expect(store.append(stream, someEvents(1), 'noStream')).rejects.toMatchObject({ actual: ids.length - 1 });
  }
  expect(await collect(store.read('user-a.nobody'))).toEqual([]);
}

describe('index of streams', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-index-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('finds every event, in the table or not, and after a crash at any time', async () => {
    const told: Told = new Map();
    await using store = await openLmdbEventStore({ directory: join(directory, 'log') });
    for (let round = 0; round < 2; round++) {
      await appendSome(store, told, APPENDS / 2);
      await expectAll(store, told);
      // The file as a killed process leaves it: nothing that only memory holds.
      const left = join(directory, `left-${round}`);
      await cp(join(directory, 'log'), left, { recursive: true });
      await using again = await openLmdbEventStore({ directory: left });
      await expectAll(again, told);
      await appendSome(again, new Map(told), 10);
    }
  });

  it('is whole in the file once the store is closed, for releases that look nowhere else', async () => {
    const told: Told = new Map();
    const store = await openLmdbEventStore({ directory });
    await appendSome(store, told, APPENDS);
    await store[Symbol.asyncDispose]();
    const env = open({ path: directory, noSubdir: false, maxDbs: 3, keyEncoding: 'binary', encoding: 'binary' });
    const streams = env.openDB({ name: 'streams', keyEncoding: 'binary', encoding: 'binary' });
    expect(streams.getCount()).toBe(EVENTS * APPENDS);
    await env.close();
    await using again = await openLmdbEventStore({ directory });
    await expectAll(again, told);
  });
});
