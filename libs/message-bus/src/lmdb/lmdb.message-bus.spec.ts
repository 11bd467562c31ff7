import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageBusContract, type MessageBusData } from '../message-bus.contract.js';
import type { Message, ReceivedMessage } from '../message-bus.port.js';
import { type LmdbMessageBus, openLmdbMessageBus } from './index.js';

async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'rollcall-bus-'));
}

function dataIn(directory: string): MessageBusData {
  return {
    open: () => openLmdbMessageBus({ directory }),
    compact: (bus) => (bus as LmdbMessageBus).compact(),
    // What the process has written is in the file as every other process sees it, whatever becomes of the process.
    afterCrash: async () => {
      const copy = await temporaryFolder();
      await copyFile(join(directory, 'data.mdb'), join(copy, 'data.mdb'));
      return dataIn(copy);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

messageBusContract('lmdb', async () => dataIn(await temporaryFolder()));

describe('LmdbMessageBus', () => {
  let directory: string;
  let bus: LmdbMessageBus;
  const topic = 'views';

  beforeEach(async () => {
    directory = await temporaryFolder();
    bus = await openLmdbMessageBus({ directory });
    await bus.declareTopics([{ name: topic, compacted: true }]);
  });

  afterEach(async () => {
    await bus[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  });

  const publish = (...messages: Message[]) => bus.publish([{ topic, messages }]);
  const message = (key: string, value: string | null): Message => ({ key, value, headers: {} });

  async function readAll(group: string, until: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage[]> {
    const messages: ReceivedMessage[] = [];
    let done = (): void => undefined;
    const found = new Promise<void>((resolve) => (done = resolve));
    await using _consumer = await bus.consume({ group, topics: [topic] }, async (batch) => {
      messages.push(...batch);
      if (batch.some(until)) done();
    });
    await found;
    return messages;
  }

  it('removes superseded messages and erased keys from the log, over several compactions', async () => {
    for (let round = 0; round < 3; round += 1) {
      await publish(...Array.from({ length: 700 }, (_, i) => message(`k${i}`, `${round}`)));
      await bus.compact();
    }
    await publish(message('k0', null), message('end', 'end'));
    await bus.compact();
    const left = await readAll('new', ({ key }) => key === 'end');
    expect(left).toHaveLength(700); // 699 keys and the last message
    expect(left.every(({ value }) => value === '2' || value === 'end')).toBe(true);
  });

  it('never gives out an offset again after the newest message was compacted away', async () => {
    await publish(message('k', '1'), message('k', null));
    await bus.compact();
    await bus[Symbol.asyncDispose]();
    bus = await openLmdbMessageBus({ directory });
    expect(await bus.endOffsets(topic)).toEqual(new Map([[0, 2n]]));
    expect(await publish(message('k', '2'))).toEqual([{ topic, partition: 0, offset: 2n }]);
  });

  it('compacts keys longer than an LMDB key', async () => {
    const long = 'k'.repeat(5000);
    await publish(message(long, '1'), message(`${long}2`, '2'), message(long, '3'), message('end', ''));
    await bus.compact();
    const left = await readAll('new', ({ key }) => key === 'end');
    expect(left.map(({ value }) => value)).toEqual(['2', '3', '']);
  });

  it('holds compaction back for a group that has yet to read', async () => {
    const reader = await bus.consume({ group: 'slow', topics: [topic] }, () => Promise.reject(new Error('busy')));
    await reader.stop();
    await publish(message('k', '1'), message('k', '2'));
    await bus.compact();
    expect(await readAll('slow', ({ value }) => value === '2')).toHaveLength(2);
    await bus.compact();
    expect(await readAll('new', ({ value }) => value === '2')).toHaveLength(1);
  });

  it('rejects only the publish that cannot be encoded', async () => {
    const faulty = { key: 'k', value: '1', headers: undefined } as unknown as Message;
    const calls = [publish(message('a', '1')), publish(message('b', '2'), faulty), publish(message('c', '3'))];
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const read = await readAll('g', ({ value }) => value === '3');
    expect(read.map(({ key, offset }) => [key, offset])).toEqual([
      ['a', 0n],
      ['c', 1n],
    ]);
  });

  it('feeds a slow reader that has outgrown its queue from disk, without loss', async () => {
    const seen: bigint[] = [];
    let done = (): void => undefined;
    const all = new Promise<void>((resolve) => (done = resolve));
    await using _consumer = await bus.consume({ group: 'g', topics: [topic], maxBatchSize: 100 }, async (batch) => {
      seen.push(...batch.map(({ offset }) => offset));
      await new Promise((resolve) => setImmediate(resolve));
      if (seen.length === 30_000) done();
    });
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        publish(...Array.from({ length: 1000 }, (_unused, j) => message(`k${j}`, `${i}`))),
      ),
    );
    await all;
    expect(seen).toEqual(Array.from({ length: 30_000 }, (_, i) => BigInt(i)));
  });

  it('refuses names that cannot be stored', async () => {
    await expect(bus.declareTopics([{ name: 'x'.repeat(250), compacted: false }])).rejects.toThrow(RangeError);
    await expect(bus.consume({ group: '', topics: [topic] }, async () => {})).rejects.toThrow(RangeError);
  });

  it('keeps a topic declared while another commit was under way', async () => {
    const publishing = publish(message('k', '1'));
    await new Promise((resolve) => setImmediate(resolve));
    await bus.declareTopics([{ name: 'late', compacted: false }]);
    await publishing;
    await mkdir(join(directory, 'copy'));
    await copyFile(join(directory, 'data.mdb'), join(directory, 'copy', 'data.mdb'));
    await using copy = await openLmdbMessageBus({ directory: join(directory, 'copy') });
    expect(await copy.endOffsets('late')).toEqual(new Map([[0, 0n]]));
  });
});
