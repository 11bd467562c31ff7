/** A message to publish. Messages with the same key keep their order. */
export interface Message {
  readonly key: string;
  /** UTF-8 text, usually JSON; null is a tombstone: on a compacted topic it erases the key. */
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ReceivedMessage extends Message {
  readonly topic: string;
  readonly partition: number;
  /** Place in the partition: increasing, not necessarily dense after compaction. */
  readonly offset: bigint;
  /** Milliseconds since the epoch, UTC, when the bus took it. */
  readonly timestamp: number;
}

export interface TopicDefinition {
  readonly name: string;
  /** Compacted: at least the newest message of each key is kept for ever; others may vanish once superseded. */
  readonly compacted: boolean;
  /** Used where the engine has partitions; an embedded topic has one. */
  readonly partitions?: number;
}

export interface TopicMessages {
  readonly topic: string;
  readonly messages: readonly Message[];
}

export interface PublishedPlace {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the last message of this topic in the call that went to this partition. */
  readonly offset: bigint;
}

export interface ConsumeOptions {
  /** Consumers with the same group share the topics; each message goes to one of them. */
  readonly group: string;
  readonly topics: readonly string[];
  /** Most messages handed over at once; default 512. */
  readonly maxBatchSize?: number;
}

/** Whoever alone publishes under a name; see {@link MessageBus.openWriter}. */
export interface MessageWriter extends AsyncDisposable {
  /**
   * Publishes in the given order, all of it or nothing, and resolves once every message is durable.
   * @throws UnknownTopic nothing was published, and the writer may go on
   * @throws MessageBusUnavailable nothing was published, and the call may be repeated
   * @throws WriterEnded
   */
  publish(batch: readonly TopicMessages[]): Promise<PublishedPlace[]>;
}

export interface Consumer extends AsyncDisposable {
  /** Stops after the batch in hand; resolves when no handler runs and its offsets are committed. */
  stop(): Promise<void>;
}

/**
 * Topics of keyed messages. Delivery is at least once, in order per key; a new group starts at the beginning.
 */
export interface MessageBus extends AsyncDisposable {
  /** Makes the topics that do not exist yet. */
  declareTopics(topics: readonly TopicDefinition[]): Promise<void>;

  /**
   * Publishes in the given order and resolves once every message is durable.
   * @throws UnknownTopic @throws MessageBusUnavailable (some, all or none may have been published)
   */
  publish(batch: readonly TopicMessages[]): Promise<PublishedPlace[]>;

  /**
   * Makes the caller the only one who publishes under `name`, in whatever process the one before may be. Once this
   * resolves, what that one has published is there, whatever else it publishes is refused, and no consumer will see it.
   * @throws MessageBusUnavailable
   */
  openWriter(name: string): Promise<MessageWriter>;

  /**
   * Hands batches of one topic partition, in order, to `handler`. When it resolves, the offsets behind the batch are
   * committed for the group; when it rejects, the same batch comes again after a pause (100 ms, doubling to 5 s), unless it
   * rejects with {@link LeavePartition}.
   */
  consume(options: ConsumeOptions, handler: (batch: readonly ReceivedMessage[]) => Promise<void>): Promise<Consumer>;

  /** Offsets that `group` has committed: the next offset to be handed over, per topic and partition. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>>;

  /**
   * Forgets what `group` has committed of the topic: the next consumer of the group starts at the beginning, and until
   * then nothing is kept for its sake. A group never heard of is no error.
   * @throws GroupInUse a consumer of the group is reading the topic
   */
  forgetGroup(group: string, topic: string): Promise<void>;

  /** One past the newest offset, per partition. */
  endOffsets(topic: string): Promise<ReadonlyMap<number, bigint>>;
}

export class UnknownTopic extends Error {
  override readonly name = 'UnknownTopic';
}

/** Thrown by a handler: its batch stays uncommitted, and its consumer is handed nothing more of that partition. */
export class LeavePartition extends Error {
  override readonly name = 'LeavePartition';
}

/** What was asked of a consumer group can be done only while none of its consumers runs. */
export class GroupInUse extends Error {
  override readonly name = 'GroupInUse';
}

/**
 * The writer may publish no more: another one of its name was opened, or it cannot be known whether the bus has its last
 * batch. Whoever goes on opens a new one, and begins with what was on the bus for certain.
 */
export class WriterEnded extends Error {
  override readonly name = 'WriterEnded';
}

/** The bus is away or closing; the caller may repeat the call. */
export class MessageBusUnavailable extends Error {
  override readonly name = 'MessageBusUnavailable';
}
