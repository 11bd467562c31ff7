import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PATIENT, UNLIMITED } from './unlimited.js';

/** A built app, the standalone unless another is named, as a process of its own, to be killed. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** Token of tenant `demo`; the first start on empty data alone tells it. */
    readonly token: string | undefined,
    private readonly written: readonly string[],
  ) {}

  /** Of the operating system. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Everything it has written to standard output and standard error. */
  get output(): string {
    return this.written.join('');
  }

  /** Resolves once it serves. @throws when it ends before */
  static async start(
    dataDir: string,
    env: Readonly<Record<string, string>> = {},
    app = 'standalone',
  ): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--enable-source-maps', `dist/apps/${app}/src/main.js`], {
      env: {
        ...process.env,
        DATA_DIR: dataDir,
        PORT: '0',
        LOG_LEVEL: 'info',
        NODE_OPTIONS: '',
        ...UNLIMITED,
        ...PATIENT,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const written: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    let token: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      token ??= /^ {2}Token +([A-Za-z0-9]{64})$/.exec(line)?.[1];
      const ready = /"url":"([^"]+)".* is ready"/.exec(line);
      if (ready?.[1] !== undefined) {
        return new ServerProcess(child, ready[1], token, written);
      }
    }
    throw new Error(`The server ended before it was ready:\n${written.join('')}`);
  }

  /** Sends it what should not end it. */
  nudge(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves once it has written this `times`. */
  async hasWritten(text: string, times = 1): Promise<void> {
    while (this.output.split(text).length <= times) await once(this.child.stdout!, 'data');
  }

  /** Somebody else may have ended it; there is no `exit` to wait for then. */
  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** `kill -9`: no handler runs, nothing is flushed. Resolves when the process is gone. */
  async kill(): Promise<void> {
    if (this.hasEnded) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }

  /** Asks it to end. @returns its exit code */
  stop(): Promise<number | null> {
    return this.signal('SIGTERM');
  }

  /** Sends it what should end it. @returns its exit code, once all it wrote has been read */
  async signal(signal: NodeJS.Signals): Promise<number | null> {
    if (this.hasEnded) return this.child.exitCode;
    const gone = once(this.child, 'close') as Promise<[number | null]>;
    this.child.kill(signal);
    return (await gone)[0];
  }
}
