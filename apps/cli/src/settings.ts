import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommandFailed, EXIT } from './exit-codes.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the admin API is, and the key to it. */
export interface Access {
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: string;
}

/**
 * From ROLLCALL_URL and ROLLCALL_ADMIN_KEY; without a key from ADMIN_KEY, which is set where an app's own environment is,
 * or from DATA_DIR/admin-key, where a first start has put it.
 * @param url given on the command line
 * @throws CommandFailed
 */
export async function accessFrom(env: Environment, url?: string): Promise<Access> {
  const { ROLLCALL_URL, ROLLCALL_ADMIN_KEY, ADMIN_KEY, DATA_DIR } = env;
  const given = ROLLCALL_ADMIN_KEY || ADMIN_KEY;
  const base = url ?? (ROLLCALL_URL || 'http://127.0.0.1:3000');
  if (!/^https?:\/\/[^/]/.test(base)) throw new CommandFailed(EXIT.usage, `${base} is not a URL; see ROLLCALL_URL`);
  return { url: base.replace(/\/+$/, ''), key: given || (await keyFromFile(DATA_DIR || './data')) };
}

async function keyFromFile(directory: string): Promise<string> {
  const file = join(directory, 'admin-key');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() !== '') return text.trim();
  throw new CommandFailed(
    EXIT.usage,
    `There is no admin key: set ROLLCALL_ADMIN_KEY, or DATA_DIR so that ${file} is there`,
  );
}
