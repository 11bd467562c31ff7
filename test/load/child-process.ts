import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 5;
const DIAGNOSTIC_CHARS = 4_000;

const children = new Set<ChildProcess>();
const directories = new Set<string>();

// Whatever ends the bench, Ctrl-C and a wrong answer too, nothing it started or wrote stays behind.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

/** @param file relative to the compiled bench */
export function compiled(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}

/** An empty directory on the disk of the system's temporary files, gone when the bench ends. */
export async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  directories.add(directory);
  return directory;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

export interface Start {
  /** Compiled main file. */
  readonly file: string;
  readonly arguments?: readonly string[];
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Lets parent and child exchange messages. */
  readonly messages?: boolean;
}

/** A node process of ours, with what it said, for when it fails. */
export class Child {
  readonly process: ChildProcess;
  #output = '';

  constructor({ file, arguments: args = [], nodeOptions = [], environment = {}, messages = false }: Start) {
    const env = { ...process.env, ...environment };
    this.process = messages
      ? fork(file, args, { env, execArgv: [...nodeOptions], silent: true })
      : spawn(process.execPath, [...nodeOptions, file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(this.process);
    this.process.once('exit', () => children.delete(this.process));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output = (this.#output + text).slice(-DIAGNOSTIC_CHARS);
      });
    }
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The end of what it has printed. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it accepts connections. @throws it ended, or took longer than a minute */
  async accepts(port: number): Promise<void> {
    const limit = performance.now() + START_LIMIT_MS;
    while (!(await isOpen(port))) {
      if (this.hasEnded) throw new Error(`A server ended at its start:\n${this.#output}`);
      if (performance.now() > limit) throw new Error(`A server did not start in time:\n${this.#output}`);
      await sleep(POLL_MS);
    }
  }

  /** Resolves when the process has gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    const gone = once(this.process, 'exit');
    this.process.kill(signal);
    const late = setTimeout(() => this.process.kill('SIGKILL'), STOP_LIMIT_MS);
    await gone;
    clearTimeout(late);
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}
