import { mkdir, open as openFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type Database, open, type RootDatabase } from 'lmdb';
import type { RecordedEvent } from '../event-store.port.js';
import { isStreamName } from '../stream-name.js';
import { decodeEvent, type LogEntry, readPosition, writePosition } from './event-codec.js';
import { type LogRecord, type Place, readPlace, StoredRecord } from './log-records.js';

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

/**
 * Two tables in one LMDB file. `log`: position of the first event → a record of one event or several. `streams`: stream and
 * revision → place of the event. Positions are 1, 2, 3, … without holes. Every read is a synchronous lookup or two; no
 * cursor or transaction is held between them.
 */
export class LmdbLog {
  readonly #directory: string;
  #env: RootDatabase<Buffer> | undefined;
  #log: Database<Buffer, number> | undefined;
  #streams: Database<Buffer, [string, number]> | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(directory: string): Promise<LmdbLog> {
    await mkdir(directory, { recursive: true });
    const log = new LmdbLog(directory);
    log.#open();
    // fsync of a file does not promise that the file's name is on disk; without these a power cut can lose all of it.
    await syncDirectory(directory);
    await syncDirectory(dirname(resolve(directory)));
    return log;
  }

  get isOpen(): boolean {
    return this.#env !== undefined;
  }

  #open(): void {
    this.#env = open<Buffer>({
      path: this.#directory,
      noSubdir: false, // a dot in the directory's name does not make it a file
      // A commit becomes visible, and its promise resolves, after fdatasync and a synchronous write of the root page.
      overlappingSync: false,
      // Batches are gathered by GroupCommit, which has one commit under way at a time.
      eventTurnBatching: false,
      mapSize: MAP_BYTES,
      maxDbs: 2,
      encoding: 'binary',
    });
    this.#log = this.#env.openDB(LOG_TABLE);
    this.#streams = this.#env.openDB(STREAMS_TABLE);
  }

  /**
   * Resolves when all of `entries` are on disk; rejects when none of them is. One call at a time.
   * @param records of those entries
   */
  async write(entries: readonly LogEntry[], records: readonly LogRecord[]): Promise<void> {
    const [log, streams] = [opened(this.#log), opened(this.#streams)];
    try {
      await log.batch(() => {
        for (const { first, bytes } of records) void log.put(first, bytes);
        for (const { event, place } of entries) void streams.put([event.stream, event.revision], place);
      });
    } catch (error) {
      // lmdb hands the reason over in a second promise; unobserved, its rejection would end the process.
      const reason = (error as { commitError?: Promise<never> }).commitError;
      throw (await reason?.catch((cause: unknown) => cause)) ?? error;
    }
  }

  /** After a failed write LMDB may refuse to go on with the open file (MDB_PANIC); a fresh one starts from the disk. */
  async reopen(): Promise<void> {
    await this.close();
    this.#open();
  }

  async close(): Promise<void> {
    const env = this.#env;
    this.#env = this.#log = this.#streams = undefined;
    await env?.close();
  }

  /** Position of the newest event, 0 while there is none. */
  lastPosition(): number {
    return this.#recordUpTo(Number.MAX_SAFE_INTEGER)?.last ?? 0;
  }

  placeOf(stream: string, revision: number): Place | undefined {
    if (revision < 0 || revision > MAX_REVISION || !isStreamName(stream)) return undefined;
    const bytes = opened(this.#streams).getBinaryFast([stream, revision]);
    return bytes && readPlace(bytes);
  }

  /** Revision of the last event of the stream. */
  headOf(stream: string): number | undefined {
    if (!isStreamName(stream)) return undefined;
    const range = { start: [stream, MAX_REVISION], end: [stream, 0], inclusiveEnd: true, reverse: true, limit: 1 };
    const [last] = opened(this.#streams).getKeys(range);
    return last?.[1];
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
