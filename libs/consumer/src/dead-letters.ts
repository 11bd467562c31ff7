import { setTimeout as pause } from 'node:timers/promises';
import { LeavePartition, type Message, type MessageBus, type ReceivedMessage } from '#message-bus';
import { deadLetterTopic } from '#products';

export interface DeadLetter {
  readonly message: ReceivedMessage;
  readonly error: unknown;
}

/** Headers that a dead letter has besides those of the message. */
const DL = {
  error: 'dl_error',
  group: 'dl_group',
  topic: 'dl_topic',
  partition: 'dl_partition',
  offset: 'dl_offset',
  time: 'dl_time',
} as const;

/** The message as it came, with the reason, who gave it up and the place it came from in its headers. */
export function deadLetterMessage({ message, error }: DeadLetter, group: string, at: Date): Message {
  const { key, value, headers, topic, partition, offset } = message;
  return {
    key,
    value,
    headers: {
      ...headers,
      [DL.error]: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      [DL.group]: group,
      [DL.topic]: topic,
      [DL.partition]: `${partition}`,
      [DL.offset]: `${offset}`,
      [DL.time]: at.toISOString(),
    },
  };
}

/** Resolves once they are durable; until then their batch is not committed. */
export async function publishDeadLetters(
  bus: MessageBus,
  topic: string,
  group: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  const now = new Date();
  const messages = letters.map((letter) => deadLetterMessage(letter, group, now));
  await bus.publish([{ topic: deadLetterTopic(topic), messages }]);
}

/** How often a replay looks whether it is done, ms. */
const LOOK_MS = 20;
/** Letters that have not come for so long have been deleted: the topic's retention is its operator's. ms. */
const MISSING_AFTER_MS = 15_000;

export interface ReplayOptions {
  readonly bus: MessageBus;
  readonly topic: string;
  readonly group: string;
  /** Aborts where the letters are to be left to the next replay. */
  readonly signal: AbortSignal;
  readonly missingAfterMs?: number;
}

/**
 * Hands the group's dead letters to `handle`, each as it first came, up to what is there when it begins; letters that it has
 * replayed before are not handed over again, nor those that another instance replays at the same time. They do not go back to
 * their topic: there an old message would be the newest of its key, for every group.
 */
export async function replayDeadLetters(
  { bus, topic, group, signal, missingAfterMs = MISSING_AFTER_MS }: ReplayOptions,
  handle: (batch: readonly ReceivedMessage[]) => Promise<void>,
): Promise<void> {
  const letters = deadLetterTopic(topic);
  const replay = `${group}.replay`;
  const ends = await bus.endOffsets(letters);
  const isDone = async (): Promise<boolean> => {
    const committed = await bus.committed(replay, letters);
    return [...ends].every(([partition, end]) => (committed.get(partition) ?? 0n) >= end);
  };
  if (await isDone()) return;
  let isAtWork = false;
  let lastAt = performance.now();
  const consumer = await bus.consume({ group: replay, topics: [letters], maxBatchSize: 1 }, async ([letter]) => {
    if (!letter) return;
    // What failed again stands behind the end: it waits for the next replay.
    if (letter.offset >= (ends.get(letter.partition) ?? 0n)) throw new LeavePartition('Replayed up to here');
    const ours = original(letter, group);
    isAtWork = true;
    try {
      if (ours) await handle([ours]);
    } finally {
      isAtWork = false;
      lastAt = performance.now();
    }
  });
  try {
    while (!signal.aborted && !(await isDone())) {
      if (!isAtWork && performance.now() - lastAt > missingAfterMs) break;
      await pause(LOOK_MS);
    }
  } finally {
    await consumer.stop();
  }
}

/** The message as it first came; undefined for a letter of another group. */
function original({ headers, ...letter }: ReceivedMessage, group: string): ReceivedMessage | undefined {
  if ((headers[DL.group] ?? group) !== group) return undefined;
  const kept = Object.entries(headers).filter(([name]) => !Object.values(DL).includes(name as never));
  return {
    ...letter,
    headers: Object.fromEntries(kept),
    topic: headers[DL.topic] ?? letter.topic,
    partition: Number(headers[DL.partition] ?? letter.partition),
    offset: BigInt(headers[DL.offset] ?? letter.offset),
  };
}
