import type { CloudEvent, Consumer, MessageBus, ReceivedMessage } from '#message-bus';
import { deadLetterTopic } from '#products';
import { Acknowledger } from './acknowledger.js';
import type { ConsumerLog } from './consumer-log.js';
import { replayDeadLetters } from './dead-letters.js';
import type { RevisionedStore } from './revisioned-store.js';
import { ViewBatches } from './view-batches.js';

/** A message about one subject, its data as the product's `parse` gave it back. */
export interface ViewEvent<View> extends Omit<CloudEvent, 'data'> {
  readonly key: string;
  readonly view: View;
}

/** An erasure: nothing of the subject may be left. */
export type Erasure = Pick<ReceivedMessage, 'key' | 'headers' | 'timestamp'>;

/** Thrown by `parse` or `apply`: this message will never work, trying again is of no use. */
export class UnprocessableMessage extends Error {
  override readonly name = 'UnprocessableMessage';
}

export interface ConsumeViewsOptions<View, Row extends object> {
  readonly bus: MessageBus;
  /** Must have been declared; its dead-letter topic, `{topic}.dead-letter`, is declared here. */
  readonly topic: string;
  readonly group: string;
  readonly store: RevisionedStore<Row>;
  /** CloudEvents types to take in; messages of others are passed over. Default all. */
  readonly types?: readonly string[];
  /** Checks the JSON of a message; a throw sends it to the dead-letter topic. */
  readonly parse: (data: unknown) => View;
  /**
   * The row after the event, or undefined for none. Pure: it may be called again for the same event. A throw is tried
   * again `attempts` times, with the pauses of the bus between, and then sent to the dead-letter topic.
   */
  readonly apply: (row: Row | undefined, event: ViewEvent<View>) => Row | undefined;
  /** What is left of a row after an erasure; default nothing. */
  readonly erase?: (row: Row | undefined, erasure: Erasure) => Row | undefined;
  /** Set: what the store has is told on the acks topic of `product`. */
  readonly acknowledge?: {
    readonly product: string;
    /** Whether the view says that the person may no longer sign in. */
    readonly isLeaver: (view: View) => boolean;
  };
  /**
   * Told of each message whose change is in the store, milliseconds from the event behind it, by the clocks of both. What a
   * new group finds on the topic is left out: it tells how old people are, not how long they were on the way.
   */
  readonly onTakenIn?: (delayMs: number) => void;
  /** Default 5. */
  readonly attempts?: number;
  readonly maxBatchSize?: number;
  readonly log?: ConsumerLog;
}

/** What became of messages. */
export interface ConsumerCounts {
  readonly applied: number;
  /** Repeated, or superseded. */
  readonly skipped: number;
  readonly deadLettered: number;
}

export interface ConsumerHealth {
  /** `failing`: the batch in hand is being tried again, and those behind it wait. */
  readonly status: 'ok' | 'behind' | 'failing';
  /** Messages of the topic that this group has yet to commit. */
  readonly lag: number;
  /** RFC 3339, UTC. */
  readonly failingSince?: string;
  /** When messages were last taken in. RFC 3339, UTC. */
  readonly lastAt?: string;
  /** Since this consumer was started. */
  readonly counts: ConsumerCounts;
}

export interface ViewConsumer extends Consumer {
  /** Messages of the topic that this group has yet to commit. */
  lag(): Promise<number>;
  /** `behind` from so many messages on; default 1,000. */
  health(behindFrom?: number): Promise<ConsumerHealth>;
  /**
   * Takes in what this group has dead-lettered so far, as if it came now: what was superseded meanwhile is skipped, what
   * fails again is a dead letter again. @returns what became of it
   */
  replayDeadLetters(): Promise<ConsumerCounts>;
  readonly counts: ConsumerCounts;
}

const BEHIND_FROM = 1_000;

/**
 * Keeps a product's rows up with its topic: once in effect per message, in order per key, one read and one write of the
 * store per batch. While the store or the bus is away the same batch comes again.
 */
export async function consumeViews<View, Row extends object>(
  options: ConsumeViewsOptions<View, Row>,
): Promise<ViewConsumer> {
  const { bus, topic, group, maxBatchSize, acknowledge, log } = options;
  await bus.declareTopics([{ name: deadLetterTopic(topic), compacted: false }]);
  const acknowledger = acknowledge && new Acknowledger({ bus, topic, group, log, product: acknowledge.product });
  await acknowledger?.start();
  const isNew = [...(await bus.committed(group, topic)).values()].every((offset) => offset === 0n);
  const views = new ViewBatches(options, acknowledger, isNew ? Date.now() : 0);
  const consumer = await bus.consume(
    { group, topics: [topic], ...(maxBatchSize !== undefined && { maxBatchSize }) },
    (batch) => views.handle(batch),
  );
  const stopping = new AbortController();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await consumer.stop();
    await acknowledger?.stop();
  };
  const lag = (): Promise<number> => lagOf(bus, group, topic);
  return {
    counts: views.counts,
    stop,
    [Symbol.asyncDispose]: stop,
    lag,
    async health(behindFrom = BEHIND_FROM) {
      const behind = await lag();
      const { failingSince, lastAt, counts } = views;
      return {
        status: failingSince !== undefined ? 'failing' : behind >= behindFrom ? 'behind' : 'ok',
        lag: behind,
        ...(failingSince !== undefined && { failingSince: new Date(failingSince).toISOString() }),
        ...(lastAt !== undefined && { lastAt: new Date(lastAt).toISOString() }),
        counts: { ...counts },
      };
    },
    async replayDeadLetters() {
      const before = { ...views.counts };
      await replayDeadLetters({ bus, topic, group, signal: stopping.signal }, (batch) => views.handle(batch, true));
      const { applied, skipped, deadLettered } = views.counts;
      return {
        applied: applied - before.applied,
        skipped: skipped - before.skipped,
        deadLettered: deadLettered - before.deadLettered,
      };
    },
  };
}

/** Messages of a topic that a group has yet to commit. */
export async function lagOf(bus: MessageBus, group: string, topic: string): Promise<number> {
  const [ends, committed] = await Promise.all([bus.endOffsets(topic), bus.committed(group, topic)]);
  let lag = 0n;
  for (const [partition, end] of ends) lag += end - (committed.get(partition) ?? 0n);
  return Number(lag);
}
