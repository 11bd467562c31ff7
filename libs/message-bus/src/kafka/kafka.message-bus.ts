import { setTimeout as pause } from 'node:timers/promises';
import { type Admin, Kafka, logLevel, type SASLOptions } from 'kafkajs';
import {
  type ConsumeOptions,
  type Consumer,
  GroupInUse,
  type MessageBus,
  MessageBusUnavailable,
  type MessageWriter,
  type PublishedPlace,
  type ReceivedMessage,
  type TopicDefinition,
  type TopicMessages,
  UnknownTopic,
} from '../message-bus.port.js';
import { failure, protocolErrorIn } from './failures.js';
import { KafkaGroupConsumer, type KafkaConsumerLog } from './kafka-consumer.js';
import { type Asking, KafkaPublisher } from './kafka-publisher.js';
import { IdempotentProducer, TransactionalProducer } from './producers.js';

export interface KafkaMessageBusOptions {
  /** `host:port`, one or more. */
  readonly brokers: readonly string[];
  readonly ssl?: boolean;
  readonly sasl?: SASLOptions;
  /** Default `rollcall`. */
  readonly clientId?: string;
  /** Longest wait for a connection and for an answer, milliseconds; default 3,000 and 10,000. */
  readonly connectionTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
  readonly log?: KafkaConsumerLog;
}

/** What the ids of writers begin with in Kafka, which guards them by access rules of their own. */
const TRANSACTIONAL_IDS = 'rollcall.writer.';
/** How long new topics may take until they can be written to, ms, and when that is first looked at. */
const SERVED_WITHIN_MS = 10_000;
const FIRST_LOOK_MS = 10;
const NOT_YET = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE']);
/** Partitions of a topic that asks for no number: what a product may spread over at most so many consumers. */
const DEFAULT_PARTITIONS = 12;
/** How long a tombstone stays, for the slowest group to see it: 30 days, ms. */
const TOMBSTONES_MS = 30 * 24 * 3600 * 1000;
/** A person's view is as large as what the provider sends: MAX_BODY_BYTES and its envelope. */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

/**
 * Topics in Kafka. The producer is idempotent and waits for all replicas in sync; topics are made with their configuration.
 * Nothing is sent before the first call.
 */
export function openKafkaMessageBus(options: KafkaMessageBusOptions): MessageBus {
  return new KafkaMessageBus(options);
}

