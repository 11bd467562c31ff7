import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  assertPosition,
  type EventBatch,
  EventStoreUnavailable,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type SubscribeOptions,
} from '../event-store.port.js';
import { decodeEvent, StreamFilter } from './event-codec.js';
import type { LmdbLog } from './lmdb-log.js';
import type { StoredRecord } from './log-records.js';
import type { RecentEvents, Scanned } from './recent-events.js';

/** Longest time that reading holds the event loop before others get their turn. */
const TURN_MS = 4;
const TURN_EVENTS = 128;
const DEFAULT_BATCH_SIZE = 512;

/**
 * Reads in short synchronous pieces, between which the event loop turns and the log may have grown. Nothing that is
 * not durable is ever returned: `recent.last` bounds every read.
 */
export class LogReader {
  readonly #log: LmdbLog;
  readonly #recent: RecentEvents;
  readonly #usable: () => Promise<void>;

  /** @param usable resolves when the log may be read, rejects with EventStoreUnavailable */
  constructor(log: LmdbLog, recent: RecentEvents, usable: () => Promise<void>) {
    this.#log = log;
    this.#recent = recent;
    this.#usable = usable;
  }

  async *read(stream: string, options: ReadStreamOptions = {}): AsyncGenerator<RecordedEvent> {
    const { from, direction = 'forwards', limit = Infinity } = options;
    const step = direction === 'forwards' ? 1 : -1;
    await this.#usable();
    const head = step < 0 ? reading(() => this.#log.headOf(stream)) : Infinity;
    let revision = Math.min(from ?? (step < 0 ? Infinity : 0), head ?? -1);
    for (let left = limit; left > 0; await this.#nextPiece()) {
      const piece = reading(() => this.#streamPiece(stream, revision, step, left));
      yield* piece;
      if (piece.length === 0) return;
      revision += step * piece.length;
      left -= piece.length;
    }
  }

  holds(stream: string, revision: number): boolean {
    return reading(() => this.#log.placeOf(stream, revision)) !== undefined;
  }

  #streamPiece(stream: string, from: number, step: number, limit: number): RecordedEvent[] {
    const events: RecordedEvent[] = [];
    const until = performance.now() + TURN_MS;
    for (let revision = from; events.length < Math.min(limit, TURN_EVENTS); revision += step) {
      const place = this.#log.placeOf(stream, revision);
      if (place === undefined || place.position > this.#recent.last) break;
      events.push(this.#log.eventAt(place));
      if (performance.now() > until) break;
    }
    return events;
  }

  readAll(position: bigint | 'start' | 'end', options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    // The newest event at the time of the call, which is now, not when the caller asks for the first event.
    return this.#readAll(position, this.#recent.last, options);
  }

  async *#readAll(
    position: bigint | 'start' | 'end',
    newest: number,
    { streamPrefixes, direction = 'forwards', limit = Infinity }: ReadAllOptions,
  ): AsyncGenerator<RecordedEvent> {
    const filter = new StreamFilter(streamPrefixes);
    const forwards = direction === 'forwards';
    const start = position === 'start' ? 0 : position === 'end' ? newest + 1 : Number(position);
    let reached = forwards ? start : Math.min(start, newest + 1);
    const end = forwards ? newest : 1;
    await this.#usable();
    for (let left = limit; left > 0 && (forwards ? reached < end : reached > end); await this.#nextPiece()) {
      const piece = reading(() => this.#scan(reached, end, filter, Math.min(left, TURN_EVENTS)));
      yield* piece.events;
      reached = piece.position;
      left -= piece.events.length;
    }
  }

  /** Looks at the events from the one next to `position` through `end`, at most for one turn of the event loop. */
  #scan(position: number, end: number, filter: StreamFilter, limit: number): Scanned {
    const step = end > position ? 1 : -1;
    const until = performance.now() + TURN_MS;
    const events: RecordedEvent[] = [];
    let record: StoredRecord | undefined;
    while (position !== end && events.length < limit) {
      position += step;
      if (!record || position < record.first || position > record.last) record = this.#log.recordWith(position);
      const bytes = record.eventAt(position);
      if (filter.matchesStored(bytes)) events.push(decodeEvent(bytes));
      if (performance.now() > until) break;
    }
    return { events, position };
  }

  async *subscribeToAll(start: bigint | 'start', options: SubscribeOptions): AsyncGenerator<EventBatch> {
    assertPosition(start);
    const { signal, streamPrefixes, maxBatchSize = DEFAULT_BATCH_SIZE } = options;
    const filter = new StreamFilter(streamPrefixes);
    const reader = { position: start === 'start' ? 0 : Number(start) };
    let wake: () => void = () => undefined;
    const onEvent = (): void => wake();
    const unlisten = this.#recent.onChange(onEvent);
    const letGo = this.#recent.keepFor(reader);
    signal.addEventListener('abort', onEvent);
    try {
      for (;;) {
        await this.#usable();
        if (signal.aborted) return;
        const { position } = reader;
        if (position >= this.#recent.last) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        const remembered = this.#recent.after(position, filter, maxBatchSize);
        const batch = remembered ?? reading(() => this.#scan(position, this.#recent.last, filter, maxBatchSize));
        reader.position = batch.position;
        const caughtUp = batch.position >= this.#recent.last;
        yield { events: batch.events, position: BigInt(batch.position), caughtUp };
        if (!remembered) await nextTurn();
      }
    } finally {
      unlisten();
      letGo();
      signal.removeEventListener('abort', onEvent);
    }
  }

  async #nextPiece(): Promise<void> {
    await nextTurn();
    await this.#usable();
  }
}

function reading<T>(lookup: () => T): T {
  try {
    return lookup();
  } catch (cause) {
    throw new EventStoreUnavailable('The event log cannot be read', { cause });
  }
}
