import type { RecordMetadata } from 'kafkajs';
import type { PublishedPlace } from '../message-bus.port.js';

/** A message with the partition that its key belongs to. */
export interface PlacedMessage {
  readonly key: string;
  readonly value: string | null;
  readonly headers: Record<string, string>;
  readonly partition: number;
}

export interface PlacedTopicMessages {
  readonly topic: string;
  readonly messages: PlacedMessage[];
}

/** Where a message stands in the requests. */
export interface RequestPlace {
  readonly topic: string;
  readonly partition: number;
  readonly request: number;
  /** Among the messages of its request that go to the partition. */
  readonly index: number;
}

/**
 * Characters of a request, of at most three bytes each: what one partition gets of it must fit into what a broker takes of a
 * topic's at once. A larger message has one to itself.
 */
const REQUEST_CHARACTERS = 2 * 1024 * 1024;

/** Messages laid out in requests of a size that a broker takes, in the order in which they are added. */
export class Requests {
  readonly #requests: { byTopic: Map<string, PlacedMessage[]>; counts: Map<string, number>; characters: number }[] = [];

  add(topic: string, message: PlacedMessage): RequestPlace {
    const characters = charactersOf(message);
    let request = this.#requests.at(-1);
    if (!request || (request.characters > 0 && request.characters + characters > REQUEST_CHARACTERS)) {
      request = { byTopic: new Map(), counts: new Map(), characters: 0 };
      this.#requests.push(request);
    }
    request.characters += characters;
    const messages = request.byTopic.get(topic);
    if (messages) messages.push(message);
    else request.byTopic.set(topic, [message]);
    const place = placeOf(topic, message.partition);
    const index = request.counts.get(place) ?? 0;
    request.counts.set(place, index + 1);
    return { topic, partition: message.partition, request: this.#requests.length - 1, index };
  }

  /** What each request brings, and to how many partitions. */
  get all(): { readonly batch: PlacedTopicMessages[]; readonly partitions: number }[] {
    return this.#requests.map(({ byTopic, counts }) => ({
      batch: [...byTopic].map(([topic, messages]) => ({ topic, messages })),
      partitions: counts.size,
    }));
  }
}

function charactersOf({ key, value, headers }: PlacedMessage): number {
  let characters = key.length + (value?.length ?? 0);
  for (const name in headers) characters += name.length + (headers[name]?.length ?? 0);
  return characters;
}

/** @param written what the broker answered to each request */
export function publishedPlaces(
  places: readonly RequestPlace[],
  written: readonly RecordMetadata[][],
): PublishedPlace[] {
  const bases = written.map(
    (request) => new Map(request.map((each) => [placeOf(each.topicName, each.partition), baseOf(each)])),
  );
  return places.map(({ topic, partition, request, index }) => {
    const base = bases[request]?.get(placeOf(topic, partition)) ?? 0n;
    return { topic, partition, offset: base + BigInt(index) };
  });
}

export const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;

const baseOf = ({ baseOffset, offset }: RecordMetadata): bigint => BigInt(baseOffset ?? offset ?? '0');
