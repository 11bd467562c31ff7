import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { type Consumer, LeavePartition, type ReceivedMessage } from '../message-bus.port.js';
import { TopicCursor } from './topic-cursor.js';
import type { TopicLog } from './topic-log.js';

/** Longest time between the beginnings of two batches while messages wait, ms. */
const GATHER_MS = 50;
/** Messages that come at a greater distance than this, in ms, are not worth waiting for. */
const GATHER_PER_MESSAGE_MS = 10;

export interface GroupConsumerOptions {
  readonly maxBatchSize: number;
  readonly handler: (batch: readonly ReceivedMessage[]) => Promise<void>;
  /** The handler has resolved for everything below `next`. */
  readonly commit: (log: TopicLog, next: number) => void;
  /** Called once, when the loop has ended. */
  readonly leave: () => Promise<void>;
}

/** One member of a consumer group: hands over batches of the topics it owns, one at a time, the topics taking turns. */
export class GroupConsumer implements Consumer {
  readonly #cursors: TopicCursor[] = [];
  /** Owned still, and read no more. */
  readonly #left: TopicLog[] = [];
  readonly #stopped: Promise<void>;
  #stopping = false;
  #begun = -Infinity;
  /** Messages in the batch handed over last. */
  #handedOver = 0;
  #wake: (() => void) | undefined;

  constructor(private readonly options: GroupConsumerOptions) {
    this.#stopped = this.#run().then(() => {
      for (const cursor of this.#cursors) cursor.close();
      return options.leave();
    });
  }

  get owned(): readonly TopicLog[] {
    return [...this.#cursors.map(({ log }) => log), ...this.#left];
  }

  assign(log: TopicLog, from: number): void {
    this.#cursors.push(new TopicCursor(log, from, () => this.#wake?.()));
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #run(): Promise<void> {
    await nextTurn(); // the caller holds the consumer before the first batch comes
    while (!this.#stopping) {
      const cursor = this.#next();
      if (cursor) {
        if (!cursor.isBehind(this.options.maxBatchSize)) await this.#gather();
        this.#begun = performance.now();
        await this.#handOver(cursor);
      } else await this.#idle();
    }
  }

  /**
   * Batches that are not full begin some time apart, in proportion to the one before: under load they are fewer and larger,
   * and where few messages come, each comes at once.
   */
  async #gather(): Promise<void> {
    const distance = Math.min(GATHER_MS, this.#handedOver * GATHER_PER_MESSAGE_MS);
    const wait = this.#begun + distance - performance.now();
    if (wait > 1 && !this.#stopping) await pause(wait);
  }

  async #handOver(cursor: TopicCursor): Promise<void> {
    const { maxBatchSize, handler, commit } = this.options;
    if (cursor.mustRead) {
      // A handler that resolves at once would otherwise keep a long backlog on one turn of the event loop.
      await nextTurn();
      if (this.#stopping) return;
      cursor.read(maxBatchSize);
      if (!cursor.ready(performance.now())) return; // compaction left nothing up to the end
    }
    const batch = cursor.take(maxBatchSize);
    this.#handedOver = batch.length;
    try {
      await handler(batch);
    } catch (error) {
      if (error instanceof LeavePartition) this.#leave(cursor);
      else cursor.failed(performance.now());
      return;
    }
    commit(cursor.log, cursor.succeeded());
  }

  #leave(cursor: TopicCursor): void {
    cursor.close();
    this.#cursors.splice(this.#cursors.indexOf(cursor), 1);
    this.#left.push(cursor.log);
  }

  /** The first topic with work; it then goes to the back of the line. */
  #next(): TopicCursor | undefined {
    const now = performance.now();
    const index = this.#cursors.findIndex((cursor) => cursor.ready(now) || cursor.mustRead);
    if (index < 0) return undefined;
    const [cursor] = this.#cursors.splice(index, 1);
    if (cursor) this.#cursors.push(cursor);
    return cursor;
  }

  async #idle(): Promise<void> {
    const retryAt = Math.min(...this.#cursors.filter(({ inHand }) => inHand).map(({ notBefore }) => notBefore));
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (retryAt < Infinity) timer = setTimeout(resolve, Math.max(1, Math.ceil(retryAt - performance.now())));
    });
    this.#wake = undefined;
    clearTimeout(timer);
  }
}