class KafkaMessageBus implements MessageBus {
  readonly #kafka: Kafka;
  readonly #publisher: KafkaPublisher;
  readonly #writers = new Set<KafkaPublisher>();
  readonly #consumers = new Set<KafkaGroupConsumer>();
  readonly #log: KafkaConsumerLog;
  readonly #topics: Asking = (ask) => this.#asking('The topics cannot be read', ask);
  #admin: Promise<Admin> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: KafkaMessageBusOptions) {
    this.#kafka = new Kafka({
      clientId: options.clientId ?? 'rollcall',
      brokers: [...options.brokers],
      ...(options.ssl && { ssl: true }),
      ...(options.sasl && { sasl: options.sasl }),
      connectionTimeout: options.connectionTimeoutMs ?? 3_000,
      requestTimeout: options.requestTimeoutMs ?? 10_000,
      retry: { retries: 5 },
      // What goes wrong reaches the caller, and what the caller does not see is logged by us.
      logLevel: logLevel.NOTHING,
    });
    this.#log = options.log ?? { warn: () => undefined };
    this.#publisher = new KafkaPublisher(this.#topics, new IdempotentProducer(this.#kafka));
  }

  async declareTopics(topics: readonly TopicDefinition[]): Promise<void> {
    await this.#asking('Kafka cannot make the topics', async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = topics.filter(({ name }) => !existing.has(name));
      if (missing.length === 0) return;
      // False when another instance has made them meanwhile, which is as good.
      await admin.createTopics({ topics: missing.map(described), waitForLeaders: false });
      await served(admin, missing.map(({ name }) => name)); // prettier-ignore
    });
  }

  async publish(batch: readonly TopicMessages[]): Promise<PublishedPlace[]> {
    this.#checkOpen();
    return this.#publisher.publish(batch);
  }

  async openWriter(name: string): Promise<MessageWriter> {
    this.#checkOpen();
    const producer = await TransactionalProducer.open(this.#kafka, `${TRANSACTIONAL_IDS}${name}`).catch(
      (error: unknown) => {
        throw failure(`Kafka does not take the writer ${name}`, error);
      },
    );
    const publisher = new KafkaPublisher(this.#topics, producer);
    if (this.#closed) await publisher.close();
    this.#checkOpen();
    this.#writers.add(publisher);
    return {
      publish: async (batch) => {
        this.#checkOpen();
        return publisher.publish(batch);
      },
      [Symbol.asyncDispose]: async () => {
        this.#writers.delete(publisher);
        await publisher.close();
      },
    };
  }

  async consume(
    options: ConsumeOptions,
    handler: (batch: readonly ReceivedMessage[]) => Promise<void>,
  ): Promise<Consumer> {
    this.#checkOpen();
    const consumer = await KafkaGroupConsumer.start(this.#kafka, options, handler, this.#log);
    if (this.#closed) await consumer.stop();
    this.#checkOpen();
    this.#consumers.add(consumer);
    return consumer;
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    return this.#asking(`The offsets of ${group} cannot be read`, async (admin) => {
      const [fetched] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
      const known = (fetched?.partitions ?? []).filter(({ offset }) => BigInt(offset) >= 0n);
      return new Map(known.map(({ partition, offset }) => [partition, BigInt(offset)]));
    });
  }

  async forgetGroup(group: string, topic: string): Promise<void> {
    await this.#asking(`The offsets of ${group} cannot be forgotten`, async (admin) => {
      if (!(await admin.listTopics()).includes(topic)) throw new UnknownTopic(`There is no topic ${topic}`);
      const { groups } = await admin.describeGroups([group]);
      if (groups.some(({ members }) => members.length > 0)) {
        throw new GroupInUse(`Consumers of ${group} are reading ${topic}`);
      }
      const read = await admin.fetchOffsets({ groupId: group });
      const others = read.filter((each) => each.topic !== topic && each.partitions.length > 0);
      // The client can let go of a whole group only, and quickly; of one topic of several it moves the offsets back.
      if (others.length > 0) await admin.resetOffsets({ groupId: group, topic, earliest: true });
      else if (read.length > 0) await admin.deleteGroups([group]);
    });
  }

  async endOffsets(topic: string): Promise<ReadonlyMap<number, bigint>> {
    return this.#asking(`The end of ${topic} cannot be read`, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    await this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#consumers].map((consumer) => consumer.stop()));
    await Promise.all([this.#publisher, ...this.#writers].map((publisher) => publisher.close()));
    await this.#admin?.then((admin) => admin.disconnect()).catch(() => undefined);
  }

  #connectedAdmin(): Promise<Admin> {
    this.#admin ??= (async () => {
      const admin = this.#kafka.admin();
      await admin.connect();
      return admin;
    })();
    return this.#admin;
  }

  async #asking<T>(what: string, ask: (admin: Admin) => Promise<T>): Promise<T> {
    this.#checkOpen();
    try {
      return await ask(await this.#connectedAdmin());
    } catch (error) {
      const refusal = failure(what, error);
      // A connection that failed is made anew for the next call.
      if (refusal instanceof MessageBusUnavailable) {
        void this.#admin?.then((admin) => admin.disconnect()).catch(() => undefined);
        this.#admin = undefined;
      }
      throw refusal;
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new MessageBusUnavailable('The message bus is closed');
  }
}

/** Resolves once every partition of these topics has a leader. The brokers hear of new topics one after the other. */
async function served(admin: Admin, topics: string[]): Promise<void> {
  const giveUpAt = performance.now() + SERVED_WITHIN_MS;
  for (let wait = FIRST_LOOK_MS; ; wait *= 2) {
    try {
      const { topics: known } = await admin.fetchTopicMetadata({ topics });
      const partitions = known.flatMap((topic) => topic.partitions);
      if (partitions.length > 0 && partitions.every(({ leader }) => leader >= 0)) return;
    } catch (error) {
      if (!NOT_YET.has(protocolErrorIn(error) ?? '')) throw error;
    }
    if (performance.now() + wait > giveUpAt) {
      throw new MessageBusUnavailable(`${topics.join(', ')}: made, but still without a leader`);
    }
    await pause(wait);
  }
}

function described({ name, compacted, partitions }: TopicDefinition) {
  const configuration: Readonly<Record<string, string>> = compacted
    ? { 'cleanup.policy': 'compact', 'delete.retention.ms': `${TOMBSTONES_MS}` }
    : // For good: a new product reads them from the start. An operator may set an end.
      { 'cleanup.policy': 'delete', 'retention.ms': '-1' };
  const all = {
    ...configuration,
    'message.timestamp.type': 'LogAppendTime',
    // As it was sent: a cluster that compresses by itself may do so with what kafkajs cannot read (snappy, lz4, zstd).
    'compression.type': 'producer',
    'max.message.bytes': `${MAX_MESSAGE_BYTES}`,
  };
  return {
    topic: name,
    numPartitions: partitions ?? DEFAULT_PARTITIONS,
    configEntries: Object.entries(all).map(([key, value]) => ({ name: key, value })),
  };
}
