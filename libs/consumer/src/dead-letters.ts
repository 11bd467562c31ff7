import type { Message, MessageBus, ReceivedMessage } from '#message-bus';
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

/**
 * Hands the group's dead letters to `handle`, each as it first came, up to what is there when it begins; letters that it has
 * replayed before are not handed over again. They do not go back to their topic: there an old message would be the newest of
 * its key, for every group.
 */
export async function replayDeadLetters(
  bus: MessageBus,
  topic: string,
  group: string,
  handle: (batch: readonly ReceivedMessage[]) => Promise<void>,
): Promise<void> {
  const letters = deadLetterTopic(topic);
  const replay = `${group}.replay`;
  const left = new Map<number, bigint>();
  const committed = await bus.committed(replay, letters);
  for (const [partition, end] of await bus.endOffsets(letters)) {
    if (end > (committed.get(partition) ?? 0n)) left.set(partition, end);
  }
  if (left.size === 0) return;
  let done = (): void => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const consumer = await bus.consume({ group: replay, topics: [letters], maxBatchSize: 1 }, async ([letter]) => {
    if (!letter) return;
    const end = left.get(letter.partition) ?? 0n;
    // What failed again stands behind the end: it waits for the next replay.
    if (letter.offset >= end) throw new ReplayEnded();
    const ours = original(letter, group);
    if (ours) await handle([ours]);
    if (letter.offset + 1n >= end) left.delete(letter.partition);
    if (left.size === 0) done();
  });
  await all;
  await consumer.stop();
}

/** Not a failure: what is in hand is left where it is. */
class ReplayEnded extends Error {
  override readonly name = 'ReplayEnded';
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
