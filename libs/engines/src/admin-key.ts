import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken } from '#access';
import type { RollcallConfig } from '#config';

export interface AdminKey {
  readonly key: string;
  /** File the key is kept in; undefined when the configuration gave it. */
  readonly file: string | undefined;
}

/** The admin key: from the configuration, else from DATA_DIR/admin-key, which is made at first start, for its owner only. */
export async function adminKey(config: RollcallConfig): Promise<AdminKey> {
  if (config.ADMIN_KEY !== undefined) return { key: config.ADMIN_KEY, file: undefined };
  const file = join(config.DATA_DIR, 'admin-key');
  try {
    return { key: (await readFile(file, 'utf8')).trim(), file };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const key = newToken();
    await writeFile(file, `${key}\n`, { mode: 0o600, flag: 'wx' });
    return { key, file };
  }
}
