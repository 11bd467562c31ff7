import type { Message, MessageBus, ReceivedMessage } from '#message-bus';

/** Where messages of `topic` go that will never work. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dead-letter`;
}

export interface DeadLetter {
  readonly message: ReceivedMessage;
  readonly error: unknown;
}

/** The message as it came, with the reason and the place it came from in its headers. */
export function deadLetterMessage({ message, error }: DeadLetter, at: Date): Message {
  const { key, value, headers, topic, partition, offset } = message;
  return {
    key,
    value,
    headers: {
      ...headers,
      dl_error: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      dl_topic: topic,
      dl_partition: `${partition}`,
      dl_offset: `${offset}`,
      dl_time: at.toISOString(),
    },
  };
}

/** Resolves once they are durable; until then their batch is not committed. */
export async function publishDeadLetters(
  bus: MessageBus,
  topic: string,
  letters: readonly DeadLetter[],
): Promise<void> {
  const now = new Date();
  const messages = letters.map((letter) => deadLetterMessage(letter, now));
  await bus.publish([{ topic: deadLetterTopic(topic), messages }]);
}
