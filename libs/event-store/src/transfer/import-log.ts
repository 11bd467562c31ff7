import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type EventStore,
  EventStoreUnavailable,
  type NewEvent,
  type RecordedEvent,
  type StreamWrite,
  WrongExpectedRevision,
} from '../event-store.port.js';
import type { CarriedEvent } from './log-lines.js';

/** What an import has done. */
export interface Imported {
  /** Events that were there already, as they were exported. */
  readonly found: number;
  readonly appended: number;
  /** Events of the store behind those that were exported. */
  readonly others: number;
}

/** The store holds a log that is not the one to be imported. Nothing of it was changed. */
export class LogDisagrees extends Error {
  override readonly name = 'LogDisagrees';
}

/** Most that goes into one append; EventStoreDB takes 1 MiB by default. */
const MAX_EVENTS = 500;
const MAX_BYTES = 512 * 1024;
/** An event store that is away is asked again so often, the pauses doubling from the first to the longest; ms. */
const ATTEMPTS = 10;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Appends the events to a store in their order, with their ids, revisions, data and metadata. What the store holds already
 * must be how they begin, so that an import that was cut short is gone on with, and one that was not appends nothing.
 * Nobody else may write to the store meanwhile.
 * @param onProgress told how many events have been dealt with, after each append and each 10,000 found
 * @throws LogDisagrees @throws EventStoreUnavailable @throws whatever `events` throws, after what came before is appended
 */
export async function importLog(
  store: EventStore,
  events: AsyncIterable<CarriedEvent>,
  onProgress: (events: number) => void = () => undefined,
): Promise<Imported> {
  const there = store.readAll('start')[Symbol.asyncIterator]();
  const writer = new BatchWriter(store);
  let found = 0;
  let others = 0;
  let atEnd = false;
  try {
    for await (const event of events) {
      if (!atEnd) {
        const next = await there.next();
        if (!next.done) {
          checkSame(next.value, event, found);
          if (++found % 10_000 === 0) onProgress(found);
          continue;
        }
        atEnd = true;
      }
      if (await writer.add(event)) onProgress(found + writer.appended);
    }
    if (!atEnd) while (!(await there.next()).done) others++;
  } finally {
    await there.return?.();
    // Also of a file that is cut: what it holds is true.
    await writer.flush();
  }
  return { found, appended: writer.appended, others };
}

function checkSame(there: RecordedEvent, event: CarriedEvent, place: number): void {
  const same = (['id', 'type', 'stream', 'revision'] as const).every((name) => there[name] === event[name]);
  if (same && isDeepStrictEqual(there.data, event.data) && isDeepStrictEqual(there.metadata, event.metadata)) return;
  throw new LogDisagrees(
    `The store holds another log: its event ${place + 1} is ${there.type} ${there.id} at revision ${there.revision} of ` +
      `${there.stream}, where ${event.type} ${event.id} at ${event.revision} of ${event.stream} was exported. ` +
      'Nothing was changed; import into an empty store.',
  );
}

/** Gathers events for as few appends as keep their order in the log. */
class BatchWriter {
  appended = 0;
  private writes: { stream: string; events: NewEvent[]; expected: number | 'noStream' }[] = [];
  private count = 0;
  private bytes = 0;

  constructor(private readonly store: EventStore) {}

  /** @returns whether something has been appended */
  async add({ stream, revision, id, type, data, metadata }: CarriedEvent): Promise<boolean> {
    const bytes = JSON.stringify(data).length;
    const last = this.writes.at(-1);
    const goesOn = last?.stream === stream;
    const isOther = !goesOn && last !== undefined && (!this.store.appendTogether || this.holds(stream));
    const isFull = this.count >= MAX_EVENTS || (this.count > 0 && this.bytes + bytes > MAX_BYTES);
    if (isOther || isFull) await this.flush();
    const event: NewEvent = { id, type, data, metadata };
    const write = this.writes.at(-1);
    if (write?.stream === stream) write.events.push(event);
    else this.writes.push({ stream, events: [event], expected: revision === 0 ? 'noStream' : revision - 1 });
    this.count++;
    this.bytes += bytes;
    return isOther || isFull;
  }

  async flush(): Promise<void> {
    const { writes, count } = this;
    [this.writes, this.count, this.bytes] = [[], 0, 0];
    if (count === 0) return;
    await this.append(writes);
    this.appended += count;
  }

  private holds(stream: string): boolean {
    return this.writes.some((write) => write.stream === stream);
  }

  /** Repeating an append is harmless: ids tell. */
  private async append(writes: readonly StreamWrite[]): Promise<void> {
    for (let attempt = 1, wait = FIRST_PAUSE_MS; ; attempt++, wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      try {
        if (this.store.appendTogether) return void (await this.store.appendTogether(writes));
        for (const { stream, events, expected } of writes) await this.store.append(stream, events, expected);
        return;
      } catch (error) {
        if (error instanceof WrongExpectedRevision) {
          throw new LogDisagrees(`Somebody else has written to ${error.stream}; stop whatever uses the store`, {
            cause: error,
          });
        }
        if (!(error instanceof EventStoreUnavailable) || attempt >= ATTEMPTS) throw error;
        await pause(wait);
      }
    }
  }
}
