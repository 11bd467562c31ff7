import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventStoreDb } from '#event-store/eventstoredb';
import { openLmdbEventStore } from '#event-store/lmdb';
import fc from 'fast-check';
import { EventStoreDbDouble } from '../../../../test/eventstoredb/eventstoredb.double.js';
import { type EventStore, EventStoreUnavailable, type NewEvent, type RecordedEvent } from '../event-store.port.js';
import { importLog, LogDisagrees } from './import-log.js';
import { NotALogFile, readLogLines, writeLogLines } from './log-lines.js';

const AT = '2026-11-22T00:00:00.000Z';

async function* each<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
}
async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const value of values) gathered.push(value);
  return gathered;
}
const exported = (store: EventStore) => all(writeLogLines(store.readAll('start'), AT));
const importAll = (store: EventStore, lines: Iterable<string>) => importLog(store, readLogLines(each(lines)));
/** What a store does not assign. */
const told = ({ id, type, data, metadata, stream, revision }: RecordedEvent) =>
  JSON.parse(JSON.stringify({ id, type, data, metadata, stream, revision })) as object;
const eventsOf = async (store: EventStore) => (await all(store.readAll('start'))).map(told);

const newEvent = (data: object = {}): NewEvent => ({
  id: randomUUID(),
  type: 'UserUpdated',
  data,
  metadata: {
    tenant: 'acme',
    correlationId: randomUUID(),
    causationId: randomUUID(),
    occurredAt: AT,
    schemaVersion: 1,
    traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  },
});

/** Fills a store: each number is the stream of one event, or of several in one append. */
async function fill(store: EventStore, appends: readonly (readonly [stream: number, data: readonly object[]])[]) {
  const revisions = new Map<number, number>();
  for (const [stream, data] of appends) {
    const before = revisions.get(stream) ?? -1;
    await store.append(`user-acme.${stream}`, data.map(newEvent), before < 0 ? 'noStream' : before);
    revisions.set(stream, before + data.length);
  }
}

