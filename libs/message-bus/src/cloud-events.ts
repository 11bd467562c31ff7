import type { Message } from './message-bus.port.js';

/**
 * Header names of CloudEvents 1.0 in Kafka's binary mode; `tenant`, `revision` and `position` are extensions of ours,
 * `traceparent` is the Distributed Tracing extension.
 */
export const CE = {
  specversion: 'ce_specversion',
  id: 'ce_id',
  type: 'ce_type',
  source: 'ce_source',
  subject: 'ce_subject',
  time: 'ce_time',
  contentType: 'content-type',
  tenant: 'ce_tenant',
  revision: 'ce_revision',
  position: 'ce_position',
  traceparent: 'ce_traceparent',
} as const;

/** Where those who instrument Kafka clients look for the trace of whoever published. */
export const TRACEPARENT = 'traceparent';

export interface CloudEventAttributes {
  /** Id of the event behind the message; with `source` it tells a repetition. */
  readonly id: string;
  readonly type: string;
  /** URI reference of where it happened. */
  readonly source: string;
  /** What it is about, within the source. */
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly tenant: string;
  /** Place of the event in its stream, 0-based: increases with every change of the subject. */
  readonly revision: number;
  /** Place in the whole log of what caused the message. */
  readonly position?: bigint;
  /** The piece of a trace that recorded the event, as W3C Trace Context writes it. */
  readonly traceparent?: string;
}

export interface CloudEventInput extends Omit<CloudEventAttributes, 'tenant' | 'revision'> {
  /** Absent where the message is about no tenant's subject. */
  readonly tenant?: string;
  readonly revision?: number;
  readonly key: string;
  /** A JSON object, or its text where that is there already; null makes a tombstone. */
  readonly data: object | string | null;
}

export interface CloudEvent extends CloudEventAttributes {
  /** The parsed JSON; undefined for a tombstone. */
  readonly data: unknown;
}

/** The message is not a CloudEvent as we write them: it will never be readable. */
export class MalformedCloudEvent extends Error {
  override readonly name = 'MalformedCloudEvent';
}

/** Called for each message that is published: one pass, no copies. */
export function encodeCloudEvent(event: CloudEventInput): Message {
  const { key, data, position, traceparent } = event;
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_subject: event.subject,
    ce_time: event.time,
  };
  if (event.tenant !== undefined) headers[CE.tenant] = event.tenant;
  if (event.revision !== undefined) headers[CE.revision] = `${event.revision}`;
  if (position !== undefined) headers[CE.position] = `${position}`;
  if (traceparent !== undefined) headers[CE.traceparent] = traceparent;
  if (data === null) return { key, value: null, headers };
  headers[CE.contentType] = 'application/json';
  return { key, value: typeof data === 'string' ? data : JSON.stringify(data), headers };
}

/** @throws MalformedCloudEvent a header is missing or wrong, or the value is not JSON */
export function decodeCloudEvent({ headers, value }: Pick<Message, 'headers' | 'value'>): CloudEvent {
  if (headers[CE.specversion] !== '1.0') {
    throw new MalformedCloudEvent(`${CE.specversion} is ${headers[CE.specversion] ?? 'missing'}, expected 1.0`);
  }
  const position = headers[CE.position];
  const traceparent = headers[CE.traceparent];
  return {
    id: required(headers, CE.id),
    type: required(headers, CE.type),
    source: required(headers, CE.source),
    subject: headers[CE.subject] ?? '',
    time: required(headers, CE.time),
    tenant: required(headers, CE.tenant),
    revision: Number(digits(required(headers, CE.revision), CE.revision)),
    ...(position !== undefined && { position: BigInt(digits(position, CE.position)) }),
    ...(traceparent !== undefined && { traceparent }),
    data: value === null ? undefined : parse(value),
  };
}

function required(headers: Message['headers'], name: string): string {
  const value = headers[name];
  if (value === undefined || value === '') throw new MalformedCloudEvent(`${name} is missing`);
  return value;
}

function digits(text: string, name: string): string {
  if (!/^\d+$/.test(text)) throw new MalformedCloudEvent(`${name} is not a whole number`);
  return text;
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    // The parser's own message quotes the text, which is personal data.
    throw new MalformedCloudEvent('The value is not JSON');
  }
}
