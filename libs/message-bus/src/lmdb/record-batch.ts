import type { Message, ReceivedMessage } from '../message-bus.port.js';

/*
 * One record of the log holds all messages that one commit wrote to one topic, as Kafka's record batches do: an LMDB
 * put costs about as much as encoding several messages, so the cost of the put is shared.
 *
 *   float64 timestamp | float64 base offset | uint32 count
 *   per message: uint32 offset - base | uint32 key bytes | int32 value bytes, -1 a tombstone | uint32 header bytes
 *                | key | value | headers as JSON
 */
const BATCH_HEADER = 20;
const RECORD_HEADER = 16;
const TOMBSTONE = -1;

/** Where one record lies inside its batch. `value` is its length in bytes, -1 for a tombstone. */
interface RecordPlace {
  readonly offset: number;
  readonly key: number;
  readonly value: number;
  readonly headers: number;
  readonly start: number;
  readonly end: number;
}

/** A larger arena than this is given back after the commit that needed it. */
const KEPT_ARENA_BYTES = 4 * 1024 * 1024;

/**
 * Encodes the batches of one commit, one after another, into one arena. The arena is used again after `release`: LMDB
 * reads the batches on its own thread until the commit has ended.
 */
export class RecordBatchEncoder {
  #arena = Buffer.allocUnsafeSlow(256 * 1024);
  #start = 0;
  #end = 0;
  #count = 0;
  #base = 0;

  /** Of the batch being made. */
  get byteLength(): number {
    return this.#end - this.#start;
  }

  /** Of the batch being made. */
  get count(): number {
    return this.#count;
  }

  begin(base: number, timestamp: number): void {
    this.#start = this.#end;
    this.#reserve(BATCH_HEADER);
    this.#count = 0;
    this.#base = base;
    this.#arena.writeDoubleLE(timestamp, this.#start);
    this.#arena.writeDoubleLE(base, this.#start + 8);
    this.#end = this.#start + BATCH_HEADER;
  }

  add(offset: number, { key, value, headers }: Message): void {
    const headerText = JSON.stringify(headers);
    // UTF-8 takes at most three bytes for a UTF-16 unit.
    this.#reserve(RECORD_HEADER + 3 * (key.length + headerText.length + (value?.length ?? 0)));
    const arena = this.#arena;
    const at = this.#end;
    let end = at + RECORD_HEADER;
    const keyBytes = arena.write(key, end);
    end += keyBytes;
    const valueBytes = value === null ? TOMBSTONE : arena.write(value, end);
    end += Math.max(valueBytes, 0);
    const headerBytes = arena.write(headerText, end);
    arena.writeUInt32LE(offset - this.#base, at);
    arena.writeUInt32LE(keyBytes, at + 4);
    arena.writeInt32LE(valueBytes, at + 8);
    arena.writeUInt32LE(headerBytes, at + 12);
    this.#end = end + headerBytes;
    this.#count += 1;
  }

  /** The batch, which stays as it is until `release`. */
  finish(): Buffer {
    this.#arena.writeUInt32LE(this.#count, this.#start + 16);
    return this.#arena.subarray(this.#start, this.#end);
  }

  release(): void {
    if (this.#arena.length > KEPT_ARENA_BYTES) this.#arena = Buffer.allocUnsafeSlow(256 * 1024);
    this.#start = 0;
    this.#end = 0;
  }

  /** Finished batches stay behind in the old arena; only the one being made moves. */
  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#arena.length) return;
    const length = this.byteLength;
    const larger = Buffer.allocUnsafeSlow(Math.max(length + bytes, this.#arena.length * 2));
    this.#arena.copy(larger, 0, this.#start, this.#end);
    this.#arena = larger;
    this.#start = 0;
    this.#end = length;
  }
}

function* places(batch: Buffer): Generator<RecordPlace> {
  const base = batch.readDoubleLE(8);
  const count = batch.readUInt32LE(16);
  let start = BATCH_HEADER;
  for (let i = 0; i < count; i += 1) {
    const key = batch.readUInt32LE(start + 4);
    const value = batch.readInt32LE(start + 8);
    const headers = batch.readUInt32LE(start + 12);
    const end = start + RECORD_HEADER + key + Math.max(value, 0) + headers;
    yield { offset: base + batch.readUInt32LE(start), key, value, headers, start, end };
    start = end;
  }
}

/** Appends the messages of `batch` from offset `from` on to `into`. */
export function decodeRecordBatch(batch: Buffer, topic: string, from: number, into: ReceivedMessage[]): void {
  const timestamp = batch.readDoubleLE(0);
  for (const place of places(batch)) {
    if (place.offset < from) continue;
    const value = place.start + RECORD_HEADER + place.key;
    const headers = value + Math.max(place.value, 0);
    into.push({
      key: batch.toString('utf8', value - place.key, value),
      value: place.value === TOMBSTONE ? null : batch.toString('utf8', value, headers),
      headers: JSON.parse(batch.toString('utf8', headers, place.end)) as Record<string, string>,
      topic,
      partition: 0,
      offset: BigInt(place.offset),
      timestamp,
    });
  }
}

/** Key bytes, offset and kind of each record: what compaction looks at. */
export function* recordKeys(batch: Buffer): Generator<{ offset: number; key: Buffer; tombstone: boolean }> {
  for (const { offset, key, value, start } of places(batch)) {
    const at = start + RECORD_HEADER;
    yield { offset, key: batch.subarray(at, at + key), tombstone: value === TOMBSTONE };
  }
}

/** The batch without the records at `dead` offsets; undefined when nothing is left of it. */
export function withoutRecords(batch: Buffer, dead: ReadonlySet<number>): Buffer | undefined {
  const kept = [...places(batch)].filter((place) => !dead.has(place.offset));
  if (kept.length === 0) return undefined;
  const result = Buffer.concat([
    batch.subarray(0, BATCH_HEADER),
    ...kept.map(({ start, end }) => batch.subarray(start, end)),
  ]);
  result.writeUInt32LE(kept.length, 16);
  return result;
}
