import type { Database, RootDatabase } from 'lmdb';
import {
  type Consumer,
  type ConsumeOptions,
  GroupInUse,
  type MessageBus,
  MessageBusUnavailable,
  type MessageWriter,
  type PublishedPlace,
  type ReceivedMessage,
  type TopicDefinition,
  type TopicMessages,
  UnknownTopic,
  WriterEnded,
} from '../message-bus.port.js';
import { Compaction } from './compaction.js';
import { ConsumerGroups } from './consumer-groups.js';
import { GroupConsumer } from './group-consumer.js';
import { GroupCommit } from './group-commit.js';
import { GroupOffsets } from './group-offsets.js';
import { RecordBatchEncoder } from './record-batch.js';
import { type LogDatabase, TopicLog } from './topic-log.js';

/** A group's offsets reach the disk with the next publish or, on a quiet bus, after this long. */
const OFFSETS_WRITE_DELAY_MS = 500;
/** Group names are part of an LMDB key. */
const MAX_NAME_LENGTH = 249;

/** As stored: one entry per topic name. */
export interface StoredTopic {
  readonly id: number;
  readonly compacted: boolean;
  readonly cleanedTo: number;
}

export interface LmdbMessageBusParts {
  readonly root: RootDatabase;
  readonly log: LogDatabase;
  readonly topics: Database<StoredTopic, string>;
  readonly offsets: Database<number, string>;
  readonly index: Database<number, Buffer>;
  readonly compactionIntervalMs: number;
}

/** Topic logs in one LMDB environment. One process at a time: offsets are handed out from memory. */
export class LmdbMessageBus implements MessageBus {
  readonly #topics = new Map<string, TopicLog>();
  /** Topics not yet on disk. */
  readonly #undeclared = new Set<TopicLog>();
  readonly #offsets: GroupOffsets;
  readonly #groups: ConsumerGroups;
  readonly #commits: GroupCommit;
  readonly #compaction: Compaction;
  readonly #encoder = new RecordBatchEncoder();
  /** The one writer of each name. */
  readonly #writers = new Map<string, MessageWriter>();
  readonly #closing = new AbortController();
  readonly #compactionTimer: NodeJS.Timeout;
  #offsetsTimer: NodeJS.Timeout | undefined;
  #compacting = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(private readonly parts: LmdbMessageBusParts) {
    const { root, log, index } = parts;
    for (const { key, value } of parts.topics.getRange()) this.#open(key, value);
    this.#offsets = new GroupOffsets(parts.offsets);
    this.#groups = new ConsumerGroups(this.#offsets);
    let storing: TopicLog[] = [];
    this.#commits = new GroupCommit(root, {
      reset: () => {
        this.#encoder.release();
        for (const topic of this.#topics.values()) topic.reset();
      },
      write: () => {
        // A new topic goes with whichever commit is next: no message of it can be on disk without it.
        storing = [...this.#undeclared];
        for (const topic of storing) void parts.topics.put(topic.name, stored(topic, topic.cleanedTo));
        for (const topic of this.#topics.values()) topic.write();
        this.#offsets.write();
      },
      durable: () => {
        this.#encoder.release();
        for (const topic of storing) this.#undeclared.delete(topic);
        for (const topic of this.#topics.values()) topic.durable();
      },
      failed: () => this.#offsets.restage(),
    });
    this.#compaction = new Compaction(
      log,
      index,
      (write) => this.#commits.add({ write }),
      (topic, cleanedTo) => void parts.topics.put(topic.name, stored(topic, cleanedTo)),
    );
    this.#compactionTimer = setInterval(() => void this.compact().catch(() => undefined), parts.compactionIntervalMs);
    this.#compactionTimer.unref();
  }

