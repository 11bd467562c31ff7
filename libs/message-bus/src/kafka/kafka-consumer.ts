import { setTimeout as pause } from 'node:timers/promises';
import type {
  Consumer as KafkaJsConsumer,
  ConsumerEndBatchProcessEvent,
  EachBatchPayload,
  Kafka,
  KafkaMessage,
} from 'kafkajs';
import { type ConsumeOptions, type Consumer, LeavePartition, type ReceivedMessage } from '../message-bus.port.js';
import { failure } from './failures.js';

type Handler = (batch: readonly ReceivedMessage[]) => Promise<void>;
type BatchPlace = Pick<ConsumerEndBatchProcessEvent['payload'], 'topic' | 'partition' | 'lastOffset'>;

export interface KafkaConsumerLog {
  warn(details: object, message: string): void;
}

const DEFAULT_BATCH_SIZE = 512;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Well within the session's time-out, whatever the handler takes. */
const HEARTBEAT_MS = 3_000;
const SESSION_TIMEOUT_MS = 30_000;
const REBALANCE_TIMEOUT_MS = 60_000;
const FETCH_WAIT_MS = 100;
const JOIN_WITHIN_MS = 15_000;

/**
 * One member of a consumer group. kafkajs hands over what it has fetched of one partition; it is passed on in batches, each
 * committed once its handler has resolved. A member that kafkajs gives up is replaced by a new one.
 */
