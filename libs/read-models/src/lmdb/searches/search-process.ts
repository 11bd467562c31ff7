import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Query, type QueryBudget, QueryTooCostly, ReadModelsUnavailable } from '../../read-models.port.js';
import type { QueryCost } from '../query-run.js';
import { READY, type SearchAnswer, type SearchEnd, type SearchRequest } from './messages.js';

/** Without a query for so long it is ended, and begun again for the next one, milliseconds. */
const IDLE_MS = 60_000;
/** One that has ended by itself is not begun again sooner, milliseconds. */
const AGAIN_MS = 10_000;
/** Longest wait for its end, milliseconds. */
const END_MS = 2_000;
/** What it does can wait, and who asked for a search expects to: requests come first where processors are few. */
const NICENESS = 10;
/** Megabytes of its heap: what a page and its sort need, many at a time. */
const HEAP_MB = 256;
/** Nearly nothing that is parsed is kept: little room for it is emptied as quickly as much, and takes less memory. */
const YOUNG_MB = 2;

/** The process cannot be had at the moment; the query is to be answered without it. */
export class NoSearchProcess extends Error {
  override readonly name = 'NoSearchProcess';
}

export interface Found {
  /** Stored texts of the documents; none for a count. */
  readonly texts: readonly string[];
  readonly count: number;
  readonly cost: QueryCost | undefined;
}

interface Waiting {
  readonly texts: string[];
  readonly budget: QueryBudget | undefined;
  readonly resolve: (found: Found) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Searches in a process of its own, begun with the first one: looking at every document of a tenant is seconds of work and
 * hundreds of megabytes of short-lived objects, and neither the event loop nor the collector of the process that answers
 * requests is to feel that. It reads the file that this process writes, and sees what has been committed.
 */
export class SearchProcess implements AsyncDisposable {
  readonly #waiting = new Map<number, Waiting>();
  #child: ChildProcess | undefined;
  #isReady = false;
  #lastId = 0;
  #endedAt = -Infinity;
  #idle: NodeJS.Timeout | undefined;
  #closing = false;
  /** Settles when those that were ended have gone. */
  #ending: Promise<void> = Promise.resolve();

  constructor(
    private readonly options: {
      readonly entry: URL;
      /** That of the file. */
      readonly directory: string;
      /** Told when it has ended, however it did. */
      readonly onEnd: () => void;
      /** A query waits while it is being begun; default: it is to be answered without it. */
      readonly waits?: boolean | undefined;
    },
  ) {}

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * @throws QueryTooCostly the budget is used up
   * @throws NoSearchProcess nothing was answered
   * @throws ReadModelsUnavailable they are closing
   */
  search(
    collection: SearchRequest['collection'],
    { budget, fields: _, ...query }: Query,
    counts = false,
  ): Promise<Found> {
    return new Promise((resolve, reject) => {
      const child = this.#running();
      // The first search need not be the slowest: beginning a process takes longer than most of them.
      if (!this.#isReady && !this.options.waits) throw new NoSearchProcess('It is being begun');
      const id = ++this.#lastId;
      this.#waiting.set(id, { texts: [], budget, resolve, reject });
      clearTimeout(this.#idle);
      const request: SearchRequest = { id, collection, counts, query, leftMs: budget?.leftMs };
      child.send(request, (error) => {
        if (error) this.#settle(id)?.reject(new NoSearchProcess('It cannot be reached', { cause: error }));
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#idle);
    this.#giveUp(new ReadModelsUnavailable('The read models are closing'));
    this.#end();
    await this.#ending;
  }

  #running(): ChildProcess {
    if (this.#closing) throw new ReadModelsUnavailable('The read models are closing');
    if (this.#child) return this.#child;
    if (performance.now() - this.#endedAt < AGAIN_MS) throw new NoSearchProcess('It has ended a moment ago');
    const { entry, directory, onEnd } = this.options;
    const child = begin(entry, directory);
    this.#child = child;
    this.#isReady = false;
    child.on('message', (message: SearchAnswer | typeof READY) => {
      if (message !== READY) return this.#hear(message);
      this.#isReady = true;
      this.#restIfIdle();
    });
    const onEnded = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#endedAt = performance.now();
      this.#giveUp(new NoSearchProcess('It has ended'));
      onEnd();
    };
    child.once('exit', onEnded);
    child.once('error', onEnded);
    // It is no reason to stay alive.
    child.unref();
    child.channel?.unref();
    lowerPriority(child.pid);
    return child;
  }

  #hear(answer: SearchAnswer): void {
    if ('texts' in answer) {
      const texts = this.#waiting.get(answer.id)?.texts;
      for (const text of answer.texts) texts?.push(text);
      return;
    }
    const waiting = this.#settle(answer.id);
    if (!waiting) return;
    if (waiting.budget && answer.leftMs !== undefined) waiting.budget.leftMs = answer.leftMs;
    const { ended } = answer;
    if (ended.type === 'done') waiting.resolve({ texts: waiting.texts, count: ended.count, cost: ended.cost });
    else waiting.reject(errorOf(ended));
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#restIfIdle();
    return waiting;
  }

  #restIfIdle(): void {
    if (this.#waiting.size > 0 || this.#closing) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  /** From now on another one may be begun. */
  #end(): void {
    const child = this.#child;
    this.#child = undefined;
    if (child) this.#ending = Promise.all([this.#ending, ended(child)]).then(() => this.options.onEnd());
  }
}

function begin(entry: URL, directory: string): ChildProcess {
  try {
    return fork(entry, [directory], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`, `--max-semi-space-size=${YOUNG_MB}`, '--v8-pool-size=1'],
      // Nothing of what this process was told, its keys among it.
      env: {},
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  } catch (cause) {
    throw new NoSearchProcess('It cannot be begun', { cause });
  }
}

/** Resolves when it has gone, with or against its will. */
async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  if (child.connected) child.disconnect();
  await Promise.race([gone, sleep(END_MS, undefined, { ref: false })]);
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await gone;
}

function errorOf(ended: Exclude<SearchEnd, { type: 'done' }>): Error {
  switch (ended.type) {
    case 'tooCostly':
      return new QueryTooCostly(ended.message);
    case 'unknown':
      return new NoSearchProcess('It does not know the collection');
    case 'failed':
      return ended.name === 'TypeError' ? new TypeError(ended.message) : new Error(`${ended.name}: ${ended.message}`);
  }
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, NICENESS);
  } catch {
    // It works all the same.
  }
}
