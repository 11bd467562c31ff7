import {
  type AppendResult,
  type EventBatch,
  type EventStore,
  EventStoreUnavailable,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  type StreamWrite,
  type SubscribeOptions,
} from '../event-store.port.js';
import { GroupCommit } from './group-commit.js';
import { LmdbLog } from './lmdb-log.js';
import { LogReader } from './log-reader.js';
import { RecentEvents } from './recent-events.js';

export interface LmdbEventStoreOptions {
  /**
   * Folder of the log's files, made if missing. One process at a time may have it open, and the caller sees to that
   * (`lockDirectory`): two writers would give out the same positions.
   */
  readonly directory: string;
  /** Told how many events each commit, and so each sync of the disk, has carried. */
  readonly onCommit?: ((events: number) => void) | undefined;
}

/**
 * The log in one LMDB file. Appends share syncs (docs/adr/0003-group-commit-on-lmdb.md). Subscribers that are caught up
 * are handed the very objects that were appended, which therefore must not be changed after `append`.
 * @throws EventStoreUnavailable the files cannot be opened
 */
export async function openLmdbEventStore({ directory, onCommit }: LmdbEventStoreOptions): Promise<EventStore> {
  try {
    return new LmdbEventStore(await LmdbLog.open(directory), onCommit);
  } catch (cause) {
    throw new EventStoreUnavailable(`The event log in ${directory} cannot be opened`, { cause });
  }
}

class LmdbEventStore implements EventStore {
  readonly soleWriter = true;
  readonly #log: LmdbLog;
  readonly #recent: RecentEvents;
  readonly #commit: GroupCommit;
  readonly #reader: LogReader;

  constructor(log: LmdbLog, onCommit: LmdbEventStoreOptions['onCommit']) {
    this.#log = log;
    this.#recent = new RecentEvents(log.lastPosition());
    this.#commit = new GroupCommit(log, this.#recent, onCommit);
    this.#reader = new LogReader(log, this.#recent, () => this.#commit.usable());
  }

  append(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): Promise<AppendResult> {
    return this.#commit.append(stream, events, expected);
  }

  appendTogether(writes: readonly StreamWrite[]): Promise<AppendResult[]> {
    return this.#commit.appendTogether(writes);
  }

  read(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return this.#reader.read(stream, options);
  }

  hasAfter(stream: string, revision: number): boolean {
    // What is visible but not acknowledged yet counts too: the caller then reads, and sees what it may see.
    return !this.#commit.isUsable || this.#reader.holds(stream, revision + 1);
  }

  readAll(position: bigint | 'start' | 'end', options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    return this.#reader.readAll(position, options);
  }

  subscribeToAll(position: bigint | 'start', options: SubscribeOptions): AsyncIterable<EventBatch> {
    return this.#reader.subscribeToAll(position, options);
  }

  async lastPosition(): Promise<bigint | undefined> {
    await this.#commit.usable();
    return this.#recent.last === 0 ? undefined : BigInt(this.#recent.last);
  }

  /** Accepted appends are still written and answered; subscriptions end with EventStoreUnavailable. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#commit.close();
    this.#recent.notify();
    await this.#log.close();
  }
}