export class KafkaGroupConsumer implements Consumer {
  readonly #stopping = new AbortController();
  #member: KafkaJsConsumer | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(
    private readonly kafka: Kafka,
    private readonly options: ConsumeOptions,
    private readonly handler: Handler,
    private readonly log: KafkaConsumerLog,
  ) {}

  /**
   * Resolves when the group has taken the member in.
   * @throws MessageBusUnavailable it did not within 15 s
   */
  static async start(
    kafka: Kafka,
    options: ConsumeOptions,
    handler: Handler,
    log: KafkaConsumerLog,
  ): Promise<KafkaGroupConsumer> {
    const consumer = new KafkaGroupConsumer(kafka, options, handler, log);
    const giveUpAt = performance.now() + JOIN_WITHIN_MS;
    // A cluster that has just come up, or moves a group's coordinator, takes members in a little later.
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      try {
        await consumer.#join();
        return consumer;
      } catch (error) {
        if (performance.now() + wait > giveUpAt) throw error;
        await pause(wait);
      }
    }
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopped ??= this.#leave(this.#member);
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #leave(member: KafkaJsConsumer | undefined): Promise<void> {
    await member
      ?.disconnect()
      .catch((error: unknown) => this.#warn(error, 'A consumer did not leave its group in order'));
  }

  async #join(): Promise<void> {
    const member = this.kafka.consumer({
      groupId: this.options.group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      // Whatever a writer that was deposed has left is never seen.
      readUncommitted: false,
      // A member that cannot go on is replaced by us, whatever the reason.
      retry: { restartOnFailure: () => Promise.resolve(false) },
    });
    this.#member = member;
    let crash: Error | undefined;
    const joined = new Promise<void>((resolve, reject) => {
      member.on(member.events.GROUP_JOIN, () => resolve());
      member.on(member.events.CRASH, ({ payload }) => {
        crash = payload.error;
        reject(payload.error);
      });
    });
    joined.catch(() => undefined);
    try {
      await member.connect();
      await member.subscribe({ topics: [...this.options.topics], fromBeginning: true });
      await member.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 1,
        eachBatch: (payload) => this.#eachBatch(payload),
      });
      await joined;
      // Between joining and here: nobody would hear of it any more.
      if (crash) throw crash;
    } catch (error) {
      await this.#leave(member);
      throw failure(`The group ${this.options.group} cannot be joined`, error);
    }
    member.on(member.events.CRASH, ({ payload }) => void this.#replace(member, payload.error));
    member.on(member.events.END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) void this.#pass(member, payload);
    });
  }

  async #replace(member: KafkaJsConsumer, error: Error): Promise<void> {
    if (this.#isStopping || member !== this.#member) return;
    this.#warn(error, 'A consumer lost its group; joining again');
    await this.#leave(member);
    for (let wait = FIRST_PAUSE_MS; !this.#isStopping; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
      try {
        await this.#join();
        break;
      } catch (cause) {
        this.#warn(cause, 'A consumer cannot join its group; trying again');
        await this.#pause(wait);
      }
    }
    // Stopped while it joined: nobody else lets go of this member.
    if (this.#isStopping) await this.#leave(this.#member);
  }

  /** Commits what there was nothing in to hand over: marks of transactions, and what was in aborted ones. */
  async #pass(member: KafkaJsConsumer, { topic, partition, lastOffset }: BatchPlace): Promise<void> {
    const offset = `${BigInt(lastOffset) + 1n}`;
    // Whoever reads them again passes over them again.
    await member.commitOffsets([{ topic, partition, offset }]).catch(() => undefined);
  }

  async #eachBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    const heartbeat = (): Promise<void> => payload.heartbeat();
    const size = this.options.maxBatchSize ?? DEFAULT_BATCH_SIZE;
    for (let at = 0; at < batch.messages.length; at += size) {
      const messages = batch.messages.slice(at, at + size).map((message) => received(topic, partition, message));
      const last = messages.at(-1);
      if (!last || this.#isStopping || !payload.isRunning() || payload.isStale()) return;
      const outcome = await this.#handle(messages, heartbeat);
      // Not resolved: whoever has the partition next begins here.
      if (outcome === 'left') payload.pause();
      if (outcome !== 'handled') return;
      payload.resolveOffset(`${last.offset}`);
      // Behind the last message may come the mark that ends its transaction: read, and nothing to hand over.
      const end = at + size < batch.messages.length ? last.offset : BigInt(batch.lastOffset());
      const offsets = { topics: [{ topic, partitions: [{ partition, offset: `${end + 1n}` }] }] };
      await payload.commitOffsetsIfNecessary(offsets);
      // Tells of a rebalance; what is left of the batch then comes again, to whoever owns the partition.
      await heartbeat();
    }
  }

  /**
   * @returns `stopped`: the consumer was, before the handler had resolved for the batch
   * @throws KafkaJSError the group rebalances while the handler fails: it need not wait for us
   */
  async #handle(
    messages: readonly ReceivedMessage[],
    heartbeat: () => Promise<void>,
  ): Promise<'handled' | 'left' | 'stopped'> {
    // Alive while the handler takes its time. That a rebalance goes on is told after it.
    const beat = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(2 * wait, LONGEST_PAUSE_MS)) {
        try {
          await this.handler(messages);
          return 'handled';
        } catch (error) {
          if (error instanceof LeavePartition) return 'left';
          if (this.#isStopping) return 'stopped';
          this.#warn(error, 'A batch was not handled; trying again');
        }
        await this.#pause(wait);
        if (this.#isStopping) return 'stopped';
        await heartbeat();
      }
    } finally {
      clearInterval(beat);
    }
  }

  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #warn(error: unknown, message: string): void {
    if (!this.#isStopping)
      this.log.warn({ err: error, group: this.options.group, topics: this.options.topics }, message);
  }
}

function received(topic: string, partition: number, message: KafkaMessage): ReceivedMessage {
  const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, textOf(value)]);
  return {
    topic,
    partition,
    key: message.key?.toString() ?? '',
    value: message.value === null ? null : message.value.toString(),
    headers: Object.fromEntries(headers) as Record<string, string>,
    offset: BigInt(message.offset),
    timestamp: Number(message.timestamp),
  };
}

/** A header may come several times; the last one counts. */
function textOf(value: Buffer | string | (Buffer | string)[] | undefined): string {
  const one = Array.isArray(value) ? value.at(-1) : value;
  return one?.toString() ?? '';
}
