import type { RecordedEvent } from '../event-store.port.js';
import type { LogEntry, StreamFilter } from './event-codec.js';

/** A piece of the log: the events that passed the filter, and the last position looked at. */
export interface Scanned {
  readonly events: readonly RecordedEvent[];
  readonly position: number;
}

/** How far somebody who follows the log has come: the newest event that they need not be shown again. */
export interface Reader {
  position: number;
}

/** More than writers may be ahead of the projections (`ReadYourWrites`), two events to a create. */
const MAX_EVENTS = 8192;
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Knows how far the log is durable, and keeps the newest events in memory until all subscribers have them. Its size is
 * bounded: a subscriber that falls behind it reads the log instead. What is kept without need costs as well: memory that many
 * short-lived objects are copied into before it is given back.
 */
export class RecentEvents {
  #last: number;
  /** `#events[#dropped]` is the oldest one kept; those before it are gone. */
  #events: (RecordedEvent | undefined)[] = [];
  /** Stored size of each of `#events`, in bytes. */
  #sizes: number[] = [];
  #dropped = 0;
  #bytes = 0;
  readonly #listeners = new Set<() => void>();
  readonly #readers = new Set<Reader>();

  constructor(last: number) {
    this.#last = last;
  }

  /** Position of the newest durable event, 0 while there is none. Nothing behind it may be shown to anyone. */
  get last(): number {
    return this.#last;
  }

  /** Position of the oldest event kept; one more than `last` while there is none. */
  get #oldest(): number {
    return this.#last - (this.#events.length - this.#dropped) + 1;
  }

  /** @param entries durable, in order, and next to `last` */
  push(entries: readonly LogEntry[]): void {
    for (const { event, size, place } of entries) {
      this.#events.push(event);
      this.#sizes.push(size);
      this.#bytes += size;
      this.#last = place.position;
    }
    let seenByAll = this.#last;
    for (const { position } of this.#readers) seenByAll = Math.min(seenByAll, position);
    while (this.#oldest <= seenByAll || this.#last - this.#oldest >= MAX_EVENTS || this.#bytes > MAX_BYTES) {
      this.#bytes -= this.#sizes[this.#dropped] ?? 0;
      this.#events[this.#dropped++] = undefined;
    }
    if (this.#dropped > MAX_EVENTS) {
      this.#events = this.#events.slice(this.#dropped);
      this.#sizes = this.#sizes.slice(this.#dropped);
      this.#dropped = 0;
    }
    this.notify();
  }

  /** Forgets what is in memory: the log was opened anew and ends at `last`. */
  reset(last: number): void {
    this.#last = last;
    this.#events = [];
    this.#sizes = [];
    this.#dropped = 0;
    this.#bytes = 0;
    this.notify();
  }

  /** At most `limit` events after `position`; undefined when memory does not reach back so far. */
  after(position: number, filter: StreamFilter, limit: number): Scanned | undefined {
    const oldest = this.#oldest;
    if (position + 1 < oldest) return undefined;
    const events: RecordedEvent[] = [];
    let reached = position;
    for (; reached < this.#last && events.length < limit; reached++) {
      const event = this.#events[this.#dropped + reached + 1 - oldest] as RecordedEvent;
      if (filter.matches(event)) events.push(event);
    }
    return { events, position: reached };
  }

  /** Keeps what lies behind the reader's position from now on, until the returned function is called. */
  keepFor(reader: Reader): () => void {
    this.#readers.add(reader);
    return () => void this.#readers.delete(reader);
  }

  /** Calls `listener` after every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
