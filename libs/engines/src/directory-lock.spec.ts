import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from '@swc/core';
import { DirectoryLocked, lockDirectory } from './directory-lock.js';

/** The lock as a module that a plain `node` process can import. */
async function compileLock(folder: string): Promise<string> {
  const source = await readFile(new URL('./directory-lock.ts', import.meta.url), 'utf8');
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } } as const;
  const { code } = await transform(source, { jsc, module: { type: 'es6' } });
  await writeFile(join(folder, 'directory-lock.mjs'), code);
  const program = join(folder, 'hold-lock.mjs');
  await writeFile(
    program,
    `import { lockDirectory } from './directory-lock.mjs';
     setInterval(() => undefined, 1000);
     try { globalThis.lock = await lockDirectory(process.argv[2]); console.log('locked'); }
     catch (error) { console.log(error.name); }`,
  );
  return program;
}

/** Longer than any machine stands still. */
const PATIENT_MS = 60_000;

describe('directory lock', () => {
  let folder: string;
  let directory: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rollcall-lock-'));
    directory = join(folder, 'data');
    await mkdir(directory);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  /** A process that tries to take the lock, and what it says about it. */
  async function startProcess(program: string): Promise<{ child: ChildProcess; says: string }> {
    const child = spawn(process.execPath, [program, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [text] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    return { child, says: text.toString().trim() };
  }

  it('has one owner at a time, also within a process', async () => {
    const lock = await lockDirectory(directory);
    const refusal = lockDirectory(directory, PATIENT_MS);
    await expect(refusal).rejects.toBeInstanceOf(DirectoryLocked);
    await expect(refusal).rejects.toThrow(`${directory} is in use by process ${process.pid}`);
    await lock[Symbol.asyncDispose]();
    await lock[Symbol.asyncDispose]();
    expect(await readdir(directory)).toEqual([]);
    await using _ = await lockDirectory(directory);
  });

  it('lets at most one of many win that start at once', async () => {
    const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
    const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
    expect(won.length).toBeLessThanOrEqual(1);
    for (const attempt of attempts) {
      if (attempt.status === 'rejected') expect(attempt.reason).toBeInstanceOf(DirectoryLocked);
    }
    for (const lock of won) await lock[Symbol.asyncDispose]();
    await using _ = await lockDirectory(directory);
  });

  it('is refused while another process has it, and free once that one is killed', async () => {
    const program = await compileLock(folder);
    const first = await startProcess(program);
    expect(first.says).toBe('locked');
    const refused = await lockDirectory(directory, PATIENT_MS).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'DirectoryLocked', directory, owner: first.child.pid });
    expect((await startProcess(program)).says).toBe('DirectoryLocked');

    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    expect(await readdir(directory)).not.toEqual([]); // what the killed process left
    await using _ = await lockDirectory(directory);
    expect(await readdir(directory)).toHaveLength(1);
  });

  it('lets at most one of several processes take over from a killed one', async () => {
    const program = await compileLock(folder);
    for (let round = 0; round < 3; round++) {
      const started = await Promise.all(Array.from({ length: 4 }, () => startProcess(program)));
      expect(started.filter(({ says }) => says === 'locked').length).toBeLessThanOrEqual(1);
      for (const { child } of started) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    await using _ = await lockDirectory(directory);
  });

  it('respects an owner that is too busy to answer', async () => {
    const mute = createServer();
    await new Promise<void>((listening) => mute.listen(join(directory, 'lock.7'), listening));
    const refused = await lockDirectory(directory).catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'DirectoryLocked', owner: undefined });
    mute.close();
  });

  it('works in a directory with a long path', async () => {
    if (process.platform !== 'linux') return;
    directory = join(folder, 'd'.repeat(120));
    await mkdir(directory);
    const lock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toBeInstanceOf(DirectoryLocked);
    await lock[Symbol.asyncDispose]();
    expect(await readdir(directory)).toEqual([]);
  });

  it('needs the directory to exist', async () => {
    await expect(lockDirectory(join(directory, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
