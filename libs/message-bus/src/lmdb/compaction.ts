import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from 'lmdb';
import { recordKeys, withoutRecords } from './record-batch.js';
import type { LogDatabase, TopicLog } from './topic-log.js';

/** Messages one step looks at; a step is one commit. */
const STEP_MESSAGES = 256;
/** Batches rewritten before the event loop gets its turn. */
const REWRITES_PER_TURN = 32;
/** LMDB takes keys up to 1978 bytes; a longer message key stands in the index as its digest. */
const MAX_INDEXED_KEY_BYTES = 1024;

/**
 * Compaction of one topic. It walks the log once, in order, as far as every known group has committed, and keeps an
 * index from key to newest offset. A message that supersedes another removes it; a tombstone removes the message
 * before it and itself, since every group has seen it and a new group needs neither. So a group that has stopped
 * reading holds compaction back (disk space, nothing else) rather than ever missing an erasure.
 * Only this class changes batches that are in the log, and it is never run twice at once.
 */
export class Compaction {
  constructor(
    private readonly log: LogDatabase,
    private readonly index: Database<number, Buffer>,
    /** Calls `puts` inside the next commit; resolves when that is durable. */
    private readonly write: (puts: () => void) => Promise<void>,
    private readonly storeCleanedTo: (topic: TopicLog, cleanedTo: number) => void,
  ) {}

  /** Compacts up to `limit`; stops early when `signal` aborts. */
  async run(topic: TopicLog, limit: number, signal: AbortSignal): Promise<void> {
    const end = Math.min(limit, topic.end);
    while (topic.cleanedTo < end && !signal.aborted) await this.#step(topic, end);
  }

  async #step(topic: TopicLog, end: number): Promise<void> {
    const newest = new Map<string, { key: Buffer; offset: number | undefined }>();
    const dead: number[] = [];
    const cleanedTo = this.#survey(topic, end, newest, dead);
    const rewrites = await this.#rewrites(topic, dead);
    await this.write(() => {
      for (const { last, batch } of rewrites) {
        if (batch) void this.log.put(topic.keyAt(last), batch);
        else void this.log.remove(topic.keyAt(last));
      }
      for (const { key, offset } of newest.values()) {
        if (offset === undefined) void this.index.remove(key);
        else void this.index.put(key, offset);
      }
      this.storeCleanedTo(topic, cleanedTo);
    });
    topic.cleanedTo = cleanedTo;
  }

  /** Notes the newest offset of each key met, and the offsets that are superseded by it. @returns where it stopped */
  #survey(
    topic: TopicLog,
    end: number,
    newest: Map<string, { key: Buffer; offset: number | undefined }>,
    dead: number[],
  ): number {
    let seen = 0;
    for (const { last, batch } of topic.batches(topic.cleanedTo, end)) {
      for (const record of recordKeys(batch)) {
        if (record.offset < topic.cleanedTo || record.offset >= end) continue;
        const key = indexKey(topic.id, record.key);
        const name = key.toString('latin1');
        const known = newest.get(name);
        const superseded = known ? known.offset : this.index.get(key);
        if (superseded !== undefined) dead.push(superseded);
        if (record.tombstone) dead.push(record.offset);
        newest.set(name, { key, offset: record.tombstone ? undefined : record.offset });
        seen += 1;
      }
      if (seen >= STEP_MESSAGES) return Math.min(last + 1, end);
    }
    return end;
  }

  async #rewrites(topic: TopicLog, dead: number[]): Promise<{ last: number; batch: Buffer | undefined }[]> {
    dead.sort((a, b) => a - b);
    const rewrites: { last: number; batch: Buffer | undefined }[] = [];
    for (let i = 0; i < dead.length;) {
      const [found] = topic.batches(dead[i] ?? 0, (dead[i] ?? 0) + 1);
      if (!found) break;
      const offsets = new Set<number>();
      for (let offset = dead[i]; offset !== undefined && offset <= found.last; offset = dead[(i += 1)]) {
        offsets.add(offset);
      }
      rewrites.push({ last: found.last, batch: withoutRecords(found.batch, offsets) });
      if (rewrites.length % REWRITES_PER_TURN === 0) await nextTurn();
    }
    return rewrites;
  }
}

function indexKey(topicId: number, key: Buffer): Buffer {
  const long = key.length > MAX_INDEXED_KEY_BYTES;
  const name = long ? createHash('sha256').update(key).digest() : key;
  const result = Buffer.allocUnsafe(5 + name.length);
  result.writeUInt32BE(topicId, 0);
  result.writeUInt8(long ? 1 : 0, 4);
  name.copy(result, 5);
  return result;
}
