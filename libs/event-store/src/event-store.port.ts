/** A fact to be appended. `data` and `metadata` are JSON objects; what JSON cannot carry must not be in them. */
export interface NewEvent<Type extends string = string, Data extends object = object> {
  /** UUID, chosen by the writer; the same id written again at the same place is the same event, not a second one. */
  readonly id: string;
  readonly type: Type;
  readonly data: Data;
  readonly metadata: EventMetadata;
  /**
   * The JSON text of `data`, where the writer has it at hand: what would parse to `data`. A store may take it instead of
   * writing `data` out again, and may hand it on to subscribers.
   */
  readonly dataJson?: string;
}

/** An admin as they stood when they acted. */
export interface ActingAdmin {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** Who did it, on whose behalf and when. `occurredAt` is UTC with milliseconds, e.g. `2026-01-31T08:15:30.123Z`. */
export interface EventMetadata {
  /** Empty where the event is about the installation. */
  readonly tenant: string;
  readonly connection?: string;
  readonly credential?: string;
  /** Preset name of the identity provider, e.g. `okta`. */
  readonly idp?: string;
  /** Name of the admin or system part that acted where no connection did. */
  readonly actor?: string;
  /** The admin who acted, where it was one. */
  readonly admin?: ActingAdmin;
  /** Request id: every event that one request caused carries it. */
  readonly correlationId: string;
  /** Id of the event or request that directly caused this one. */
  readonly causationId: string;
  /** The piece of a trace that recorded it, as W3C Trace Context writes it; absent: it belongs to none. */
  readonly traceparent?: string;
  readonly occurredAt: string;
  readonly schemaVersion: number;
}

/** An event as the log holds it. */
export interface RecordedEvent<Type extends string = string, Data extends object = object> extends NewEvent<
  Type,
  Data
> {
  readonly stream: string;
  /** Place in its stream, 0-based, without gaps. */
  readonly revision: number;
  /** Place in the whole log: strictly increasing, not necessarily dense. Opaque but for comparing. */
  readonly position: bigint;
  /** When the store recorded it, milliseconds since the epoch, UTC. */
  readonly recordedAt: number;
}

export interface AppendResult {
  /** Revision of the last event written. */
  readonly revision: number;
  /** Position of the last event written; what a read model must have passed for its reader to see the write. */
  readonly position: bigint;
}

/** What `append` takes, as one of several writes. */
export interface StreamWrite {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly expected: number | 'noStream';
}

/** A piece of a subscription: the events, and how far the log has been seen, filtered-out events included. */
export interface EventBatch {
  readonly events: readonly RecordedEvent[];
  /**
   * Everything up to and including this position has been delivered or filtered out; a checkpoint to resume after. Past events
   * that are filtered out it moves within seconds, not at once: who is waited for had better wait for an event that the
   * subscription delivers, or for `caughtUp`.
   */
  readonly position: bigint;
  /**
   * True when, at that moment, nothing newer that is followed was in the log. What was in it when the subscription was asked
   * for is then behind `position`, filtered out or not.
   */
  readonly caughtUp: boolean;
}

/** Whether a position can be that of an event: EventStoreDB's are signed 64-bit integers, and no engine's reach further. */
export const isPosition = (position: bigint): boolean => position >= 0n && position < 2n ** 63n;

/** @throws RangeError nobody can go on at a position that no event has */
export function assertPosition(position: bigint | 'start'): void {
  if (position === 'start' || isPosition(position)) return;
  throw new RangeError(`No event has position ${position}; a follower that stored it must begin at the start`);
}

export interface ReadStreamOptions {
  /** First revision to yield; default the first of the stream, or the last when reading backwards. */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  /** Most events to yield; default all. */
  readonly limit?: number;
}

export interface ReadAllOptions {
  /** Only events of streams whose name starts with one of these; default all streams. */
  readonly streamPrefixes?: readonly string[];
  readonly direction?: 'forwards' | 'backwards';
  readonly limit?: number;
}

export interface SubscribeOptions {
  /** Ends the subscription: the iteration finishes normally, without an error. */
  readonly signal: AbortSignal;
  readonly streamPrefixes?: readonly string[];
  /** Most events in one batch; default 512. */
  readonly maxBatchSize?: number;
}

/**
 * The log. Streams are named `category-{tenant}.{id}`; events in a stream are numbered from 0, all events of the log
 * are ordered by position. Words are EventStoreDB's.
 */
export interface EventStore extends AsyncDisposable {
  /**
   * True when no other process can write to this store while it is open: a state folded from this process' own appends
   * is then current without asking.
   */
  readonly soleWriter: boolean;

