import kafkajs from 'kafkajs';
import { GroupInUse, MessageBusUnavailable, UnknownTopic, WriterEnded } from '../message-bus.port.js';

/** Of the broker: the topic is not there, or its name cannot be one. */
const NO_TOPIC = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'INVALID_TOPIC_EXCEPTION']);

const OURS = [UnknownTopic, GroupInUse, MessageBusUnavailable, WriterEnded];

/** The broker's own error behind one that wraps it. */
export function protocolErrorIn(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof kafkajs.KafkaJSProtocolError) return each.type;
  }
  return undefined;
}

/** An error of kafkajs in the words of the port. */
export function failure(what: string, error: unknown): Error {
  if (OURS.some((kind) => error instanceof kind)) return error as Error;
  if (NO_TOPIC.has(protocolErrorIn(error) ?? '')) return new UnknownTopic(`${what}: no such topic`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  return new MessageBusUnavailable(`${what}: ${reason}`, { cause: error });
}
