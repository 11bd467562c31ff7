import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { open } from 'lmdb';
import { anEvent, collect, someEvents } from '../contract/test-log.contract.js';
import { openLmdbEventStore } from './index.js';
import { placeBytes, readPlace, RecordWriter, StoredRecord } from './log-records.js';

describe('records of the log', () => {
  it('give each event of a batch back by its position, whatever the events are long', () => {
    const writer = new RecordWriter();
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 2, maxLength: 200 }),
      fc.integer({ min: 2, max: 300_000 }).map((length) => '€'.repeat(length)),
    );
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (texts, first) => {
          writer.reuse();
          const events = texts.map((each) => JSON.stringify({ stream: 'user-a.1', data: each }));
          const places = placeBytes(events.map((event, i) => writer.add(first + i, event).place)).map(readPlace);
          const records = writer.finish().map(({ first: key, bytes }) => new StoredRecord(key, bytes));
          expect(records[0]?.first).toBe(first);
          expect(records.at(-1)?.last).toBe(first + texts.length - 1);
          places.forEach(({ position, record: key }, i) => {
            expect(position).toBe(first + i);
            const record = records.find((each) => each.first === key);
            expect(record?.eventAt(position).toString()).toBe(events[i]);
          });
          for (const record of records) expect(() => record.eventAt(record.last + 1)).toThrow('no event');
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are the events themselves where one was committed alone', () => {
    const writer = new RecordWriter();
    writer.add(7, '{"stream":"a"}');
    expect(writer.finish().map(({ first, bytes }) => [first, bytes.toString()])).toEqual([[7, '{"stream":"a"}']]);
  });

  it('share what is committed together, up to a length that is cheap to copy', () => {
    const writer = new RecordWriter();
    for (let i = 0; i < 100; i++) writer.add(1 + i, JSON.stringify('x'.repeat(1000)));
    const records = writer.finish();
    expect(records.length).toBeLessThan(8);
    for (const { bytes } of records) expect(bytes.length).toBeLessThan(32_000);
  });
});

describe('a log of an older release, each event a record of its own', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollcall-older-'));
    const position = (value: number) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(value));
      return bytes;
    };
    const env = open({ path: directory, noSubdir: false, maxDbs: 2, keyEncoding: 'binary', encoding: 'binary' });
    const log = env.openDB<Buffer, Buffer>('log', { keyEncoding: 'binary', encoding: 'binary' });
    const streams = env.openDB<Buffer, Buffer>('streams', { keyEncoding: 'binary', encoding: 'binary' });
    for (let at = 1; at <= 3; at++) {
      const event = { stream: 'user-a.1', revision: at - 1, position: at, recordedAt: 5, ...anEvent({}, `old-${at}`) };
      await log.put(position(at), Buffer.from(JSON.stringify(event)));
      const revision = Buffer.alloc(4);
      revision.writeUInt32BE(at - 1);
      await streams.put(Buffer.concat([Buffer.from('user-a.1\0'), revision]), position(at));
    }
    await env.close();
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('is read and appended to', async () => {
    await using store = await openLmdbEventStore({ directory });
    expect(await store.lastPosition()).toBe(3n);
    const [own, other] = [someEvents(2), someEvents(1)];
    await Promise.all([store.append('user-a.1', own, 2), store.append('user-a.2', other, 'noStream')]);
    const expected = ['old-1', 'old-2', 'old-3', ...[...own, ...other].map(({ id }) => id)];
    const ids = async (events: AsyncIterable<{ id: string }>) => (await collect(events)).map(({ id }) => id);
    expect(await ids(store.readAll('start'))).toEqual(expected);
    expect(await ids(store.readAll('end', { direction: 'backwards' }))).toEqual(expected.toReversed());
    for (let at = 0; at < 6; at++) expect(await ids(store.readAll(BigInt(at)))).toEqual(expected.slice(at));
    expect(await ids(store.read('user-a.1'))).toEqual(expected.slice(0, 5));
    expect(await ids(store.read('user-a.1', { direction: 'backwards' }))).toEqual(expected.slice(0, 5).toReversed());
  });
});
