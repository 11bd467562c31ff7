import { mkdir, open as openFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { open } from 'lmdb';
import { LmdbMessageBus, type StoredTopic } from './lmdb.message-bus.js';

export { LmdbMessageBus };

export interface LmdbMessageBusOptions {
  /** Made if it is not there. One process at a time may have it open. */
  readonly directory: string;
  /** How often compacted topics are compacted; default 60,000 ms. */
  readonly compactionIntervalMs?: number;
}

/** A message bus in one LMDB environment: for one process, without servers. */
export async function openLmdbMessageBus({
  directory,
  compactionIntervalMs = 60_000,
}: LmdbMessageBusOptions): Promise<LmdbMessageBus> {
  await mkdir(directory, { recursive: true });
  const root = open({
    path: directory,
    noSubdir: false,
    maxDbs: 8,
    // Address space, not memory or disk: a map that need not grow is never mapped a second time beside the first.
    mapSize: 2 ** 34,
    overlappingSync: false,
    eventTurnBatching: false,
  });
  // A new file survives a power cut only once the directories that name it are on disk too.
  for (const path of [directory, dirname(directory)]) await syncDirectory(path);
  return new LmdbMessageBus({
    root,
    log: root.openDB<Buffer, Buffer>('log', { encoding: 'binary', keyEncoding: 'binary' }),
    topics: root.openDB<StoredTopic, string>('topics', { encoding: 'json' }),
    offsets: root.openDB<number, string>('offsets', { encoding: 'json' }),
    index: root.openDB<number, Buffer>('index', { encoding: 'json', keyEncoding: 'binary' }),
    compactionIntervalMs,
  });
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await openFile(path, 'r');
  try {
    await handle.sync();
  } catch {
    // Some systems cannot sync a directory; the data file itself is synced by every commit.
  } finally {
    await handle.close();
  }
}
