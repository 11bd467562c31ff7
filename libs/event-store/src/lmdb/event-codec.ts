import type { NewEvent, RecordedEvent } from '../event-store.port.js';

/** An event as the log stores it: one JSON object in UTF-8, `stream` first so that a filter need not parse the rest. */
interface StoredEvent extends Omit<NewEvent, 'dataJson'> {
  readonly stream: string;
  readonly revision: number;
  /** A number where the port has a bigint: JSON carries no bigint, and 2^53 events do not fit on any disk. */
  readonly position: number;
  readonly recordedAt: number;
}

/** What one event adds to the two tables of the log. */
export interface LogEntry {
  readonly event: RecordedEvent;
  readonly position: number;
  /** Value of `log`: the event. */
  readonly bytes: Buffer;
  /** Value of `streams`: the position, 8 bytes, big-endian. */
  readonly positionBytes: Buffer;
}

const SLAB_BYTES = 256 * 1024;
const POSITION_BYTES = 8;
const DATA = ',"data":';
/** UTF-8 needs at most three bytes for one UTF-16 code unit. */
const BYTES_PER_UNIT = 3;

/**
 * Turns the events of one batch into bytes, one after another in large slabs: a buffer of its own for every event costs
 * several times the encoding itself.
 */
export class EventEncoder {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
  #used = 0;

  /** Makes the memory free for the next batch; the entries encoded so far must be on disk. */
  reuse(): void {
    this.#used = 0;
  }

  /** @throws TypeError the event holds what JSON cannot carry (a bigint, a cycle) */
  encode(stream: string, revision: number, position: number, recordedAt: number, event: NewEvent): LogEntry {
    const { id, type, data, metadata, dataJson } = event;
    const head = { stream, revision, position, recordedAt, id, type, metadata };
    const json = JSON.stringify(dataJson === undefined ? ({ ...head, data } satisfies StoredEvent) : head);
    const needed = (json.length + (dataJson?.length ?? 0)) * BYTES_PER_UNIT + POSITION_BYTES + DATA.length;
    if (needed > this.#slab.length - this.#used) {
      this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, needed));
      this.#used = 0;
    }
    const slab = this.#slab;
    const start = this.#used;
    const jsonStart = writePosition(position, slab, start);
    let end = jsonStart + slab.write(json, jsonStart);
    if (dataJson !== undefined) {
      // In front of the brace that closes the head.
      end += slab.write(DATA, end - 1) - 1;
      end += slab.write(dataJson, end);
      end += slab.write('}', end);
    }
    this.#used = end;
    return {
      event: recorded(event, stream, revision, position, recordedAt),
      position,
      bytes: slab.subarray(jsonStart, this.#used),
      positionBytes: slab.subarray(start, jsonStart),
    };
  }
}

function recorded(
  { id, type, data, metadata, dataJson }: NewEvent,
  stream: string,
  revision: number,
  place: number,
  recordedAt: number,
): RecordedEvent {
  const position = BigInt(place);
  return dataJson === undefined
    ? { id, type, data, metadata, stream, revision, position, recordedAt }
    : { id, type, data, metadata, dataJson, stream, revision, position, recordedAt };
}

export function decodeEvent(bytes: Buffer): RecordedEvent {
  const { id, type, data, metadata, stream, revision, position, recordedAt } = JSON.parse(
    bytes.toString('utf8', 0, bytes.length),
  ) as StoredEvent;
  return { id, type, data, metadata, stream, revision, position: BigInt(position), recordedAt };
}

/** @returns the offset after the written bytes */
export function writePosition(position: number, target: Buffer, offset: number): number {
  target.writeUInt32BE(Math.floor(position / 2 ** 32), offset);
  return target.writeUInt32BE(position % 2 ** 32, offset + 4);
}

export function readPosition(source: Buffer, offset = 0): number {
  return source.readUInt32BE(offset) * 2 ** 32 + source.readUInt32BE(offset + 4);
}

/** Decides on the stored bytes, so that an event that is filtered out is never parsed. */
export class StreamFilter {
  readonly #prefixes: readonly string[] | undefined;
  readonly #stored: readonly Buffer[];

  constructor(prefixes: readonly string[] | undefined) {
    this.#prefixes = prefixes;
    this.#stored = (prefixes ?? []).map((prefix) => Buffer.from(`{"stream":${JSON.stringify(prefix).slice(0, -1)}`));
  }

  matches(event: RecordedEvent): boolean {
    return !this.#prefixes || this.#prefixes.some((prefix) => event.stream.startsWith(prefix));
  }

  matchesStored(bytes: Buffer): boolean {
    return !this.#prefixes || this.#stored.some((prefix) => startsWith(bytes, prefix));
  }
}

function startsWith(bytes: Buffer, prefix: Buffer): boolean {
  if (bytes.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[i] !== prefix[i]) return false;
  return true;
}
