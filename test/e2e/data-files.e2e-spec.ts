import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServerProcess } from '../support/server-process.js';

describe('what is written to disk', () => {
  it('is for the process’ user alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rollcall-modes-'));
    const directory = join(folder, 'data');
    const server = await ServerProcess.start(directory);
    try {
      const paths = ['.', ...(await readdir(directory, { recursive: true }))];
      const open: string[] = [];
      for (const path of paths) if (((await stat(join(directory, path))).mode & 0o077) !== 0) open.push(path);
      expect(open).toEqual([]);
      expect(paths).toEqual(expect.arrayContaining(['admin-key', 'cursor-key', join('event-store', 'data.mdb')]));
    } finally {
      await server.kill();
      await rm(folder, { recursive: true });
    }
  });
});
