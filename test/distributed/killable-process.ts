import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface ProcessOptions {
  readonly name: string;
  /** File under dist/ and its arguments. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where what it writes goes, over all its lives. */
  readonly logFile: string;
}

/** Longest that a start may take on a busy machine, ms. */
const START_MS = 180_000;
const READY = / (is|are) (ready|running)$/;
const LEASE_TAKEN = 'This process does the work of the lease now';
const LEASE_LEFT = 'This process no longer does the work of the lease';

interface LogLine {
  readonly msg?: string;
  readonly lease?: string;
}

/** A built program that can be started, killed, frozen and started again. Emits `lease` when it has taken or left one. */
export class KillableProcess extends EventEmitter<{ lease: []; ready: [] }> {
  /** Leases it holds, as it says itself. */
  readonly leases = new Set<string>();
  #child: ChildProcess | undefined;
  #ready = false;

  constructor(private readonly options: ProcessOptions) {
    super();
  }

  get name(): string {
    return this.options.name;
  }

  get isAlive(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves once it says that it is ready. @throws it ended before */
  async start(): Promise<void> {
    const { command, env, logFile, name } = this.options;
    const log = createWriteStream(logFile, { flags: 'a' });
    log.write(`--- ${new Date().toISOString()} start\n`);
    const child = spawn(process.execPath, ['--enable-source-maps', ...command], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#ready = false;
    child.stderr.on('data', (chunk: Buffer) => log.write(chunk));
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      this.#hear(line);
    });
    child.once('exit', (code, signal) => {
      log.end(`--- ${new Date().toISOString()} exit ${code ?? signal}\n`);
      if (this.#child === child) this.#child = undefined;
      this.leases.clear();
      this.emit('lease');
      this.emit('ready');
    });
    const timer = AbortSignal.timeout(START_MS);
    while (!this.#ready) {
      if (!this.isAlive) throw new Error(`${name} ended before it was ready; see ${logFile}`);
      await once(this, 'ready', { signal: timer }).catch((error: unknown) => {
        throw new Error(`${name} is not ready after ${START_MS} ms; see ${logFile}`, { cause: error });
      });
    }
  }

  /** `kill -9`. Resolves when it is gone. */
  kill(): Promise<number | null> {
    return this.#end('SIGKILL');
  }

  /** Asks it to end. @returns its exit code */
  stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Stops it where it is, connections and all, until it is thawed. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child) return null;
    const gone = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    return (await gone)[0];
  }

  #hear(line: string): void {
    const { msg = '', lease } = parsed(line);
    if (READY.test(msg)) {
      this.#ready = true;
      this.emit('ready');
    }
    if (lease === undefined) return;
    if (msg === LEASE_TAKEN) this.leases.add(lease);
    else if (msg === LEASE_LEFT) this.leases.delete(lease);
    else return;
    this.emit('lease');
  }
}

function parsed(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
}
