import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { newToken } from '#access';
import type { RollcallConfig } from '#config';

/** A secret of the installation. */
export interface KeptKey {
  readonly key: string;
  /** File the key is kept in; undefined when the configuration gave it. */
  readonly file: string | undefined;
}

/** The admin key: from the configuration, else from DATA_DIR/admin-key. */
export const adminKey = ({ ADMIN_KEY, DATA_DIR }: RollcallConfig): Promise<KeptKey> =>
  keptKey(ADMIN_KEY, DATA_DIR, 'admin-key');

/** What cursors are sealed with: from the configuration, else from DATA_DIR/cursor-key. */
export const cursorKey = ({ CURSOR_KEY, DATA_DIR }: RollcallConfig): Promise<KeptKey> =>
  keptKey(CURSOR_KEY, DATA_DIR, 'cursor-key');

/** What the pages of OAuth are signed with: from the configuration, else from DATA_DIR/oauth-key. */
export const oauthKey = ({ OAUTH_KEY, DATA_DIR }: RollcallConfig): Promise<KeptKey> =>
  keptKey(OAUTH_KEY, DATA_DIR, 'oauth-key');

/**
 * The key given, else the one in the file, which is made at first start, for its owner only. Of several apps that start on
 * the same directory all get the same one.
 */
async function keptKey(given: string | undefined, directory: string, name: string): Promise<KeptKey> {
  if (given !== undefined) return { key: given, file: undefined };
  const file = join(directory, name);
  for (;;) {
    const kept = await readIfThere(file);
    // A file without text is what a crash has left of its making.
    if (kept?.trim()) return { key: kept.trim(), file };
    await mkdir(directory, { recursive: true });
    const draft = join(directory, `.${name}.${randomUUID()}`);
    await writeFile(draft, `${newToken()}\n`, { mode: 0o600 });
    try {
      // In one step and with all its text; a link does not replace what another app has made meanwhile.
      await (kept === undefined ? link(draft, file) : rename(draft, file));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