describe('a log carried from one store to another', () => {
  let directory: string;
  let opened: AsyncDisposable[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-transfer-'));
    opened = [];
  });
  afterEach(async () => {
    for (const one of opened.reverse()) await one[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });
  const keep = <T extends AsyncDisposable>(one: T): T => {
    opened.push(one);
    return one;
  };
  const embedded = async () => keep(await openLmdbEventStore({ directory: join(directory, randomUUID()) }));
  const distributed = async () => {
    const double = keep(await EventStoreDbDouble.start({ directory: join(directory, randomUUID()) }));
    return keep(openEventStoreDb({ connectionString: double.connectionString }));
  };

  const text = fc.string({ unit: 'binary', maxLength: 20 });
  const data = fc.array(fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null))), {
    minLength: 1,
    maxLength: 3,
  });
  const appends = fc.array(fc.tuple(fc.nat({ max: 4 }), data), { maxLength: 12 });

  it('is the same log, there and back, but for what a store assigns', async () => {
    await fc.assert(
      fc.asyncProperty(appends, async (made) => {
        const [from, over, back] = [await embedded(), await distributed(), await embedded()];
        await fill(from, made);
        const events = await eventsOf(from);
        expect(await importAll(over, await exported(from))).toEqual({ found: 0, appended: events.length, others: 0 });
        expect(await eventsOf(over)).toEqual(events);
        await importAll(back, await exported(over));
        expect(await eventsOf(back)).toEqual(events);
      }),
      { numRuns: 5 },
    );
  });

  it.each([
    ['the embedded one', embedded],
    ['EventStoreDB', distributed],
  ])('cut off anywhere on its way into %s is gone on with, and nothing comes twice', async (_title, open) => {
    const from = await embedded();
    await fill(
      from,
      Array.from({ length: 20 }, (_, i) => [i % 4, [{ i }, { i, more: true }]] as const),
    );
    const lines = await exported(from);
    const store = await open();
    for (const cut of [1, 2, 9, 23, lines.length - 1]) {
      await expect(importAll(store, lines.slice(0, cut))).rejects.toThrow(NotALogFile);
      expect((await eventsOf(store)).length).toBe(cut - 1);
    }
    const found = (await eventsOf(store)).length;
    expect(await importAll(store, lines)).toEqual({ found, appended: 40 - found, others: 0 });
    expect(await importAll(store, lines)).toEqual({ found: 40, appended: 0, others: 0 });
    expect(await eventsOf(store)).toEqual(await eventsOf(from));
  });

  it('goes on while the store is away for a moment, and appends nothing twice that was written unanswered', async () => {
    const from = await embedded();
    await fill(from, [[1, [{ a: 1 }]], [2, [{ b: 1 }]], [1, [{ a: 2 }]]]); // prettier-ignore
    const store = await embedded();
    let calls = 0;
    const flaky = new Proxy(store, {
      get: (target, name) => {
        if (name !== 'appendTogether')
          return (Reflect.get(target, name) as () => unknown).bind?.(target) ?? target[name as never];
        return async (writes: Parameters<NonNullable<EventStore['appendTogether']>>[0]) => {
          const results = await target.appendTogether?.(writes);
          if (++calls % 2 === 1) throw new EventStoreUnavailable('the answer was lost');
          return results;
        };
      },
    });
    await importAll(flaky, await exported(from));
    expect(await eventsOf(store)).toEqual(await eventsOf(from));
    expect(calls).toBeGreaterThan(2);
  });

  it('is refused by a store with another log, which stays as it is', async () => {
    const from = await embedded();
    await fill(from, [[1, [{ a: 1 }]], [2, [{ b: 1 }]]]); // prettier-ignore
    const lines = await exported(from);
    for (const open of [embedded, distributed]) {
      const store = await open();
      await fill(store, [[1, [{ a: 1 }]]]); // the same but for the id
      const before = await eventsOf(store);
      await expect(importAll(store, lines)).rejects.toThrow(LogDisagrees);
      expect(await eventsOf(store)).toEqual(before);
    }
    const changed = await embedded();
    const [first] = await all(from.readAll('start'));
    if (!first) throw new Error('no event');
    await changed.append(first.stream, [{ ...first, data: { a: 2 } }], 'noStream');
    await expect(importAll(changed, lines)).rejects.toThrow(/another log: its event 1 is UserUpdated/);
  });

  it('tells of events that the store has behind it', async () => {
    const [from, store] = [await embedded(), await embedded()];
    await fill(from, [[1, [{ a: 1 }]]]);
    const lines = await exported(from);
    await importAll(store, lines);
    await store.append('user-acme.9', [newEvent()], 'noStream');
    expect(await importAll(store, lines)).toEqual({ found: 1, appended: 0, others: 1 });
  });

  it('is noticed to be changed, wherever, before what was changed is appended', async () => {
    const from = await embedded();
    await fill(from, [[1, [{ name: 'one' }]], [2, [{ name: 'two' }]], [3, [{ name: 'three' }]]]); // prettier-ignore
    const lines = await exported(from);
    const wrong: [string[], number, RegExp][] = [
      [lines.map((line) => line.replace('"two"', '"owt"')), 1, /^Line 3 is not as it was written/],
      [lines.filter((_, i) => i !== 2), 1, /^Line 3 .*missing/],
      [[lines[0] ?? '', lines[2] ?? '', lines[1] ?? '', ...lines.slice(3)], 0, /^Line 2/],
      [[...lines.slice(0, 3), (lines[3] ?? '').slice(0, 40)], 2, /^Line 4/],
      [lines.slice(0, -1), 3, /cut off after line 4: its end is missing$/],
      [[...lines, lines[1] ?? ''], 3, /^Line 6 stands behind the end/],
      [['{"hello":"world"}'], 0, /^Line 1/],
      [[], 0, /cut off after line 0/],
    ];
    for (const [given, appended, message] of wrong) {
      const store = await embedded();
      await expect(importAll(store, given)).rejects.toThrow(message);
      expect(await eventsOf(store)).toHaveLength(appended);
    }
  });

  it('of a format to come is refused by its number', async () => {
    const { hash } = await import('node:crypto');
    const header = JSON.stringify({ format: 'rollcall-log', version: 2 });
    const line = `${header.slice(0, -1)},"sum":"${hash('sha256', header, 'hex').slice(0, 16)}"}`;
    await expect(importAll(await embedded(), [line])).rejects.toThrow('of format 2; this release reads 1');
  });
});
