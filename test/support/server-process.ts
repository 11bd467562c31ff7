import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const MAIN = 'dist/apps/standalone/src/main.js';

/** The built standalone as a process of its own, to be killed. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** Token of tenant `demo`; the first start on empty data alone tells it. */
    readonly token: string | undefined,
  ) {}

  /** Resolves once it serves. @throws when it ends before */
  static async start(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
      env: { ...process.env, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'info', NODE_OPTIONS: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let failure = '';
    child.stderr?.on('data', (chunk: Buffer) => (failure += chunk.toString()));
    let token: string | undefined;
    for await (const line of createInterface({ input: child.stdout })) {
      token ??= /^ {2}Token +([A-Za-z0-9]{64})$/.exec(line)?.[1];
      const ready = /"url":"([^"]+)".*Rollcall is ready/.exec(line);
      if (ready?.[1] !== undefined) {
        child.stdout?.resume();
        return new ServerProcess(child, ready[1], token);
      }
    }
    throw new Error(`The server ended before it was ready:\n${failure}`);
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
  async stop(): Promise<number | null> {
    if (this.hasEnded) return this.child.exitCode;
    const gone = once(this.child, 'exit') as Promise<[number | null]>;
    this.child.kill('SIGTERM');
    return (await gone)[0];
  }
}
