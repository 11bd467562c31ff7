import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupCommit } from './group-commit.js';
import { LmdbLog } from './lmdb-log.js';
import { LogReader } from './log-reader.js';
import { RecentEvents } from './recent-events.js';

/** The parts of the store with a disk that can be held up or made to fail. */
export async function openWithDisk() {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-commit-'));
  const log = await LmdbLog.open(directory);
  const recent = new RecentEvents(log.lastPosition());
  const commit = new GroupCommit(log, recent);
  const reader = new LogReader(log, recent, () => commit.usable());
  const disk = { batches: [] as number[], before: async (): Promise<void> => undefined };
  const write = log.write.bind(log);
  log.write = async (entries, records) => {
    disk.batches.push(entries.length);
    await disk.before();
    await write(entries, records);
  };
  const close = async (): Promise<void> => {
    await commit.close();
    await log.close();
    await rm(directory, { recursive: true });
  };
  return { log, recent, commit, reader, disk, [Symbol.asyncDispose]: close };
}

/** Holds the disk up until released. */
export function hold(disk: { before: () => Promise<void> }): () => void {
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  disk.before = () => gate;
  return release;
}

export const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** What a full disk answers. */
export const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
