import {
  type Kafka,
  Partitioners,
  type Producer,
  type ProducerConfig,
  type RecordMetadata,
  type Transaction,
} from 'kafkajs';
import { MessageBusUnavailable, WriterEnded } from '../message-bus.port.js';
import type { Requests } from './requests.js';

/** Takes one call at a time. */
export interface BatchProducer {
  /** Sends one request after the other, and resolves when all replicas in sync have all of them. @returns the answer to each */
  send(requests: Requests['all']): Promise<RecordMetadata[][]>;
  drop(): Promise<void>;
}

const SHARED: ProducerConfig = {
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
};

async function sendAll(sender: Pick<Producer, 'sendBatch'>, requests: Requests['all']): Promise<RecordMetadata[][]> {
  const answers: RecordMetadata[][] = [];
  for (const { batch, partitions } of requests) {
    const written = await sender.sendBatch({ acks: -1, topicMessages: batch });
    // kafkajs passes over what it could not send where a partition's leadership moves to a broker that has answered already.
    if (written.length !== partitions) {
      throw new MessageBusUnavailable(`Kafka took what goes to ${written.length} partitions of ${partitions}`);
    }
    answers.push(written);
  }
  return answers;
}

/**
 * Idempotent. After a failure a new one begins, as the broker may have counted what the old one believes lost. A repetition
 * that comes of that has the same event id.
 */
export class IdempotentProducer implements BatchProducer {
  #producer: Promise<Producer> | undefined;

  constructor(private readonly kafka: Kafka) {}

  async send(requests: Requests['all']): Promise<RecordMetadata[][]> {
    try {
      const producer = await (this.#producer ??= this.#connect());
      return await sendAll(producer, requests);
    } catch (error) {
      await this.drop();
      throw error;
    }
  }

  async drop(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.then((each) => each.disconnect()).catch(() => undefined);
  }

  async #connect(): Promise<Producer> {
    const producer = this.kafka.producer({ ...SHARED, retry: { retries: 5 } });
    await producer.connect();
    return producer;
  }
}

/** How long a transaction that nobody ends keeps consumers from what comes behind it, ms. A successor ends it at once. */
const TRANSACTION_TIMEOUT_MS = 20_000;

/**
 * Short, because the broker refuses the next transaction for the few milliseconds that it takes to finish the one before;
 * about eight seconds together.
 */
const RETRY = { initialRetryTime: 5, multiplier: 2, maxRetryTime: 1_000, retries: 14 };

/**
 * One transaction a batch, under an id that belongs to whoever asked for it last: the broker refuses everybody before.
 *
 * It is used up by its first failure. What it sent may be in the log, with sequence numbers that it would use again, and
 * the broker would take what comes next for a repetition. And a new one under the same id deposes whoever is in its place by
 * now: that is for those to do who begin anew.
 */
export class TransactionalProducer implements BatchProducer {
  /** Begun, with nothing in it yet. */
  #next: Transaction | undefined;
  #ended: WriterEnded | undefined;

  private constructor(
    private readonly producer: Producer,
    private readonly id: string,
  ) {}

  /** Resolves once nobody else can write under the id, and what they have left open is aborted. */
  static async open(kafka: Kafka, id: string): Promise<TransactionalProducer> {
    const transactional = { transactionalId: id, transactionTimeout: TRANSACTION_TIMEOUT_MS, retry: RETRY };
    const producer = kafka.producer({ ...SHARED, ...transactional });
    const opened = new TransactionalProducer(producer, id);
    try {
      await producer.connect();
      // Asks the broker for the id.
      opened.#next = await producer.transaction();
      return opened;
    } catch (error) {
      await opened.drop();
      throw error;
    }
  }

  async send(requests: Requests['all']): Promise<RecordMetadata[][]> {
    if (this.#ended) throw this.#ended;
    try {
      const transaction = this.#next ?? (await this.producer.transaction());
      this.#next = undefined;
      const written = await sendAll(transaction, requests);
      await transaction.commit();
      return written;
    } catch (error) {
      this.#ended = new WriterEnded(`The writer ${this.id} cannot go on`, { cause: error });
      await this.drop();
      throw this.#ended;
    }
  }

  async drop(): Promise<void> {
    this.#ended ??= new WriterEnded(`The writer ${this.id} is closed`);
    await this.producer.disconnect().catch(() => undefined);
  }
}