  async declareTopics(topics: readonly TopicDefinition[]): Promise<void> {
    this.#assertOpen();
    for (const topic of topics) this.#declare(topic);
    // Not only where this call added one: another may have just done so, and not have come to disk yet.
    if (this.#undeclared.size > 0) await this.#commits.add({});
  }

  async publish(batch: readonly TopicMessages[]): Promise<PublishedPlace[]> {
    this.#assertOpen();
    const logs = batch.map(({ topic }) => this.#topic(topic));
    const offsets = new Map<string, number>();
    if (batch.every(({ messages }) => messages.length === 0)) return [];
    const prepare = (): void => {
      const timestamp = Date.now();
      batch.forEach(({ topic, messages }, i) => {
        const last = logs[i]?.prepare(messages, this.#encoder, timestamp);
        if (last !== undefined && messages.length > 0) offsets.set(topic, last);
      });
    };
    await this.#commits.add({ prepare, characters: characters(batch) });
    return [...offsets].map(([topic, offset]) => ({ topic, partition: 0, offset: BigInt(offset) }));
  }

  /** All of its writers are in this process, so that it need only remember who came last. */
  async openWriter(name: string): Promise<MessageWriter> {
    this.#assertOpen();
    const end = (): void => void (this.#writers.get(name) === writer && this.#writers.delete(name));
    const writer: MessageWriter = {
      publish: async (batch) => {
        this.#assertOpen();
        if (this.#writers.get(name) !== writer)
          throw new WriterEnded(`The writer ${name} is closed, or another one has been opened`);
        return this.publish(batch);
      },
      [Symbol.asyncDispose]: async () => end(),
    };
    this.#writers.set(name, writer);
    // What the one before has handed over is in front of this.
    await this.#commits.add({});
    return writer;
  }

  async consume(
    { group, topics, maxBatchSize = 512 }: ConsumeOptions,
    handler: (batch: readonly ReceivedMessage[]) => Promise<void>,
  ): Promise<Consumer> {
    this.#assertOpen();
    if (group.length === 0 || group.length > MAX_NAME_LENGTH) throw new RangeError('A group name has 1-249 characters');
    const logs = [...new Set(topics)].map((name) => this.#topic(name));
    const consumer: GroupConsumer = new GroupConsumer({
      maxBatchSize,
      handler,
      commit: (log, next) => this.#commitOffset(group, log, next),
      leave: () => {
        this.#groups.leave(group, consumer);
        return this.#writeOffsets();
      },
    });
    this.#groups.join(group, consumer, logs);
    return consumer;
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>> {
    this.#assertOpen();
    const next = this.#offsets.get(group, this.#topic(topic).id);
    return new Map(next === undefined ? [] : [[0, BigInt(next)]]);
  }

  async forgetGroup(group: string, topic: string): Promise<void> {
    this.#assertOpen();
    const log = this.#topic(topic);
    if (this.#groups.isReading(group, log)) throw new GroupInUse(`A consumer of ${group} is reading ${topic}`);
    this.#offsets.forget(group, log.id);
    if (this.#offsets.dirty) await this.#commits.add({});
  }

  async endOffsets(topic: string): Promise<ReadonlyMap<number, bigint>> {
    this.#assertOpen();
    return new Map([[0, BigInt(this.#topic(topic).end)]]);
  }

  /** Compacts each compacted topic as far as its groups allow; runs by itself at an interval. */
  compact(): Promise<void> {
    this.#compacting = this.#compacting.then(async () => {
      for (const topic of [...this.#topics.values()].filter(({ definition }) => definition.compacted)) {
        await this.#compaction.run(topic, this.#offsets.lowest(topic.id), this.#closing.signal);
      }
    });
    const done = this.#compacting;
    this.#compacting = done.catch(() => undefined); // a full disk now must not end compaction for ever
    return done;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    clearInterval(this.#compactionTimer);
    await Promise.all(this.#groups.all().map((consumer) => consumer.stop()));
    await this.#compacting;
    await this.#writeOffsets();
    await this.#commits.close();
    await this.parts.root.close();
  }

  #commitOffset(group: string, log: TopicLog, next: number): void {
    this.#offsets.commit(group, log.id, next);
    this.#offsetsTimer ??= setTimeout(() => void this.#writeOffsets(), OFFSETS_WRITE_DELAY_MS).unref();
  }

  /** Never rejects: offsets that could not be written stay dirty and go with the next commit. */
  async #writeOffsets(): Promise<void> {
    clearTimeout(this.#offsetsTimer);
    this.#offsetsTimer = undefined;
    if (this.#offsets.dirty) await this.#commits.add({}).catch(() => undefined);
  }

  #declare(definition: TopicDefinition): void {
    if (this.#topics.has(definition.name)) return;
    if (definition.name.length > MAX_NAME_LENGTH) throw new RangeError('A topic name has up to 249 characters');
    const id = 1 + Math.max(0, ...[...this.#topics.values()].map((topic) => topic.id));
    this.#undeclared.add(this.#open(definition.name, { id, compacted: definition.compacted, cleanedTo: 0 }));
  }

  #open(name: string, { id, compacted, cleanedTo }: StoredTopic): TopicLog {
    const topic = new TopicLog(id, { name, compacted, partitions: 1 }, this.parts.log, cleanedTo);
    this.#topics.set(name, topic);
    return topic;
  }

  #topic(name: string): TopicLog {
    const topic = this.#topics.get(name);
    if (!topic) throw new UnknownTopic(`Topic ${name} has not been declared`);
    return topic;
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new MessageBusUnavailable('The message bus is closing');
  }
}

function stored(topic: TopicLog, cleanedTo: number): StoredTopic {
  return { id: topic.id, compacted: topic.definition.compacted, cleanedTo };
}

function characters(batch: readonly TopicMessages[]): number {
  let sum = 0;
  for (const { messages } of batch) {
    for (const { key, value } of messages) sum += key.length + (value?.length ?? 0);
  }
  return sum;
}
