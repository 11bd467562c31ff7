import { rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { open, type Database, type RootDatabase, type Transaction } from 'lmdb';
import { ReadModelsUnavailable } from '../read-models.port.js';
import { textKeys } from './key-encoding.js';

/** Another number and the file is dropped when opened: documents come back from the log, as checkpoints went with it. */
const FORMAT = '1';
/** Collections, their indexes and counts, each a database in the file. */
const MAX_DATABASES = 256;

export type TextDatabase = Database<string, string | Uint8Array>;
/** A database whose entries are their keys. */
export type KeyDatabase = Database<Uint8Array, string | Uint8Array>;
export type Snapshot = Transaction;

const SEQUENCE = 'sequence';

/** Files open in this process: a second handle would not see the first one's segment counts move. */
const openFiles = new Set<string>();

interface NativeEnvironment {
  startWriting(address: number, progress: (status: number) => unknown): unknown;
}

/** The LMDB file: transactions, snapshots, and small values by name. One process opens it, once. */
export class Storage {
  /** Number of the newest transaction that readers can see; also in the file, so that a snapshot can say which it is. */
  sequence: number;
  readonly #root: RootDatabase<string, string>;
  readonly #values: TextDatabase;
  readonly #file: string;
  #onProgress: (() => void) | undefined;

  private constructor(file: string, root: RootDatabase<string, string>) {
    this.#file = file;
    this.#root = root;
    this.#values = this.#openText('values');
    this.sequence = Number(this.#values.get(SEQUENCE) ?? 0);
    this.#watchProgress();
  }

  /** @throws ReadModelsUnavailable the file cannot be opened, or is open in this process */
  static async open(directory: string): Promise<Storage> {
    const file = join(directory, 'read-models.mdb');
    if (openFiles.has(file)) throw new ReadModelsUnavailable(`${file} is open already`);
    openFiles.add(file);
    try {
      await mkdir(directory, { recursive: true });
      const storage = new Storage(file, openRoot(file));
      const format = storage.value('format');
      if (format === FORMAT) return storage;
      if (format === undefined && storage.sequence === 0) {
        await storage.commit(() => storage.putValue('format', FORMAT)).flushed;
        return storage;
      }
      await storage.close();
      rmSync(file);
      rmSync(`${file}-lock`, { force: true });
      return await Storage.open(directory);
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
   * not throw, for what it had put by then would be committed. Call it again only once `flushed` has settled.
   * `visible` resolves as soon as every new read sees the transaction, `flushed` when it is on disk as well. `onVisible`
   * runs in the very step that moves `sequence`, so that what it changes never disagrees with it.
   */
  commit(fill: () => void, onVisible?: () => void): { visible: Promise<void>; flushed: Promise<void> } {
    const sequence = this.sequence + 1;
    const flushed = this.#root
      .batch(() => {
        fill();
        this.putValue(SEQUENCE, String(sequence));
      })
      .then(() => this.#moveTo(sequence, onVisible));
    const visible = new Promise<void>((resolve, reject) => {
      this.#onProgress = () => {
        this.#root.resetReadTxn();
        if (Number(this.#values.get(SEQUENCE)) !== sequence) return;
        this.#moveTo(sequence, onVisible);
        resolve();
      };
      flushed.then(resolve, reject);
    });
    return { visible, flushed };
  }

  /** Reads from now on see the newest transaction; after a failed commit, also finds out which that is. */
  refresh(): void {
    this.#root.resetReadTxn();
    this.sequence = Number(this.#values.get(SEQUENCE) ?? 0);
  }

  async close(): Promise<void> {
    try {
      await this.#root.close();
    } finally {
      openFiles.delete(this.#file);
    }
  }

  #moveTo(sequence: number, onVisible: (() => void) | undefined): void {
    if (this.sequence >= sequence) return;
    this.#root.resetReadTxn();
    this.#onProgress = undefined;
    this.sequence = sequence;
    onVisible?.();
  }

  #openText(name: string): TextDatabase {
    return this.#root.openDB<string, string | Uint8Array>(name, keyDatabase('string'));
  }

  /**
   * lmdb resolves a batch once it is flushed, one fsync later than this port asks for. Its writer thread reports before
   * the fsync that the transaction can be read, and `commit` listens in, trusting only what it then reads itself. A
   * later lmdb that no longer reports, or Windows, where the fsync comes first, leaves `visible` waiting for `flushed`.
   */
  #watchProgress(): void {
    const environment = (this.#root as unknown as { env?: NativeEnvironment }).env;
    if (typeof environment?.startWriting !== 'function') return;
    const startWriting = environment.startWriting.bind(environment);
    const listened: NativeEnvironment['startWriting'] = (address, progress) =>
      startWriting(address, (status) => {
        const answer = progress(status);
        if (status === 1) this.#onProgress?.();
        return answer;
      });
    Object.defineProperty(environment, 'startWriting', { value: listened, configurable: true });
  }
}

function keyDatabase(encoding: 'string' | 'binary') {
  return { encoding, keyEncoder: textKeys, cache: false };
}

/**
 * lmdb's default way to sync is the right one here. With overlappingSync each commit is seen at once and flushed right
 * after, off the main thread; a third meta page names the last flushed transaction, its pages are not reused before the
 * next flush, and when the machine (its boot id) has restarted, LMDB opens that one (mdb_txn_commit, mdb_find_oldest and
 * mdb_pick_meta in lmdb's mdb.c). So a power cut loses the newest batches whole, each with its checkpoint, and a killed
 * process loses none. `noSync` would save the flush but can leave a torn tree behind. Where overlappingSync is missing
 * (Windows), commits are flushed before they are seen: slower, as safe.
 *
 * Without event turn batching a batch is a transaction of its own and starts at once. Nothing here may run a synchronous
 * transaction inside a batch: lmdb would commit the half before it.
 */
function openRoot(path: string): RootDatabase<string, string> {
  return open<string, string>({ path, maxDbs: MAX_DATABASES, eventTurnBatching: false, encoding: 'string' });
}
