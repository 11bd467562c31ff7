import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type RootDatabase, type Transaction } from 'lmdb';
import { ReadModelsUnavailable } from '../read-models.port.js';
import { textKeys } from './key-encoding.js';
import { bootId, flush, PowerCutMark } from './power-cut.js';

/** Another number and the file is dropped when opened: documents come back from the log, as checkpoints went with it. */
const FORMAT = '1';
/** Address space, not memory or disk: a map that need not grow is never mapped a second time beside the first. */
const MAP_BYTES = 2 ** 34;
/** A user's document of 1 to 2 KB shares its page with several; with 4,096 the file would be 70 % larger. */
const PAGE_BYTES = 8192;
/** Collections, their indexes and counts, each a database in the file. */
const MAX_DATABASES = 256;

export type TextDatabase = Database<string, string | Uint8Array>;
/** A database whose entries are their keys. */
export type KeyDatabase = Database<Uint8Array, string | Uint8Array>;
export type Snapshot = Transaction;

const FILE = 'read-models.mdb';
const SEQUENCE = 'sequence';

/** Files open in this process: a second handle would not see the first one's segment counts move. */
const openFiles = new Set<string>();

/**
 * What a power cut may take. `flushed`: nothing that was answered. `rebuildable`: everything; the file is begun anew and
 * its documents come from the log again, as its checkpoints went with it. A killed process loses nothing either way.
 */
export type Durability = 'flushed' | 'rebuildable';

/** The LMDB file: transactions, snapshots, and small values by name. One process opens it, once. */
export class Storage {
  /** Number of the newest transaction that readers can see; also in the file, so that a snapshot can say which it is. */
  sequence: number;
  readonly #root: RootDatabase<string, string>;
  readonly #values: TextDatabase;
  readonly #file: string;
  readonly #mark: PowerCutMark | undefined;

  private constructor(
    file: string,
    root: RootDatabase<string, string>,
    mark: PowerCutMark | undefined,
    private readonly writes = true,
  ) {
    this.#file = file;
    this.#root = root;
    this.#mark = mark;
    this.#values = this.#openText('values');
    this.sequence = this.#newest();
  }

  /**
   * The file of another process, which has it open and is its only writer. What that commits is seen after `refresh`; its
   * segment counts are always read from the file.
   */
  static openForReading(directory: string): Storage {
    const file = join(directory, FILE);
    return new Storage(file, openRoot(file, false, true), undefined, false);
  }

  /** @throws ReadModelsUnavailable the file cannot be opened, or is open in this process */
  static async open(directory: string, durability: Durability = 'flushed'): Promise<Storage> {
    const file = join(directory, FILE);
    if (openFiles.has(file)) throw new ReadModelsUnavailable(`${file} is open already`);
    openFiles.add(file);
    try {
      await mkdir(directory, { recursive: true });
      const boot = durability === 'rebuildable' ? await bootId() : undefined;
      const mark = boot === undefined ? undefined : new PowerCutMark(`${file}-mark`, boot);
      if (mark && !(await mark.isWhole())) removeFile(file);
      await mark?.write(false);
      const storage = new Storage(file, openRoot(file, mark !== undefined), mark);
      const format = storage.value('format');
      if (format === FORMAT) return storage;
      if (format === undefined && storage.sequence === 0) {
        await storage.commit(() => storage.putValue('format', FORMAT));
        return storage;
      }
      await storage.close();
      removeFile(file);
      return await Storage.open(directory, durability);
    } catch (error) {
      openFiles.delete(file);
      if (error instanceof ReadModelsUnavailable) throw error;
      throw new ReadModelsUnavailable(`Cannot open ${file}`, { cause: error });
    }
  }

  openDocuments(name: string): TextDatabase {
    return this.#openText(name);
  }

  openKeys(name: string): KeyDatabase {
    return this.#root.openDB<Uint8Array, string | Uint8Array>(name, keyDatabase('binary'));
  }

  openCounts(name: string): TextDatabase {
    return this.#openText(name);
  }

  /** A view of the file as it is now; `done()` must be called on it, and the sooner the less old data is kept. */
  snapshot(): Snapshot {
    return this.#root.useReadTransaction();
  }

  /** Which transaction a snapshot ends with; see `sequence`. */
  sequenceIn(snapshot: Snapshot): number {
    return Number(this.#values.get(SEQUENCE, { transaction: snapshot }) ?? 0);
  }

  value(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Only inside `commit`. */
  putValue(name: string, value: string): void {
    void this.#values.put(name, value);
  }

  /** Only inside `commit`. */
  removeValue(name: string): void {
    void this.#values.remove(name);
  }

  /**
   * Runs `fill` at once; the puts and removes it makes become one transaction, written by lmdb's writer thread. It must
   * not throw, for what it had put by then would be committed. Call it again only once the promise has settled.
   * Resolves as soon as every new read sees the transaction and its durability is kept. `onVisible` runs in the very step
   * that moves `sequence`, so that what it changes never disagrees with it.
   */
  async commit(fill: () => void, onVisible?: () => void): Promise<void> {
    const sequence = this.sequence + 1;
    await this.#root.batch(() => {
      fill();
      this.putValue(SEQUENCE, String(sequence));
    });
    this.#root.resetReadTxn();
    this.sequence = sequence;
    onVisible?.();
  }

  /** Reads from now on see the newest transaction; after a failed commit, also finds out which that is. */
  refresh(): void {
    this.#root.resetReadTxn();
    this.sequence = this.#newest();
  }

  /** Frees what readers in processes that have died still held. */
  forgetDeadReaders(): void {
    this.#root.readerCheck();
  }

  async close(): Promise<void> {
    try {
      await this.#root.close();
      if (this.#mark) {
        await flush(this.#file);
        await this.#mark.write(true);
      }
    } finally {
      openFiles.delete(this.#file);
    }
  }

  /** One that reads only moves with every transaction of another process, so no number is that of what it remembers. */
  #newest(): number {
    return this.writes ? Number(this.#values.get(SEQUENCE) ?? 0) : NaN;
  }

  #openText(name: string): TextDatabase {
    return this.#root.openDB<string, string | Uint8Array>(name, keyDatabase('string'));
  }
}

function keyDatabase(encoding: 'string' | 'binary') {
  return { encoding, keyEncoder: textKeys, cache: false };
}

/** With what a power cut may have torn, or an older release wrote. */
function removeFile(file: string): void {
  for (const path of [file, `${file}-lock`]) rmSync(path, { force: true });
}

/**
 * `overlappingSync: false`: lmdb resolves a batch once it is on disk, and it is seen no sooner. `noSync` leaves the flush
 * to the operating system, which costs a commit its only wait and may leave a torn tree behind when the machine stops,
 * never when the process does; {@link PowerCutMark} tells the two apart.
 *
 * Without event turn batching a batch is a transaction of its own and starts at once. Nothing here may run a synchronous
 * transaction inside a batch: lmdb would commit the half before it.
 */
function openRoot(path: string, noSync: boolean, readOnly = false): RootDatabase<string, string> {
  const sync = noSync ? { noSync: true } : { overlappingSync: false };
  return open<string, string>({
    path,
    maxDbs: MAX_DATABASES,
    mapSize: MAP_BYTES,
    pageSize: PAGE_BYTES,
    eventTurnBatching: false,
    encoding: 'string',
    readOnly,
    ...sync,
  });
}
