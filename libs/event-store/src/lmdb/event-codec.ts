import type { EventMetadata, NewEvent, RecordedEvent } from '../event-store.port.js';
import type { Place } from './log-records.js';

/** An event as the log stores it: one JSON object in UTF-8, `stream` first so that a filter need not parse the rest. */
interface StoredEvent extends Omit<NewEvent, 'dataJson'> {
  readonly stream: string;
  readonly revision: number;
  /** A number where the port has a bigint: JSON carries no bigint, and 2^53 events do not fit on any disk. */
  readonly position: number;
  readonly recordedAt: number;
}

/** An event of a batch, and where it stands in the log. */
export interface LogEntry {
  readonly event: RecordedEvent;
  /** Bytes of the event in its record. */
  readonly size: number;
  readonly place: Place;
}

/**
 * The event's text as it is stored.
 * @throws TypeError the event holds what JSON cannot carry (a bigint, a cycle)
 */
export function encodeEvent(
  event: NewEvent,
  stream: string,
  revision: number,
  position: number,
  recordedAt: number,
): string {
  const { id, type, data, metadata, dataJson = JSON.stringify(data) } = event;
  return (
    `{"stream":${quoted(stream)},"revision":${revision},"position":${position},"recordedAt":${recordedAt},` +
    `"id":${quoted(id)},"type":${typeText(type)},"metadata":${metadataText(metadata)},"data":${dataJson}}`
  );
}

/** What nearly every name and id is made of: nothing that JSON escapes. */
const PLAIN = /^[\w.@:/-]*$/;

const quoted = (text: string): string => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

/** Of types there are few. */
const types = new Map<string, string>();
const MAX_TYPES = 200;

function typeText(type: string): string {
  let text = types.get(type);
  if (text === undefined) {
    text = JSON.stringify(type);
    if (types.size < MAX_TYPES) types.set(type, text);
  }
  return text;
}

let lastMetadata: EventMetadata | undefined;
let lastText = '';

/** The events of one request share their metadata. */
function metadataText(metadata: EventMetadata): string {
  if (metadata !== lastMetadata) {
    lastText = JSON.stringify(metadata);
    lastMetadata = metadata;
  }
  return lastText;
}

/** The event as those who follow the log get it. */
export function recordedEvent(
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
