import type { ReceivedMessage } from '../message-bus.port.js';
import type { TopicLog, TopicReader } from './topic-log.js';

/** A reader that has fallen this far behind what is in memory reads the rest from LMDB. */
const MAX_QUEUED_MESSAGES = 4096;
const MAX_QUEUED_CHARACTERS = 8 * 1024 * 1024;
/** Messages handed over are dropped from the front of the queue this many at a time. */
const COMPACT_AT = 1024;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5000;

/**
 * Where one consumer stands in one topic: the batch in its hands, the messages in memory behind it and, where there
 * are more of them than memory should hold, the offset to read on from.
 */
export class TopicCursor implements TopicReader {
  /** The batch that was handed over and not yet committed; it stays as it is until its handler resolves. */
  inHand: readonly ReceivedMessage[] | undefined;
  /** Not before this moment (ms, monotonic) is the batch in hand tried again. */
  notBefore = 0;
  #queue: ReceivedMessage[] = [];
  #taken = 0;
  #characters = 0;
  #fetchFrom: number;
  #live: boolean;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(
    readonly log: TopicLog,
    from: number,
    private readonly wake: () => void,
  ) {
    this.#fetchFrom = from;
    this.#live = from === log.end;
    log.readers.add(this);
  }

  close(): void {
    this.log.readers.delete(this);
  }

  /** Something can be handed over without reading from disk. */
  ready(now: number): boolean {
    return this.inHand ? this.notBefore <= now : this.#taken < this.#queue.length;
  }

  get mustRead(): boolean {
    return !this.inHand && this.#taken === this.#queue.length && this.#fetchFrom < this.log.end;
  }

  /** More is there than a batch of `count` holds, or the batch in hand is tried again: nothing is gained by waiting. */
  isBehind(count: number): boolean {
    return this.inHand !== undefined || this.mustRead || this.#queue.length - this.#taken >= count;
  }

  /** Moves up to `count` messages into the hand, unless a batch is still there. */
  take(count: number): readonly ReceivedMessage[] {
    if (this.inHand) return this.inHand;
    const batch = this.#queue.slice(this.#taken, this.#taken + count);
    this.#taken += batch.length;
    for (const message of batch) this.#characters -= size(message);
    if (this.#taken >= COMPACT_AT || this.#taken === this.#queue.length) {
      this.#queue = this.#queue.slice(this.#taken);
      this.#taken = 0;
    }
    this.inHand = batch;
    return batch;
  }

  /** @returns the offset to commit */
  succeeded(): number {
    const last = this.inHand?.at(-1);
    if (!last) throw new Error('No batch is in hand');
    this.inHand = undefined;
    this.notBefore = 0;
    this.#pauseMs = FIRST_PAUSE_MS;
    return Number(last.offset) + 1;
  }

  failed(now: number): void {
    this.notBefore = now + this.#pauseMs;
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }

  /** Reads the next slice from the log; a reader that reaches its end is fed from memory from then on. */
  read(count: number): void {
    const { messages, next } = this.log.read(this.#fetchFrom, count);
    this.#queue = messages;
    this.#taken = 0;
    this.#characters = messages.reduce((sum, message) => sum + size(message), 0);
    this.#fetchFrom = next;
    this.#live = next === this.log.end;
  }

  appended(messages: readonly ReceivedMessage[]): void {
    if (this.#live) {
      // Messages staged before this reader was there were not kept in memory.
      const follows = messages.length > 0 && Number(messages[0]?.offset) === this.#fetchFrom;
      const full = this.#queue.length - this.#taken > MAX_QUEUED_MESSAGES || this.#characters > MAX_QUEUED_CHARACTERS;
      if (follows && !full) this.#enqueue(messages);
      else this.#live = false;
    }
    this.wake();
  }

  #enqueue(messages: readonly ReceivedMessage[]): void {
    for (const message of messages) {
      this.#queue.push(message);
      this.#characters += size(message);
    }
    this.#fetchFrom += messages.length;
  }
}

function size({ key, value }: ReceivedMessage): number {
  return key.length + (value?.length ?? 0);
}
