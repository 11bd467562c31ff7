import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AllStreamRecordedEvent,
  type AppendResult as DbAppendResult,
  BACKWARDS,
  END,
  type EventStoreDBClient,
  FORWARDS,
  NO_STREAM,
  START,
  StreamNotFoundError,
} from '@eventstore/db-client';
import {
  type AppendResult,
  assertPosition,
  type EventBatch,
  type EventStore,
  EventStoreUnavailable,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
  WrongExpectedRevision,
} from '../event-store.port.js';
import { isStreamName } from '../stream-name.js';
import { connect, OF_LEADER } from './connect.js';
import { appendFailure, isNotLeader, isTransient, unavailable } from './failures.js';
import { isOurs, isTold, proposed, recorded } from './recorded-event.js';
import { type Reading, readWithin } from './read-within.js';
import { AllSubscription, type AskLog, type Followed } from './all-subscription.js';

export interface EventStoreDbOptions {
  /**
   * As EventStoreDB's documentation has it: `esdb://user:password@host:2113?tls=true`, several hosts or `esdb+discover://`
   * for a cluster. Server 24.10.5 or newer; what older ones tell wrongly is not believed.
   */
  readonly connectionString: string;
  /** How long an append is tried again before it is given up with its outcome unknown, milliseconds; default 10,000. */
  readonly appendTimeoutMs?: number;
  /** Longest silence while something is read, milliseconds; default 10,000. */
  readonly readTimeoutMs?: number;
  /** How long a subscription has had no news before it asks how far the log has come, milliseconds; default 2,000. */
  readonly idleMs?: number;
  /** How late an event may be on a subscription before that is ended, to be asked for again, milliseconds; default 10,000. */
  readonly lagsAfterMs?: number;
}

const APPEND_TIMEOUT_MS = 10_000;
const READ_TIMEOUT_MS = 10_000;
const IDLE_MS = 2_000;
const LAGS_AFTER_MS = 10_000;
/** Pauses between the attempts of one append, ms: doubling between these. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** Nodes that a read is sent on to: the lead may change on the way. */
const LEADERS_ASKED = 3;

/**
 * The log in EventStoreDB. Nothing is sent before the first call: a server that is away is EventStoreUnavailable then, and
 * no reason not to start.
 * @throws TypeError the connection string is not one
 */
export function openEventStoreDb(options: EventStoreDbOptions): EventStore {
  return new EventStoreDb(connect(options.connectionString), options);
}

class EventStoreDb implements EventStore {
  /** Any gateway may append. */
  readonly soleWriter = false;
  readonly #client: EventStoreDBClient;
  readonly #appendTimeoutMs: number;
  readonly #readTimeoutMs: number;
  readonly #patience: Pick<Followed, 'idleMs' | 'lagsAfterMs'>;
  readonly #closing = new AbortController();
  readonly #subscriptions = new Set<AllSubscription>();

  constructor(client: EventStoreDBClient, options: EventStoreDbOptions) {
    this.#client = client;
    this.#appendTimeoutMs = options.appendTimeoutMs ?? APPEND_TIMEOUT_MS;
    this.#readTimeoutMs = options.readTimeoutMs ?? READ_TIMEOUT_MS;
    this.#patience = { idleMs: options.idleMs ?? IDLE_MS, lagsAfterMs: options.lagsAfterMs ?? LAGS_AFTER_MS };
  }

