import { readPosition, writePosition } from './event-codec.js';

/**
 * A value of the table `log`: what one put writes. One event stands as it is, and begins with a brace; several that were
 * committed together stand one behind another, after a byte that says so, and the lengths of all of them behind them.
 */
export interface LogRecord {
  /** Position of its first event: its key. */
  readonly first: number;
  readonly bytes: Buffer;
}

const SEVERAL = 1;
const LENGTH_BYTES = 4;
/** A record is closed once it is that long: a reader of one event copies all of it. */
const RECORD_BYTES = 24 * 1024;
const SLAB_BYTES = 256 * 1024;
/** UTF-8 needs at most three bytes for one UTF-16 code unit. */
const BYTES_PER_UNIT = 3;

/** Bytes of a {@link Place}: the position, and how many events stand before it in its record. */
const PLACE_BYTES = 12;

/** Where an event stands: its position, and the key of the record it is in. */
export interface Place {
  readonly position: number;
  readonly record: number;
}

/** @param bytes eight bytes as an older release wrote them tell of an event that is a record of its own */
export function readPlace(bytes: Buffer): Place {
  const position = readPosition(bytes);
  return { position, record: bytes.length < PLACE_BYTES ? position : position - bytes.readUInt32BE(8) };
}

/** The places as they are stored, in one piece of memory. */
export function placeBytes(places: readonly Place[]): Buffer[] {
  const memory = Buffer.allocUnsafeSlow(places.length * PLACE_BYTES);
  return places.map(({ position, record }, i) => {
    const start = i * PLACE_BYTES;
    const end = memory.writeUInt32BE(position - record, writePosition(position, memory, start));
    return memory.subarray(start, end);
  });
}

/** Puts the events of one batch into records, one after another in large slabs: a buffer for each would cost more. */
export class RecordWriter {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;
  #records: LogRecord[] = [];
  /** The record that is still open: where it begins, its first event's position, and how long its events are. */
  #start = 0;
  #first = 0;
  #lengths: number[] = [];

  /** Makes the memory free for the next batch; the records written so far must be on disk. */
  reuse(): void {
    this.#used = 0;
    this.#records = [];
    this.#lengths = [];
  }

  /** @returns bytes of the event, and its place */
  add(position: number, text: string): { size: number; place: Place } {
    // Enough for the lengths of the record's events too: none of them is shorter than its length.
    const needed = text.length * BYTES_PER_UNIT + (this.#lengths.length + 2) * LENGTH_BYTES + 1;
    if (needed > this.#slab.length - this.#used) {
      this.#close();
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, needed));
      this.#used = 0;
    }
    if (this.#lengths.length === 0) {
      this.#start = this.#used;
      this.#first = position;
      this.#slab[this.#used++] = SEVERAL;
    }
    const place = { position, record: this.#first };
    const size = this.#slab.write(text, this.#used);
    this.#used += size;
    this.#lengths.push(size);
    if (this.#used - this.#start >= RECORD_BYTES) this.#close();
    return { size, place };
  }

  /** All records of the batch, once no more come. */
  finish(): readonly LogRecord[] {
    this.#close();
    return this.#records;
  }

  #close(): void {
    const lengths = this.#lengths;
    if (lengths.length === 0) return;
    const alone = lengths.length === 1;
    if (!alone) {
      for (const length of lengths) this.#used = this.#slab.writeUInt32BE(length, this.#used);
      this.#used = this.#slab.writeUInt32BE(lengths.length, this.#used);
    }
    const bytes = this.#slab.subarray(this.#start + (alone ? 1 : 0), this.#used);
    this.#records.push({ first: this.#first, bytes });
    this.#lengths = [];
  }
}

/** A record that was read: its events, by their places in it. */
export class StoredRecord {
  readonly #bytes: Buffer;
  readonly #ends: readonly number[];
  readonly first: number;

  /** @param bytes may be a buffer that the next reading overwrites */
  constructor(first: number, bytes: Buffer) {
    this.first = first;
    this.#bytes = bytes;
    this.#ends = endsIn(bytes);
  }

  /** Position of its last event. */
  get last(): number {
    return this.first + this.#ends.length - 1;
  }

  /** The bytes of an event, valid as long as the record's. */
  eventAt(position: number): Buffer {
    const at = position - this.first;
    const end = this.#ends[at];
    if (end === undefined) throw new Error(`The log has no event at position ${position}`);
    const start = this.#ends[at - 1] ?? (this.#bytes[0] === SEVERAL ? 1 : 0);
    return this.#bytes.subarray(start, end);
  }
}

function endsIn(bytes: Buffer): number[] {
  if (bytes[0] !== SEVERAL) return [bytes.length];
  const count = bytes.readUInt32BE(bytes.length - LENGTH_BYTES);
  const lengths = bytes.length - (count + 1) * LENGTH_BYTES;
  const ends: number[] = [];
  let end = 1;
  for (let i = 0; i < count; i++) ends.push((end += bytes.readUInt32BE(lengths + i * LENGTH_BYTES)));
  return ends;
}
