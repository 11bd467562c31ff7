import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { LeavePartition, type ReceivedMessage } from '../message-bus.port.js';
import { KafkaGroupConsumer } from './kafka-consumer.js';

type EachBatch = (payload: EachBatchPayload) => Promise<void>;

/** A member of a group as kafkajs makes them; hands over what it is told to. */
class FakeMember {
  readonly events = { GROUP_JOIN: 'join', CRASH: 'crash', END_BATCH_PROCESS: 'end' };
  readonly calls: string[] = [];
  heartbeat: () => Promise<void> = () => Promise.resolve();
  #joined = (): void => undefined;
  #eachBatch: EachBatch = () => Promise.resolve();

  on(event: string, listener: () => void): void {
    if (event === 'join') this.#joined = listener;
  }
  connect = (): Promise<void> => Promise.resolve();
  subscribe = (): Promise<void> => Promise.resolve();
  disconnect = (): Promise<void> => Promise.resolve();
  run({ eachBatch }: { eachBatch: EachBatch }): Promise<void> {
    this.#eachBatch = eachBatch;
    this.#joined();
    return Promise.resolve();
  }

  handOver(...values: string[]): Promise<void> {
    const messages = values.map((value, i) => ({
      ...{ key: Buffer.from('k'), value: Buffer.from(value), offset: `${i}`, timestamp: '0', headers: {} },
    })) as unknown as KafkaMessage[];
    return this.#eachBatch({
      batch: { topic: 't', partition: 0, messages, lastOffset: () => `${messages.length - 1}` },
      heartbeat: () => this.heartbeat(),
      pause: () => this.calls.push('pause'),
      resolveOffset: (offset: string) => this.calls.push(`resolve ${offset}`),
      commitOffsetsIfNecessary: (offsets: { topics: [{ partitions: [{ offset: string }] }] }) => {
        this.calls.push(`commit ${offsets.topics[0].partitions[0].offset}`);
        return Promise.resolve();
      },
      isRunning: () => true,
      isStale: () => false,
    } as unknown as EachBatchPayload);
  }
}

describe('a member of a group in Kafka', () => {
  const start = async (member: FakeMember, handler: (batch: readonly ReceivedMessage[]) => Promise<void>) =>
    KafkaGroupConsumer.start(
      { consumer: () => member } as unknown as Kafka,
      { group: 'g', topics: ['t'], maxBatchSize: 1 },
      handler,
      { warn: () => undefined },
    );

  it('lets its group rebalance while a handler keeps failing, and leaves the batch to whoever is next', async () => {
    const member = new FakeMember();
    let tries = 0;
    await using _consumer = await start(member, () => {
      tries += 1;
      return Promise.reject(new Error('the store is away'));
    });
    const rebalancing = new Error('The group is rebalancing, so a rejoin is needed');
    member.heartbeat = () => (tries < 2 ? Promise.resolve() : Promise.reject(rebalancing));
    await expect(member.handOver('1', '2')).rejects.toBe(rebalancing);
    expect([tries, member.calls]).toEqual([2, []]);
  });

  it('pauses a partition that the handler leaves, and resolves nothing of what it left', async () => {
    const member = new FakeMember();
    await using _consumer = await start(member, ([message]) =>
      message?.value === '2' ? Promise.reject(new LeavePartition('enough')) : Promise.resolve(),
    );
    await member.handOver('1', '2', '3');
    expect(member.calls).toEqual(['resolve 0', 'commit 1', 'pause']);
  });
});
