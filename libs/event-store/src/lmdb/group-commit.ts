import {
  type AppendResult,
  EventStoreUnavailable,
  type NewEvent,
  type RecordedEvent,
  type StreamWrite,
  WrongExpectedRevision,
} from '../event-store.port.js';
import { encodeEvent, type LogEntry, recordedEvent } from './event-codec.js';
import { isStreamName } from '../stream-name.js';
import type { LmdbLog } from './lmdb-log.js';
import { RecordWriter } from './log-records.js';
import type { RecentEvents } from './recent-events.js';

/** Bytes of events that may wait for the disk; beyond it callers are told to come back rather than fill the memory. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** One call: all its streams and where their last events stand, and who waits for it. */
interface Append {
  readonly streams: readonly string[];
  readonly results: AppendResult[];
  readonly resolve: (results: AppendResult[]) => void;
  readonly reject: (error: Error) => void;
}

interface PlacedWrite extends Omit<StreamWrite, 'expected'> {
  /** Revision its first event is to get. */
  readonly next: number;
}

/** Appends that go to disk in one transaction. */
class Batch {
  readonly records: RecordWriter;
  readonly entries: LogEntry[] = [];
  readonly appends: Append[] = [];
  bytes = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(records: RecordWriter) {
    this.records = records;
  }

  add(event: RecordedEvent, text: string): void {
    const { size, place } = this.records.add(Number(event.position), text);
    this.entries.push({ event, size, place });
    this.bytes += size;
  }