  async append(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): Promise<AppendResult> {
    if (!isStreamName(stream)) throw new RangeError('A stream name has 1 to 500 characters and no NUL');
    if (events.length === 0) throw new RangeError(`Nothing to append to ${stream}`);
    if (expected !== 'noStream' && (!Number.isSafeInteger(expected) || expected < 0)) {
      throw new RangeError(`Expected revision of ${stream} must be 0, 1, 2, … or 'noStream'`);
    }
    const toAppend = events.map(proposed);
    const expectedRevision = expected === 'noStream' ? NO_STREAM : BigInt(expected);
    const giveUpAt = performance.now() + this.#appendTimeoutMs;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      this.#checkOpen();
      const left = giveUpAt - performance.now();
      try {
        const deadline = Math.max(1, Math.ceil(left));
        const appended = this.#client.appendToStream(stream, toAppend, { expectedRevision, deadline, ...OF_LEADER });
        const result = await this.#answered(appended, deadline);
        if (result.success) return await this.#place(stream, result);
        // `throwOnAppendFailure=false` in the connection string: a conflict is an answer like any other.
        const actual = result.nextExpectedRevision;
        throw new WrongExpectedRevision(stream, expected, actual < 0n ? 'noStream' : Number(actual));
      } catch (error) {
        this.#checkOpen();
        // Whether it was written is unknown, but the ids tell: written, the next attempt answers with its place.
        if (!isTransient(error) || giveUpAt - performance.now() <= wait) throw appendFailure(stream, expected, error);
        await pause(wait, undefined, { ref: false });
      }
    }
  }

  /** The deadline of a call is that of its way to a node; finding one takes the client longer where none is there. */
  async #answered<T>(answer: Promise<T>, withinMs: number): Promise<T> {
    const ended = new AbortController();
    const signal = AbortSignal.any([ended.signal, this.#closing.signal]);
    const silence = pause(withinMs, undefined, { signal }).then(
      () => Promise.reject(new EventStoreUnavailable(`EventStoreDB did not answer within ${withinMs} ms`)),
      () => Promise.reject(new EventStoreUnavailable('The event store is closed')),
    );
    try {
      return await Promise.race([answer, silence]);
    } finally {
      ended.abort();
      silence.catch(() => undefined);
    }
  }

  async #place(stream: string, { nextExpectedRevision, position }: DbAppendResult): Promise<AppendResult> {
    const revision = Number(nextExpectedRevision);
    if (position && isTold(position.commit)) return { revision, position: position.commit };
    // A server need not say where the events of a repeated append stand.
    for await (const event of this.read(stream, { from: revision, limit: 1 }))
      return { revision, position: event.position };
    throw new EventStoreUnavailable(`EventStoreDB does not show what it took into ${stream}`);
  }

  async *read(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from, direction = 'forwards', limit } = options;
    this.#checkOpen();
    if (limit === 0) return;
    const backwards = direction === 'backwards';
    const begin = () =>
      this.#client.readStream(stream, {
        direction: backwards ? BACKWARDS : FORWARDS,
        fromRevision: from === undefined ? (backwards ? END : START) : BigInt(from),
        ...(limit !== undefined && { maxCount: limit }),
        ...OF_LEADER,
      });
    try {
      for await (const { event } of this.#ofLeader(begin)) if (event) yield recorded(event);
    } catch (error) {
      if (!(error instanceof StreamNotFoundError)) throw unavailable(`EventStoreDB cannot read ${stream}`, error);
    }
  }

  readAll(position: bigint | 'start' | 'end', options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    // The newest event at the time of the call, which is now, not when the caller asks for the first one.
    const newest = this.#newest();
    newest.catch(() => undefined); // told where it is awaited
    return this.#readAll(position, newest, options);
  }

  async *#readAll(
    position: bigint | 'start' | 'end',
    newest: Promise<bigint | undefined>,
    { streamPrefixes, direction = 'forwards', limit = Infinity }: ReadAllOptions,
  ): AsyncGenerator<RecordedEvent> {
    const last = await newest;
    const backwards = direction === 'backwards';
    if (last === undefined || limit === 0 || position === (backwards ? 'start' : 'end')) return;
    const isWanted = (stream: string): boolean =>
      isOurs(stream) && (!streamPrefixes || streamPrefixes.some((prefix) => stream.startsWith(prefix)));
    let left = limit;
    for await (const event of this.#scan(position, backwards)) {
      // Where a position is inside or outside of a read is the server's to say; here it is always outside.
      const at = event.position?.commit ?? 0n;
      if (typeof position === 'bigint' && (backwards ? at >= position : at <= position)) continue;
      if (at > last) {
        if (backwards) continue;
        return;
      }
      if (!isWanted(event.streamId)) continue;
      yield recorded(event);
      left -= 1;
      if (left <= 0) return;
    }
  }

  /** Every event of the log, the server's own too. */
  async *#scan(
    from: bigint | 'start' | 'end',
    backwards: boolean,
    limit?: number,
  ): AsyncGenerator<AllStreamRecordedEvent> {
    this.#checkOpen();
    const begin = () =>
      this.#client.readAll({
        direction: backwards ? BACKWARDS : FORWARDS,
        fromPosition: typeof from === 'bigint' ? { commit: from, prepare: from } : from === 'start' ? START : END,
        ...(limit !== undefined && { maxCount: limit }),
        ...OF_LEADER,
      });
    try {
      for await (const { event } of this.#ofLeader(begin)) if (event) yield event;
    } catch (error) {
      throw unavailable('EventStoreDB cannot read the log', error);
    }
  }

  /**
   * What the read yields, begun once more where the node that was asked does not lead: the client knows then which does. A long
   * read that loses its leader on the way fails; what came of it is not to come twice.
   */
  async *#ofLeader<T>(begin: () => Reading<T>): AsyncGenerator<T> {
    let hasBegun = false;
    for (let left = LEADERS_ASKED; ; left--) {
      try {
        for await (const item of readWithin(begin(), this.#readTimeoutMs, this.#closing.signal)) {
          hasBegun = true;
          yield item;
        }
        return;
      } catch (error) {
        if (!isNotLeader(error) || hasBegun || left === 0) throw error;
        await pause(FIRST_PAUSE_MS, undefined, { ref: false });
      }
    }
  }

  /** Position of the newest event of the log, whoever wrote it. */
  async #newest(): Promise<bigint | undefined> {
    for await (const { position } of this.#scan('end', true, 1)) return position?.commit;
    return undefined;
  }

  async lastPosition(): Promise<bigint | undefined> {
    for await (const { position } of this.readAll('end', { direction: 'backwards', limit: 1 })) return position;
    return undefined;
  }

  async *subscribeToAll(position: bigint | 'start', options: SubscribeOptions): AsyncGenerator<EventBatch> {
    assertPosition(position);
    this.#checkOpen();
    if (options.signal.aborted) return;
    const { streamPrefixes: prefixes } = options;
    const log: AskLog = {
      newest: () => this.#newest(),
      wantedIn: async (after, last) => {
        const wanted = { limit: 1, ...(prefixes && { streamPrefixes: prefixes }) };
        for await (const event of this.#readAll(after, Promise.resolve(last), wanted)) return event.position;
        return undefined;
      },
    };
    // Being caught up is to have passed what was in the log before.
    const newest = log.newest();
    if (await isAbortedBefore(newest, options.signal)) return;
    const followed = { from: position, prefixes, before: await newest, ...this.#patience };
    const subscription = new AllSubscription(this.#client, log, followed);
    this.#subscriptions.add(subscription);
    try {
      yield* subscription.batches(options);
    } catch (error) {
      throw unavailable('EventStoreDB cannot be followed', error);
    } finally {
      this.#subscriptions.delete(subscription);
      subscription.close();
    }
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new EventStoreUnavailable('The event store is closed');
  }

  /** Calls under way end with EventStoreUnavailable; what an append has become is then unknown, as after a lost connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const closed = new EventStoreUnavailable('The event store is closed');
    for (const subscription of this.#subscriptions) subscription.fail(closed);
    await this.#client.dispose();
  }
}

/** Whether `signal` aborts before `answer` is there, or has failed. */
async function isAbortedBefore(answer: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  const aborted = once(signal, 'abort', { signal: ended.signal }).catch(() => undefined);
  await Promise.race([answer.catch(() => undefined), aborted]);
  ended.abort();
  return signal.aborted;
}
