import { type Admin, Partitioners } from 'kafkajs';
import {
  type Message,
  type PublishedPlace,
  type TopicMessages,
  UnknownTopic,
  WriterEnded,
} from '../message-bus.port.js';
import { failure } from './failures.js';
import type { BatchProducer } from './producers.js';
import { type PlacedMessage, placeOf, publishedPlaces, type RequestPlace, Requests } from './requests.js';

interface Waiting {
  readonly batch: readonly TopicMessages[];
  readonly resolve: (places: PublishedPlace[]) => void;
  readonly reject: (error: Error) => void;
}

/** Asks the cluster something through a connection that is made anew after it failed. */
export type Asking = <T>(ask: (admin: Admin) => Promise<T>) => Promise<T>;

/**
 * Publishes one request at a time: what is asked for meanwhile goes into the next one, in order. So the order of calls is
 * the order in each partition, and many small calls cost one.
 */
export class KafkaPublisher {
  readonly #partitions = new Map<string, number>();
  readonly #partitioner = Partitioners.DefaultPartitioner();
  #waiting: Waiting[] = [];
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly asking: Asking,
    private readonly producer: BatchProducer,
  ) {}

  publish(batch: readonly TopicMessages[]): Promise<PublishedPlace[]> {
    if (this.#closed) return Promise.reject(new WriterEnded('Whoever publishes here is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sending;
    await this.producer.drop();
  }

  /** Lets those go on whose topics there are. */
  async #existing(calls: readonly Waiting[]): Promise<readonly Waiting[]> {
    const topics = new Set(calls.flatMap(({ batch }) => batch.map(({ topic }) => topic)));
    const unknown = [...topics].filter((topic) => !this.#partitions.has(topic));
    if (unknown.length === 0) return calls;
    await this.asking(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const found = unknown.filter((topic) => existing.has(topic));
      if (found.length === 0) return;
      const { topics: described } = await admin.fetchTopicMetadata({ topics: found });
      for (const { name, partitions } of described) this.#partitions.set(name, partitions.length);
    });
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
      for (const { reject } of calls) reject(refusal);
    }
  }

  /** @returns for each of `calls` the places of its last messages */
  async #send(calls: readonly Waiting[]): Promise<PublishedPlace[][]> {
    const requests = new Requests();
    const ends = calls.map(({ batch }) => {
      const last = new Map<string, RequestPlace>();
      for (const { topic, messages } of batch) {
        for (const message of messages) {
          const place = requests.add(topic, this.#place(topic, message));
          last.set(placeOf(topic, place.partition), place);
        }
      }
      return [...last.values()];
    });
    const all = requests.all;
    if (all.length === 0) return ends.map(() => []);
    const written = await this.producer.send(all);
    return ends.map((last) => publishedPlaces(last, written));
  }
}