  /** Resolves when the batch is on disk or has failed. */
  settled(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  settle(): void {
    for (const resolve of this.#waiting) resolve();
  }
}

/**
 * The one writer of the log. An append is checked and given its positions at once, in memory; what was accepted while
 * one batch is being synced to disk forms the next batch. So the number of syncs depends on the disk, not on the load.
 */
export class GroupCommit {
  readonly #log: LmdbLog;
  readonly #recent: RecentEvents;
  /** Memory of finished batches, for the next ones. */
  readonly #spareWriters: RecordWriter[] = [];
  /** Streams with accepted events that are not durable yet: their last revision and the batch that holds it. */
  readonly #pending = new Map<string, { readonly revision: number; readonly batch: Batch }>();
  #lastAssigned: number;
  #gathering: Batch | undefined;
  #writing: Batch | undefined;
  #flushScheduled = false;
  #closing = false;
  #recovery: Promise<void> | undefined;

  /** @param onCommit told how many events each commit has carried */
  constructor(
    log: LmdbLog,
    recent: RecentEvents,
    private readonly onCommit?: (events: number) => void,
  ) {
    this.#log = log;
    this.#recent = recent;
    this.#lastAssigned = recent.last;
  }

  async append(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): Promise<AppendResult> {
    const next = firstRevision(stream, events, expected);
    for (;;) {
      // Also while the log is being opened anew: until then the last position is not known.
      if (this.#closing || this.#recovery || !this.#log.isOpen) await this.usable();
      const pending = this.#pending.get(stream);
      if (pending ? pending.revision + 1 === next : this.#endsBefore(stream, next)) {
        const [result] = await this.#accept([{ stream, next, events }]);
        return result as AppendResult;
      }
      const earlier = this.#earlierWrite(stream, next, events, pending?.revision ?? -1);
      if (earlier === 'different') {
        throw new WrongExpectedRevision(stream, expected, this.#log.headOf(stream) ?? 'noStream');
      }
      if (earlier !== 'notDurable') return earlier;
      // What stands in the way is not on disk yet: it may still fail, and nobody can read it, so that a caller told
      // "conflict" now would load the old state and try the same again. Wait for the outcome, then look again.
      await pending?.batch.settled();
    }
  }

  async appendTogether(writes: readonly StreamWrite[]): Promise<AppendResult[]> {
    const placed = writes.map(({ stream, events, expected }) => {
      return { stream, events, expected, next: firstRevision(stream, events, expected) };
    });
    if (placed.length === 0) throw new RangeError('Nothing to append');
    if (placed.some(({ stream }, i) => placed.findIndex((other) => other.stream === stream) < i)) {
      throw new RangeError('Each stream can be written once in a call');
    }
    for (;;) {
      if (this.#closing || this.#recovery || !this.#log.isOpen) await this.usable();
      // From here to the decision nothing is awaited, so all streams are looked at in the same instant.
      const obstacle = placed.find(({ stream, next }) => {
        const pending = this.#pending.get(stream);
        return !(pending ? pending.revision + 1 === next : this.#endsBefore(stream, next));
      });
      if (!obstacle) return await this.#accept(placed);
      const results: AppendResult[] = [];
      let undecided: Batch | undefined;
      for (const { stream, next, events } of placed) {
        const pending = this.#pending.get(stream);
        const earlier = this.#earlierWrite(stream, next, events, pending?.revision ?? -1);
        if (earlier === 'notDurable') undecided ??= pending?.batch;
        else if (earlier !== 'different') results.push(earlier);
      }
      if (results.length === placed.length) return results;
      if (!undecided) {
        const { stream, expected } = obstacle;
        throw new WrongExpectedRevision(stream, expected, this.#log.headOf(stream) ?? 'noStream');
      }
      await undecided.settled();
    }
  }

  get isUsable(): boolean {
    return !this.#closing && !this.#recovery && this.#log.isOpen;
  }

  /** @throws EventStoreUnavailable the store is closed, or could not be opened again after a failed write */
  async usable(): Promise<void> {
    if (this.#closing) throw new EventStoreUnavailable('The event store is closed');
    if (this.#log.isOpen && !this.#recovery) return;
    this.#recovery ??= this.#recover().finally(() => (this.#recovery = undefined));
    await this.#recovery;
  }

  /** Refuses new appends and resolves when those accepted have been answered. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#recovery?.catch(() => undefined);
    for (let batch; (batch = this.#gathering ?? this.#writing);) await batch.settled();
  }

  #endsBefore(stream: string, next: number): boolean {
    return !this.#isDurable(stream, next) && (next === 0 || this.#isDurable(stream, next - 1));
  }

  #isDurable(stream: string, revision: number): boolean {
    return this.#log.placeOf(stream, revision) !== undefined;
  }

  /** Where these events stand already, if they are what the stream holds from revision `next` on. */
  #earlierWrite(
    stream: string,
    next: number,
    events: readonly NewEvent[],
    pendingRevision: number,
  ): AppendResult | 'different' | 'notDurable' {
    let position = 0;
    for (const [i, event] of events.entries()) {
      const found = this.#log.placeOf(stream, next + i);
      if (found === undefined) return next + i <= pendingRevision ? 'notDurable' : 'different';
      if (this.#log.eventAt(found).id !== event.id) return 'different';
      position = found.position;
    }
    return { revision: next + events.length - 1, position: BigInt(position) };
  }

  /**
   * Gives the writes of one call their places. All are encoded before any is accepted: one that JSON cannot carry must
   * leave no trace. Resolves with the place of each one's last event once the batch is on disk.
   */
  #accept(placed: readonly PlacedWrite[]): Promise<AppendResult[]> {
    const batch = this.#nextBatch();
    const recordedAt = Date.now();
    const texts: string[] = [];
    const accepted: RecordedEvent[] = [];
    const results: AppendResult[] = [];
    let position = this.#lastAssigned;
    for (const { stream, next, events } of placed) {
      let revision = next;
      for (const event of events) {
        texts.push(encodeEvent(event, stream, revision, ++position, recordedAt));
        accepted.push(recordedEvent(event, stream, revision++, position, recordedAt));
      }
      results.push({ revision: revision - 1, position: BigInt(position) });
    }
    this.#gathering = batch;
    this.#lastAssigned = position;
    accepted.forEach((event, i) => batch.add(event, texts[i] as string));
    placed.forEach(({ stream }, i) => {
      this.#pending.set(stream, { revision: (results[i] as AppendResult).revision, batch });
    });
    this.#scheduleFlush();
    const streams = placed.map(({ stream }) => stream);
    return new Promise((resolve, reject) => batch.appends.push({ streams, results, resolve, reject }));
  }

  /** The batch that goes to disk next; a new one counts once something has entered it. */
  #nextBatch(): Batch {
    const batch = this.#gathering ?? new Batch(this.#spareWriters.pop() ?? new RecordWriter());
    if (batch.bytes > MAX_WAITING_BYTES) throw new EventStoreUnavailable('Too many appends wait for the disk');
    return batch;
  }

  /** At the end of the event-loop turn, so that requests that arrived together share the first batch too. */
  #scheduleFlush(): void {
    if (this.#writing || this.#flushScheduled || !this.#gathering) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    const batch = this.#gathering;
    if (!batch) return;
    this.#gathering = undefined;
    this.#writing = batch;
    try {
      await this.#log.write(batch.entries, batch.records.finish());
      this.onCommit?.(batch.entries.length);
      this.#succeed(batch);
    } catch (error) {
      await this.#fail(error);
    }
    this.#scheduleFlush();
  }

  #succeed(batch: Batch): void {
    this.#writing = undefined;
    this.#recent.push(batch.entries);
    for (const { streams, results, resolve } of batch.appends) {
      streams.forEach((stream, i) => {
        if (this.#pending.get(stream)?.revision === results[i]?.revision) this.#pending.delete(stream);
      });
      resolve(results);
    }
    batch.records.reuse();
    this.#spareWriters.push(batch.records);
    batch.settle();
  }

  /** Whoever waits in the next batch may build on an event of the failed one, so both are refused. */
  async #fail(cause: unknown): Promise<void> {
    const refused = [this.#writing, this.#gathering];
    this.#gathering = undefined;
    this.#pending.clear();
    // Before anyone is told, so that a caller who repeats at once finds a log that knows what is on disk.
    this.#recovery ??= this.#recover().finally(() => (this.#recovery = undefined));
    await this.#recovery.catch(() => undefined); // tried again by the next caller
    this.#writing = undefined;
    for (const batch of refused) {
      for (const { streams, reject } of batch?.appends ?? []) {
        reject(new EventStoreUnavailable(`Could not write to ${streams.join(', ')}`, { cause }));
      }
      batch?.settle();
    }
  }

  async #recover(): Promise<void> {
    try {
      await this.#log.reopen();
      this.#lastAssigned = this.#log.lastPosition();
      this.#recent.reset(this.#lastAssigned);
    } catch (cause) {
      throw new EventStoreUnavailable('The event log cannot be opened', { cause });
    }
  }
}

/** @returns the revision that the first of `events` is to get */
function firstRevision(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): number {
  const next = expected === 'noStream' ? 0 : expected + 1;
  if (!isStreamName(stream)) throw new RangeError('A stream name has 1 to 500 characters and no NUL');
  if (events.length === 0) throw new RangeError(`Nothing to append to ${stream}`);
  if (!Number.isSafeInteger(next) || (next < 1 && expected !== 'noStream')) {
    throw new RangeError(`Expected revision of ${stream} must be 0, 1, 2, … or 'noStream'`);
  }
  return next;
}
