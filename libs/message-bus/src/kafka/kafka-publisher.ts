import { type Admin, type Kafka, Partitioners, type Producer, type RecordMetadata } from 'kafkajs';
import {
  type Message,
  MessageBusUnavailable,
  type PublishedPlace,
  type TopicMessages,
  UnknownTopic,
} from '../message-bus.port.js';
import { failure } from './failures.js';

/** A message with the partition that its key belongs to. */
interface PlacedMessage {
  readonly key: string;
  readonly value: string | null;
  readonly headers: Record<string, string>;
  readonly partition: number;
}

interface Waiting {
  readonly batch: readonly TopicMessages[];
  readonly resolve: (places: PublishedPlace[]) => void;
  readonly reject: (error: Error) => void;
}

const RETRIES = 5;

/**
 * Publishes one request at a time: what is asked for meanwhile goes into the next one, in order. So the order of calls is
 * the order in each partition, and many small calls cost one. The producer is idempotent; after a failure a new one begins, as the
 * broker may have counted what the old one believes lost. A repetition that comes of that has the same event id.
 */
export class KafkaPublisher {
  readonly #partitions = new Map<string, number>();
  readonly #partitioner = Partitioners.DefaultPartitioner();
  #producer: Promise<Producer> | undefined;
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly admin: () => Promise<Admin>,
  ) {}

  publish(batch: readonly TopicMessages[]): Promise<PublishedPlace[]> {
    if (this.#closed) return Promise.reject(new MessageBusUnavailable('The message bus is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    await this.#drop();
  }

  /** Lets those go on whose topics there are. */
  async #existing(calls: readonly Waiting[]): Promise<readonly Waiting[]> {
    const topics = new Set(calls.flatMap(({ batch }) => batch.map(({ topic }) => topic)));
    const unknown = [...topics].filter((topic) => !this.#partitions.has(topic));
    if (unknown.length === 0) return calls;
    const admin = await this.admin();
    const existing = new Set(await admin.listTopics());
    const found = unknown.filter((topic) => existing.has(topic));
    if (found.length > 0) {
      const { topics: described } = await admin.fetchTopicMetadata({ topics: found });
      for (const { name, partitions } of described) this.#partitions.set(name, partitions.length);
    }
    return calls.filter(({ batch, reject }) => {
      const missing = batch.find(({ topic }) => !this.#partitions.has(topic));
      if (missing) reject(new UnknownTopic(`There is no topic ${missing.topic}`));
      return missing === undefined;
    });
  }

  /** As every Kafka client of Java places a key, so that others may look for it where it is. */
  #place(topic: string, { key, value, headers }: Message): PlacedMessage {
    const count = this.#partitions.get(topic) ?? 1;
    const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
      partitionId,
      leader: 0,
      partitionErrorCode: 0,
      replicas: [],
      isr: [],
    }));
    const partition = this.#partitioner({ topic, partitionMetadata, message: { key, value } });
    return { key, value, headers: { ...headers }, partition };
  }

  async #sendAll(): Promise<void> {
    await Promise.resolve(); // `#sending` is set before the first call is looked at
    while (this.#waiting.length > 0) {
      const calls = this.#waiting;
      this.#waiting = [];
      await this.#sendTogether(calls);
    }
    // At once: a call that comes now begins anew.
    this.#sending = undefined;
  }

  async #sendTogether(calls: readonly Waiting[]): Promise<void> {
    try {
      const possible = await this.#existing(calls);
      const places = await this.#send(possible);
      possible.forEach(({ resolve }, i) => resolve(places[i] ?? []));
    } catch (error) {
      const refusal = failure('Kafka did not take the messages', error);
      if (refusal instanceof UnknownTopic) this.#partitions.clear();
      await this.#drop();
      for (const { reject } of calls) reject(refusal);
    }
  }

  /** @returns for each of `calls` the places of its last messages */
  async #send(calls: readonly Waiting[]): Promise<PublishedPlace[][]> {
    const byTopic = new Map<string, PlacedMessage[]>();
    const counts = new Map<string, number>();
    const ends = calls.map(({ batch }) => {
      const last = new Map<string, { topic: string; partition: number; index: number }>();
      for (const { topic, messages } of batch) {
        const list = byTopic.get(topic) ?? [];
        byTopic.set(topic, list);
        for (const message of messages) {
          const placed = this.#place(topic, message);
          list.push(placed);
          const place = `${topic}/${placed.partition}`;
          const index = counts.get(place) ?? 0;
          counts.set(place, index + 1);
          last.set(place, { topic, partition: placed.partition, index });
        }
      }
      return [...last.values()];
    });
    if (counts.size === 0) return ends.map(() => []);
    const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
    const producer = await (this.#producer ??= this.#connect());
    const written = await producer.sendBatch({ acks: -1, topicMessages });
    const bases = new Map(written.map((each) => [`${each.topicName}/${each.partition}`, baseOf(each)]));
    return ends.map((last) =>
      last.map(({ topic, partition, index }) => ({
        topic,
        partition,
        offset: (bases.get(`${topic}/${partition}`) ?? 0n) + BigInt(index),
      })),
    );
  }

  async #connect(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: RETRIES },
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  async #drop(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.then((each) => each.disconnect()).catch(() => undefined);
  }
}

const baseOf = ({ baseOffset, offset }: RecordMetadata): bigint => BigInt(baseOffset ?? offset ?? '0');
