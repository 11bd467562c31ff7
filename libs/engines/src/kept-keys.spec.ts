import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#config';
import { adminKey, cursorKey } from './kept-keys.js';

describe('a kept key', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollcall-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is the one given, and then no file is made', async () => {
    const config = loadConfig({ DATA_DIR: folder, ADMIN_KEY: 'given-by-the-operator' });
    expect(await adminKey(config)).toEqual({ key: 'given-by-the-operator', file: undefined });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is made once, for its owner only, in a directory that is made too', async () => {
    const config = loadConfig({ DATA_DIR: join(folder, 'data') });
    const made = await adminKey(config);
    expect(await adminKey(config)).toEqual(made);
    expect((await stat(made.file ?? '')).mode & 0o777).toBe(0o600);
    expect((await cursorKey(config)).key).not.toBe(made.key);
  });

  it('is the same for all apps that start at once on one directory', async () => {
    const config = loadConfig({ DATA_DIR: folder });
    const made = await Promise.all(Array.from({ length: 20 }, () => adminKey(config)));
    expect(new Set(made.map(({ key }) => key)).size).toBe(1);
    expect(await readFile(join(folder, 'admin-key'), 'utf8')).toBe(`${made[0]?.key ?? ''}\n`);
    expect(await readdir(folder)).toEqual(['admin-key']);
  });

  it('is made again where a crash has left a file without text', async () => {
    await writeFile(join(folder, 'admin-key'), '');
    const made = await adminKey(loadConfig({ DATA_DIR: folder }));
    expect(made.key).not.toBe('');
    expect(await adminKey(loadConfig({ DATA_DIR: folder }))).toEqual(made);
  });
});
