import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Child, compiled, freePort, newDirectory } from './child-process.js';
import type { Sample, Target } from './drive.js';
import { HttpConnection } from './http-client.js';
import { UNLIMITED } from '../support/unlimited.js';
import type { LoopRequest } from './lmdb-loop.js';

const POLL_MS = 5;
export const ADMIN_KEY = 'bench-admin-key-of-one-run';

export type AppName = 'scim-gateway' | 'standalone';

export function isBuilt(app: AppName): boolean {
  return existsSync(compiled(`../../apps/${app}/src/main.js`));
}

/** Node's options as `npm start` gives them: what is measured is what is run. */
function startOptions(): string[] {
  const { scripts } = JSON.parse(readFileSync(compiled('../../../package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** One of our apps in a process of its own, on data of its own. */
export class AppServer implements Target {
  readonly app: AppName;
  readonly port: number;
  readonly directory: string;
  readonly #nodeOptions: readonly string[];
  #settings: Readonly<Record<string, string>>;
  #child: Child;
  #token = '';

  private constructor(
    app: AppName,
    port: number,
    directory: string,
    nodeOptions: readonly string[],
    settings: Readonly<Record<string, string>>,
  ) {
    this.#settings = settings;
    this.app = app;
    this.port = port;
    this.directory = directory;
    this.#nodeOptions = nodeOptions;
    this.#child = this.#spawn();
  }

  /** Starts on empty data. @param settings of the app, beside those of every bench */
  static async start(
    app: AppName,
    nodeOptions: readonly string[] = [],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<AppServer> {
    const server = new AppServer(app, await freePort(), await newDirectory(), nodeOptions, settings);
    await server.ready();
    for (let token: string | undefined; token === undefined; await sleep(POLL_MS)) {
      if (server.#child.hasEnded) throw new Error(`${app} ended:\n${server.#child.output}`);
      token = /Token\s+(\S+)/.exec(server.#child.output)?.[1];
      server.#token = token ?? '';
    }
    return server;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get token(): string {
    return this.#token;
  }

  /** Resolves at the first 200 of `/health/ready`. */
  async ready(): Promise<void> {
    await this.#child.accepts(this.port);
    for (;;) {
      const connection = await HttpConnection.open(this.port);
      const { status } = await connection.send('GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n');
      connection.close();
      if (status === 200) return;
      await sleep(POLL_MS);
    }
  }

  kill(): Promise<void> {
    return this.#child.end('SIGKILL');
  }

  /** Ends it as an operator would. */
  stop(): Promise<void> {
    return this.#child.end('SIGTERM');
  }

  /** A new process on the same data. @param settings instead of those it was started with */
  startAgain(settings = this.#settings): void {
    this.#settings = settings;
    this.#child = this.#spawn();
  }

  #spawn(): Child {
    return new Child({
      file: compiled(`../../apps/${this.app}/src/main.js`),
      nodeOptions: [...startOptions(), ...this.#nodeOptions],
      environment: {
        PORT: String(this.port),
        HOST: '127.0.0.1',
        DATA_DIR: this.directory,
        LOG_LEVEL: 'warn',
        ADMIN_KEY,
        // Empty means the embedded engines, whatever the shell says.
        EVENTSTORE_URI: '',
        MONGODB_URI: '',
        KAFKA_BROKERS: '',
        PUBLIC_URL: '',
        BASE_DOMAIN: '',
        // What is limited has a section of its own.
        ...UNLIMITED,
        ...this.#settings,
      },
    });
  }
}

/** The Nest-on-Fastify yardsticks, hello and echo in one process, under the same options of Node as our apps. */
export async function startYardstickServer(): Promise<Target> {
  const port = await freePort();
  const child = new Child({
    file: compiled('./yardstick-server.js'),
    nodeOptions: startOptions(),
    environment: { PORT: String(port) },
  });
  await child.accepts(port);
  return { port, pid: child.pid };
}

/** The bare durable LMDB loop. @returns runs it for a while */
export async function startLmdbLoop(): Promise<(request: LoopRequest) => Promise<Sample>> {
  const { process: child } = new Child({
    file: compiled('./lmdb-loop.js'),
    arguments: [await newDirectory()],
    messages: true,
  });
  return async (request) => {
    child.send(request);
    const ended = new AbortController();
    const abort = (): void => ended.abort(new Error('The LMDB loop ended'));
    child.once('exit', abort);
    const [sample] = (await once(child, 'message', { signal: ended.signal })) as [Sample];
    child.off('exit', abort);
    return sample;
  };
}