  /**
   * Appends all of `events` or none, and resolves once they are on disk (fsync), so that a power cut loses nothing
   * acknowledged. Repeating a call with the same event ids is harmless: it resolves with the place of the first write
   * and writes nothing, as long as those events stand right after `expected`.
   * @param expected revision of the last event of the stream that the caller has read (0-based), or 'noStream'
   * @throws WrongExpectedRevision another writer came first; nothing was written
   * @throws EventStoreUnavailable the store cannot answer now; whether the events were written is unknown, and
   *   repeating the same call (same ids, same `expected`) is the way to find out
   * @throws EventTooLarge the events are more than the store takes at once
   */
  append(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): Promise<AppendResult>;

  /**
   * Appends to several streams at once, all of all `writes` or none, and resolves once they are on disk. Their events
   * stand next to each other in the log, in the order of `writes`, and whoever sees one of them can read them all.
   * Repeating the whole call with the same event ids is as harmless as repeating `append`.
   *
   * Absent where the engine cannot: EventStoreDB appends to one stream at a time.
   * @returns for each of `writes`, in order, revision and position of its last event
   * @throws WrongExpectedRevision for the first of `writes` whose stream is not where it expects; nothing was written
   * @throws EventStoreUnavailable as `append` does
   * @throws RangeError there is nothing to write, or a stream is named twice
   */
  readonly appendTogether?: (writes: readonly StreamWrite[]) => Promise<AppendResult[]>;

  /**
   * Events of one stream in order of revision (or against it). A stream never written yields nothing; it is no error.
   * Sees every append that was acknowledged before the call.
   */
  read(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /**
   * Whether the stream has an event after `revision`, every acknowledged append included; also true when the store
   * cannot look now. Told at once, so that whoever holds a state of the stream can use it without reading: absent where
   * the engine has to be asked over a network, and reading costs no more.
   */
  readonly hasAfter?: (stream: string, revision: number) => boolean;

  /** Events of the whole log after (backwards: before) `position`, up to the newest at the time of the call. */
  readAll(position: bigint | 'start' | 'end', options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /**
   * Every durable event after `position`, in order, without gaps or repetition, then new ones as they come; ends when
   * `signal` aborts. A batch may be empty: it then only reports progress past filtered-out events.
   * @throws RangeError `position` is below 0, or 2^63 or more: no event has it
   */
  subscribeToAll(position: bigint | 'start', options: SubscribeOptions): AsyncIterable<EventBatch>;

  /** Position of the newest durable event, or undefined while the log is empty. */
  lastPosition(): Promise<bigint | undefined>;
}

/** The stream was not at the revision the writer expected. Nothing was written. */
export class WrongExpectedRevision extends Error {
  override readonly name = 'WrongExpectedRevision';
  constructor(
    readonly stream: string,
    readonly expected: number | 'noStream',
    /** Revision the stream is at, 'noStream' when it has no event, undefined when the store did not say. */
    readonly actual: number | 'noStream' | undefined,
    options?: ErrorOptions,
  ) {
    super(`Stream ${stream} is at ${actual ?? 'another revision'}, expected ${expected}`, options);
  }
}

/** The store is away, overloaded or closing. The caller may repeat the call. */
export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable';
}

/** The store takes no append of this size, however often it is asked. Nothing was written. */
export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge';
}

/** Injection token of the event store. */
export const EVENT_STORE = Symbol('EventStore');
