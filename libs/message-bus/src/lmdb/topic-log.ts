import type { Database } from 'lmdb';
import type { Message, ReceivedMessage, TopicDefinition } from '../message-bus.port.js';
import { decodeRecordBatch, type RecordBatchEncoder } from './record-batch.js';

/** A batch is closed when it has grown past this, so that a reader or a compaction never handles a huge record. */
const MAX_BATCH_BYTES = 64 * 1024;
const MAX_BATCH_RECORDS = 256;
/** A read stops after the batch that takes it past this many bytes. */
const MAX_SLICE_BYTES = 1024 * 1024;

export type LogDatabase = Database<Buffer, Buffer>;

/** Told of messages the moment they are durable. */
export interface TopicReader {
  appended(messages: readonly ReceivedMessage[]): void;
}

/**
 * One topic in the shared log database. Keys are `uint32 topic id | uint64 offset of the batch's last message`, so the
 * first key at or after an offset is the batch that holds it.
 */
export class TopicLog {
  /** One past the newest durable offset. */
  end: number;
  readonly readers = new Set<TopicReader>();
  /** Offsets given out by the commit under way; becomes `end` when it is durable. */
  #next: number;
  #staged: ReceivedMessage[] = [];
  #batches: { readonly last: number; readonly batch: Buffer }[] = [];

  constructor(
    readonly id: number,
    readonly definition: TopicDefinition,
    private readonly log: LogDatabase,
    /** Compaction has dealt with every offset below this one. */
    public cleanedTo: number,
  ) {
    // The bare topic id sorts before all keys of the topic; the end of a range is exclusive.
    const end = this.keyAt(0).subarray(0, 4);
    const [lastKey] = log.getKeys({ start: this.keyAt(Infinity), end, reverse: true, limit: 1 });
    // The newest batch may have been compacted away; its offsets must never be given out again.
    this.end = Math.max(lastKey ? offsetOf(lastKey) + 1 : 0, cleanedTo);
    this.#next = this.end;
  }

  get name(): string {
    return this.definition.name;
  }

  keyAt(offset: number): Buffer {
    const key = Buffer.allocUnsafe(12);
    key.writeUInt32BE(this.id, 0);
    key.writeBigUInt64BE(offset === Infinity ? 0xffff_ffff_ffff_ffffn : BigInt(offset), 4);
    return key;
  }

  /** Encodes messages for the commit under way. @returns the offset of the last one */
  prepare(messages: readonly Message[], encoder: RecordBatchEncoder, timestamp: number): number {
    if (messages.length === 0) return this.#next - 1;
    const announce = this.readers.size > 0;
    encoder.begin(this.#next, timestamp);
    for (const message of messages) {
      if (encoder.byteLength >= MAX_BATCH_BYTES || encoder.count >= MAX_BATCH_RECORDS) {
        this.#batches.push({ last: this.#next - 1, batch: encoder.finish() });
        encoder.begin(this.#next, timestamp);
      }
      encoder.add(this.#next, message);
      if (announce) this.#staged.push(received(message, this.name, this.#next, timestamp));
      this.#next += 1;
    }
    this.#batches.push({ last: this.#next - 1, batch: encoder.finish() });
    return this.#next - 1;
  }

  /** Puts what was prepared. Called inside a write batch. */
  write(): void {
    for (const { last, batch } of this.#batches) void this.log.put(this.keyAt(last), batch);
    this.#batches = [];
  }

  /** The prepared messages are on disk: readers that are caught up get them from memory. */
  durable(): void {
    if (this.end === this.#next) return;
    const messages = this.#staged;
    this.#staged = [];
    this.end = this.#next;
    for (const reader of this.readers) reader.appended(messages);
  }

  /** Nothing that was prepared is in the log, so its offsets are free again. */
  reset(): void {
    this.#staged = [];
    this.#batches = [];
    this.#next = this.end;
  }

  /** Batches that hold offsets from `from` up to, not including, `to`, each with the offset it ends at. */
  *batches(from: number, to: number): Generator<{ last: number; batch: Buffer }> {
    if (from >= to) return;
    for (const { key, value } of this.log.getRange({ start: this.keyAt(from), end: this.keyAt(Infinity) })) {
      yield { last: offsetOf(key), batch: value };
      if (offsetOf(key) + 1 >= to) return;
    }
  }

  /**
   * Reads at least `count` messages from offset `from` on, if there are as many within a megabyte.
   * @returns the messages, and the offset to go on from
   */
  read(from: number, count: number): { messages: ReceivedMessage[]; next: number } {
    const messages: ReceivedMessage[] = [];
    let bytes = 0;
    for (const { last, batch } of this.batches(from, this.end)) {
      decodeRecordBatch(batch, this.name, from, messages);
      bytes += batch.length;
      if (messages.length >= count || bytes >= MAX_SLICE_BYTES) return { messages, next: last + 1 };
    }
    return { messages, next: this.end };
  }
}

function offsetOf(key: Buffer): number {
  return key.readUInt32BE(4) * 0x1_0000_0000 + key.readUInt32BE(8);
}

function received(message: Message, topic: string, offset: number, timestamp: number): ReceivedMessage {
  const { key, value, headers } = message;
  return { key, value, headers, topic, partition: 0, offset: BigInt(offset), timestamp };
}
