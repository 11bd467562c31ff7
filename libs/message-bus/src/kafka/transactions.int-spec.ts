import { randomUUID } from 'node:crypto';
import { Kafka, logLevel, Partitioners, type Transaction } from 'kafkajs';
import { aMessage, Inbox, valuesOf } from '../inbox.contract.js';
import { type MessageBus, type ReceivedMessage, WriterEnded } from '../message-bus.port.js';
import { openKafkaMessageBus } from './index.js';

/** Writers in processes of their own, on the cluster that KAFKA_BROKERS names. */
const brokers = process.env['KAFKA_BROKERS']?.split(',');
const withKafka = brokers ? describe : describe.skip;
if (!brokers) process.stdout.write('Skipped: writers on Kafka, as KAFKA_BROKERS is not set\n');

withKafka('Writers on Kafka', () => {
  let topic: string;
  let name: string;
  let buses: MessageBus[];

  beforeEach(async () => {
    topic = `test.${randomUUID()}`;
    name = `writer-${randomUUID()}`;
    buses = [openKafkaMessageBus({ brokers: brokers ?? [] }), openKafkaMessageBus({ brokers: brokers ?? [] })];
    await buses[0]?.declareTopics([{ name: topic, compacted: false, partitions: 3 }]);
  });

  afterEach(async () => {
    for (const bus of buses) await bus[Symbol.asyncDispose]();
  });

  const [first, second] = [0, 1].map((i) => () => buses[i] as MessageBus) as [() => MessageBus, () => MessageBus];

  async function take(count: number): Promise<ReceivedMessage[]> {
    const inbox = new Inbox();
    await using _consumer = await second().consume({ group: `group-${randomUUID()}`, topics: [topic] }, inbox.handler);
    await inbox.holds(count);
    return inbox.messages;
  }

  it('fence whoever had the name before in another process', async () => {
    const former = await first().openWriter(name);
    await former.publish([{ topic, messages: [aMessage('k', '1')] }]);
    const next = await second().openWriter(name);
    await next.publish([{ topic, messages: [aMessage('k', '2')] }]);
    const late = former.publish([{ topic, messages: [aMessage('k', 'late'), aMessage('other', 'late')] }]);
    await expect(late).rejects.toBeInstanceOf(WriterEnded);
    await next.publish([{ topic, messages: [aMessage('k', '3'), aMessage('other', '3')] }]);
    const messages = await take(4);
    expect(valuesOf('k', messages)).toEqual(['1', '2', '3']);
    expect(messages.some(({ value }) => value === 'late')).toBe(false);
  });

  it('fence whoever was stopped between sending and committing, of which nothing is ever seen', async () => {
    const kafka = new Kafka({ brokers: brokers ?? [], logLevel: logLevel.NOTHING });
    const stopped = kafka.producer({
      transactionalId: `rollcall.writer.${name}`,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await stopped.connect();
    const sent: Transaction = await stopped.transaction();
    await sent.send({ topic, messages: [{ key: 'k', value: 'sent', partition: 0 }], acks: -1 });

    const began = performance.now();
    await using next = await first().openWriter(name);
    // The transaction of the one before does not have to time out, which it does after a minute.
    expect(performance.now() - began).toBeLessThan(40_000);
    await next.publish([{ topic, messages: [aMessage('k', '1')] }]);
    await expect(sent.commit()).rejects.toThrow();
    await next.publish([{ topic, messages: [aMessage('k', '2')] }]);
    const messages = await take(2);
    expect(messages.map(({ value }) => value)).toEqual(['1', '2']);
    await stopped.disconnect();
  });

  it('publish batch after batch, though the broker takes its time to finish each transaction', async () => {
    await using writer = await first().openWriter(name);
    for (let i = 0; i < 50; i += 1) {
      await writer.publish([{ topic, messages: ['a', 'b', 'c'].map((key) => aMessage(key, `${i}`)) }]);
    }
    const messages = await take(150);
    expect(valuesOf('a', messages)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
  });
});
