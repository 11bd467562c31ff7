import { open, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join, resolve } from 'node:path';

/** Held until disposed; the operating system ends it with the process, however that dies. */
export type DirectoryLock = AsyncDisposable;

/** Another process, or another part of this one, works on the directory. */
export class DirectoryLocked extends Error {
  override readonly name = 'DirectoryLocked';
  constructor(
    readonly directory: string,
    /** Process id of the owner, where it told; in a container, as that container numbers its processes. */
    readonly owner: number | undefined,
  ) {
    super(
      `${directory} is in use by ${owner === undefined ? 'another process' : `process ${owner}`}; stop that one first`,
    );
  }
}

const NAME = /^lock\.(\d+)$/;
/** An owner that is too busy to say its process id within this time is still the owner. */
const ANSWER_MS = 500;
/** Longest socket path that every operating system takes, less than the 104 bytes of the strictest. */
const MAX_SOCKET_PATH = 100;

/**
 * Makes this process the only owner of `directory`, which must exist.
 *
 * The lock is a unix socket `lock.{n}` on which its owner listens. A killed process leaves the file but not the
 * listener, so that what it left is told from a living owner without process ids, which get reused and which mean
 * nothing across containers. A dead lock is never replaced, because between looking and replacing another process may
 * have done so: it is outnumbered. Binding a name that exists fails, so each number has one owner at most; and after
 * binding each looks again and gives way to any other that lives or has a higher number. Two that start in the same
 * instant may both give way; they never both win.
 * @param answerMs how long an owner may take to say its process id
 * @throws DirectoryLocked the directory has an owner
 */
export async function lockDirectory(directory: string, answerMs = ANSWER_MS): Promise<DirectoryLock> {
  const folder = await shortPath(resolve(directory));
  try {
    const highest = await refuseIfAlive(directory, folder.path, answerMs);
    const number = highest + 1;
    const server = await listen(socketPath(folder.path, number));
    if (!server) {
      const owner = await ownerOf(socketPath(folder.path, number), answerMs);
      throw new DirectoryLocked(directory, owner === 'none' ? undefined : owner);
    }
    try {
      if ((await refuseIfAlive(directory, folder.path, answerMs, number)) > number)
        throw new DirectoryLocked(directory, undefined);
    } catch (error) {
      await close(server);
      throw error;
    }
    // All lower numbers are dead now, and one who binds them from here on will see this number and give way.
    for (const dead of (await lockNumbers(folder.path)).filter((other) => other < number)) {
      await rm(socketPath(folder.path, dead), { force: true });
    }
    let closing: Promise<void> | undefined;
    return {
      [Symbol.asyncDispose]: () => (closing ??= close(server).finally(() => folder.release())),
    };
  } catch (error) {
    await folder.release();
    throw error;
  }
}

/** @returns the highest number seen, alive or dead, -1 if there is none */
async function refuseIfAlive(directory: string, path: string, answerMs: number, own?: number): Promise<number> {
  const numbers = await lockNumbers(path);
  for (const number of numbers) {
    if (number === own) continue;
    const owner = await ownerOf(socketPath(path, number), answerMs);
    if (owner !== 'none') throw new DirectoryLocked(directory, owner);
  }
  return Math.max(-1, ...numbers);
}

async function lockNumbers(path: string): Promise<number[]> {
  const names = await readdir(path);
  return names.flatMap((name) => {
    const [, digits] = NAME.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

const socketPath = (path: string, number: number): string => join(path, `lock.${number}`);

/** Process id of the listener, undefined if it does not say, 'none' if nobody listens. */
function ownerOf(path: string, answerMs: number): Promise<number | undefined | 'none'> {
  return new Promise((found, failed) => {
    let told = '';
    const socket = connect(path);
    const silent = setTimeout(() => socket.destroy(), answerMs);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (told += text));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(silent);
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') found('none');
      else if (error.code === 'ECONNRESET' || error.code === 'EAGAIN') found(undefined);
      else failed(error);
    });
    socket.on('close', () => {
      clearTimeout(silent);
      found(Number.parseInt(told, 10) || undefined);
    });
  });
}

/** @returns undefined when the name is taken */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((listening, failed) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined); // whoever asked has gone; nothing depends on the answer
      socket.end(String(process.pid), () => socket.destroy());
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') listening(undefined);
      else failed(error);
    });
    server.listen(path, () => {
      server.unref(); // a lock is no reason to stay alive
      listening(server);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((closed) => server.close(() => closed())); // also removes the socket's file
}

/** A socket's path is limited to about a hundred bytes; Linux offers a short name for any open directory. */
async function shortPath(path: string): Promise<{ path: string; release: () => Promise<void> }> {
  if (Buffer.byteLength(path) + '/lock.1234567'.length <= MAX_SOCKET_PATH) {
    return { path, release: () => Promise.resolve() };
  }
  if (process.platform !== 'linux') throw new Error(`The path of ${path} is too long for a lock; choose a shorter one`);
  const handle = await open(path, 'r');
  return { path: `/proc/self/fd/${handle.fd}`, release: () => handle.close() };
}
