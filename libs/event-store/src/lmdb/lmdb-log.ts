import { mkdir, open as openFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { RecordedEvent } from '../event-store.port.js';
import { isStreamName } from '../stream-name.js';
import { decodeEvent, type LogEntry, readPosition, writePosition } from './event-codec.js';
import { type LogRecord, type Place, StoredRecord } from './log-records.js';
import { StreamIndex } from './stream-index.js';

const MAX_REVISION = 2 ** 32 - 1;

const positionKey = {
  writeKey: (position: number, target: Buffer, start: number): number => writePosition(position, target, start),
  readKey: (source: Buffer, start: number): number => readPosition(source, start),
};

/** `{stream}\0{revision as 4 bytes, big-endian}`: the events of a stream stand side by side, in order. */
const streamKey = {
  writeKey([stream, revision]: [string, number], target: Buffer, start: number): number {
    const end = start + target.write(stream, start);
    target[end] = 0;
    return target.writeUInt32BE(revision, end + 1);
  },
  readKey: (source: Buffer, start: number, end: number): [string, number] => [
    source.toString('utf8', start, end - 5),
    source.readUInt32BE(end - 4),
  ],
};

/** Address space, not memory or disk: a map that need not grow is never mapped a second time beside the first. */
const MAP_BYTES = 2 ** 34;
const LOG_TABLE = { name: 'log', encoding: 'binary', keyEncoder: positionKey } as const;
const STREAMS_TABLE = { name: 'streams', encoding: 'binary', keyEncoder: streamKey } as const;
const MARKS_TABLE = { name: 'marks', encoding: 'binary', keyEncoder: positionKey } as const;

/**
 * Two tables in one LMDB file. `log`: position of the first event → a record of one event or several. `streams`: stream and
 * revision → place of the event, which follows the log at some distance ({@link StreamIndex}); a third, `marks`, says at
 * which. Positions are 1, 2, 3, … without holes. Every read is a synchronous lookup or two; no cursor or transaction is held
 * between them.
 */
export class LmdbLog {
  readonly #directory: string;
  #env: RootDatabase<Buffer> | undefined;
  #log: Database<Buffer, number> | undefined;
  #index: StreamIndex | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<LmdbLog> {
    await mkdir(directory, { recursive: true });
    const log = new LmdbLog(directory);
    await log.#open();
    // fsync of a file does not promise that the file's name is on disk; without these a power cut can lose all of it.
    await syncDirectory(directory);
    await syncDirectory(dirname(resolve(directory)));
    return log;
  }

  get isOpen(): boolean {
    return this.#env !== undefined;
  }

  async #open(): Promise<void> {
    const env = open<Buffer>({
      path: this.#directory,
      noSubdir: false, // a dot in the directory's name does not make it a file
      // A commit becomes visible, and its promise resolves, after fdatasync and a synchronous write of the root page.
      overlappingSync: false,
      // Batches are gathered by GroupCommit, which has one commit under way at a time.
      eventTurnBatching: false,
      mapSize: MAP_BYTES,
      maxDbs: 3,
      encoding: 'binary',
    });
    try {
      this.#log = env.openDB(LOG_TABLE);
      this.#index = await this.#openIndex(env);
      this.#env = env;
    } catch (error) {
      this.#log = undefined;
      await env.close();
      throw error;
    }
  }

  async #openIndex(env: RootDatabase<Buffer>): Promise<StreamIndex> {
    const index = new StreamIndex(env.openDB(STREAMS_TABLE), env.openDB(MARKS_TABLE));
    const last = this.lastPosition();
    const { through } = index;
    // In a log of an older release every event is in the table, which nothing says.
    if (through === undefined) await index.beginThrough(last);
    else this.#tellIndex(index, through, last);
    return index;
  }

  /** Of the events after one position, up to another. */
  #tellIndex(index: StreamIndex, after: number, last: number): void {
    let record: StoredRecord | undefined;
    for (let position = after + 1; position <= last; position++) {
      if (!record || position > record.last) record = this.recordWith(position);
      index.add(decodeEvent(record.eventAt(position)), { position, record: record.first });
    }
  }

  /**
   * Resolves when all of `entries` are on disk; rejects when none of them is. One call at a time.
   * @param records of those entries
   */
  async write(entries: readonly LogEntry[], records: readonly LogRecord[]): Promise<void> {
    const [log, index] = [opened(this.#log), opened(this.#index)];
    await commit(log, () => {
      for (const { first, bytes } of records) void log.put(first, bytes);
      index.putSlice(entries.length);
    });
    index.committed();
    for (const { event, place } of entries) index.add(event, place);
  }

  /** After a failed write LMDB may refuse to go on with the open file (MDB_PANIC); a fresh one starts from the disk. */
  async reopen(): Promise<void> {
    await this.#release();
    await this.#open();
  }

  /** Leaves every event in both tables, as releases without marks expect to find it. */
  async close(): Promise<void> {
    const [log, index] = [this.#log, this.#index];
    // Where that fails the log tells it when it is opened again.
    if (log && index && !index.isWhole) await commit(log, () => index.putAll()).catch(() => undefined);
    await this.#release();
  }

  async #release(): Promise<void> {
    const env = this.#env;
    this.#env = this.#log = this.#index = undefined;
    await env?.close();
  }

  /** Position of the newest event, 0 while there is none. */
  lastPosition(): number {
    return this.#recordUpTo(Number.MAX_SAFE_INTEGER)?.last ?? 0;
  }

  placeOf(stream: string, revision: number): Place | undefined {
    if (revision < 0 || revision > MAX_REVISION || !isStreamName(stream)) return undefined;
    return opened(this.#index).placeOf(stream, revision);
  }

  /** Revision of the last event of the stream. */
  headOf(stream: string): number | undefined {
    if (!isStreamName(stream)) return undefined;
    return opened(this.#index).headOf(stream, MAX_REVISION);
  }

  /** @returns the record with the event at `position`, valid only until the next lookup */
  recordWith(position: number): StoredRecord {
    const record = this.#recordFrom(position) ?? this.#recordUpTo(position);
    if (!record || record.last < position) throw new Error(`The log has no event at position ${position}`);
    return record;
  }

  eventAt({ position, record }: Place): RecordedEvent {
    const stored = this.#recordFrom(record);
    if (!stored) throw new Error(`The log has no record at position ${record}`);
    return decodeEvent(stored.eventAt(position));
  }

  #recordFrom(first: number): StoredRecord | undefined {
    const bytes = opened(this.#log).getBinaryFast(first);
    return bytes && new StoredRecord(first, bytes);
  }

  /** The last record that begins at `position` or before it. */
  #recordUpTo(position: number): StoredRecord | undefined {
    const [first] = opened(this.#log).getKeys({ start: position, end: 0, reverse: true, limit: 1 });
    return first === undefined ? undefined : this.#recordFrom(first);
  }
}

/** Resolves when what `fill` puts is on disk; rejects when none of it is. */
async function commit(table: Database<Buffer, number>, fill: () => void): Promise<void> {
  try {
    await table.batch(fill);
  } catch (error) {
    // lmdb hands the reason over in a second promise; unobserved, its rejection would end the process.
    const reason = (error as { commitError?: Promise<never> }).commitError;
    throw (await reason?.catch((cause: unknown) => cause)) ?? error;
  }
}

function opened<T>(table: T | undefined): T {
  if (!table) throw new Error('The log is closed');
  return table;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await openFile(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
