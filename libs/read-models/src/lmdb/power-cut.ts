import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Identifies this run of the operating system; absent where it does not say. */
export async function bootId(): Promise<string | undefined> {
  try {
    return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  } catch {
    return undefined;
  }
}

interface Mark {
  readonly bootId: string;
  /** Whether the file was closed and flushed. */
  readonly clean: boolean;
}

/**
 * A note beside a file that is written without flushes. What a process wrote outlives the process in the operating
 * system's memory, so the file can be torn only if the machine stopped since: then the boot id is another one.
 */
export class PowerCutMark {
  constructor(
    private readonly file: string,
    private readonly bootId: string,
  ) {}

  /** Whether the file may be trusted: closed cleanly, or last written in this very run of the machine. */
  async isWhole(): Promise<boolean> {
    try {
      const mark = JSON.parse(await readFile(this.file, 'utf8')) as Mark;
      return mark.clean || mark.bootId === this.bootId;
    } catch {
      return false;
    }
  }

  /** Durable when it resolves. */
  async write(clean: boolean): Promise<void> {
    const mark: Mark = { bootId: this.bootId, clean };
    const draft = `${this.file}.new`;
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(JSON.stringify(mark));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, this.file);
    await flush(dirname(this.file));
  }
}

/** Brings what the operating system holds of a file or folder to disk. */
export async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
