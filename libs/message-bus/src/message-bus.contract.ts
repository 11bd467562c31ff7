import { randomUUID } from 'node:crypto';
import { aMessage, Inbox, increasingPerPartition, manyMessages, signal, values, valuesOf } from './inbox.contract.js';
import {
  type Consumer,
  GroupInUse,
  LeavePartition,
  type Message,
  type MessageBus,
  MessageBusUnavailable,
  type ReceivedMessage,
  UnknownTopic,
} from './message-bus.port.js';
import { writerContract } from './writer.contract.js';

/** The data under a bus: it outlives each bus opened on it, so that a test can close one and open the next. */
export interface MessageBusData extends AsyncDisposable {
  open(): Promise<MessageBus>;
  /** The data as a kill of the process at this moment leaves it; where the bus keeps its data in this process. */
  afterCrash?(): Promise<MessageBusData>;
  /** Compacts now; where an engine does so only when it sees fit, what it has not compacted is read instead. */
  compact?(bus: MessageBus): Promise<void>;
}

/** What every `MessageBus` owes. `prepare` makes new data, or gives access to an engine shared with other tests. */
export function messageBusContract(name: string, prepare: () => Promise<MessageBusData>): void {
  describe(`MessageBus contract: ${name}`, () => {
    let data: MessageBusData;
    let bus: MessageBus;
    let topic: string;
    let group: string;

    beforeEach(async () => {
      data = await prepare();
      bus = await data.open();
      topic = `test.${randomUUID()}`;
      group = `group-${randomUUID()}`;
      await bus.declareTopics([{ name: topic, compacted: false, partitions: 3 }]);
    });

    afterEach(async () => {
      await bus[Symbol.asyncDispose]();
      await data[Symbol.asyncDispose]();
    });

    const publish = (...messages: Message[]) => bus.publish([{ topic, messages }]);

    async function reopen(from: MessageBusData = data): Promise<void> {
      await bus[Symbol.asyncDispose]();
      bus = await from.open();
    }

    /** Consumes until `count` messages have come, then stops, so that all of them are committed. */
    async function take(count: number, options: { group?: string; topics?: string[]; maxBatchSize?: number } = {}) {
      const inbox = new Inbox();
      await using _consumer = await bus.consume({ group, topics: [topic], ...options }, inbox.handler);
      await inbox.holds(count);
      return inbox.messages;
    }

    async function committedSum(of: string): Promise<bigint> {
      return [...(await bus.committed(of, topic)).values()].reduce((sum, offset) => sum + offset, 0n);
    }

    async function endSum(): Promise<bigint> {
      return [...(await bus.endOffsets(topic)).values()].reduce((sum, offset) => sum + offset, 0n);
    }

    describe('publish', () => {
      it('delivers key, value, headers, topic, partition, offset and the time the bus took it', async () => {
        const before = Date.now();
        const [place] = await publish(aMessage('acme/1', '{"name":"Ada"}', { ce_id: '1', ce_type: 'view' }));
        const [message] = await take(1);
        expect(message).toMatchObject({ key: 'acme/1', value: '{"name":"Ada"}', topic });
        expect(message?.headers).toEqual({ ce_id: '1', ce_type: 'view' });
        expect(place).toEqual({ topic, partition: message?.partition, offset: message?.offset });
        // The engine's clock may be another machine's.
        expect(Math.abs((message?.timestamp ?? 0) - before)).toBeLessThan(60_000);
      });

      it('carries any text in keys, values and headers, the empty string, and a tombstone apart from it', async () => {
        const odd = 'Zoë 李 🚀 "quoted" \\ \u0000 \n';
        await publish(aMessage('k', odd, { note: odd }), aMessage('k', ''), aMessage('k', null), aMessage(odd, odd));
        const messages = await take(4);
        const ofKey = messages.filter(({ key }) => key === 'k');
        expect(ofKey.map(({ value }) => value)).toEqual([odd, '', null]);
        expect(ofKey[0]?.headers).toEqual({ note: odd });
        expect(messages.find(({ key }) => key === odd)?.value).toBe(odd);
      });

      it('carries a large message', async () => {
        const large = 'ä'.repeat(200_000);
        await publish(aMessage('k', large), aMessage('k', 'after'));
        expect((await take(2)).map(({ value }) => value)).toEqual([large, 'after']);
      });

      it('carries many large messages in one call', async () => {
        const large = 'ä'.repeat(200_000);
        const messages = Array.from({ length: 40 }, (_, i) => aMessage('k', `${i}${large}`));
        const [place] = await publish(...messages);
        const taken = await take(40);
        expect(taken.map(({ value }) => value === `${parseInt(value ?? '')}${large}`)).not.toContain(false);
        expect(taken.map(({ value }) => parseInt(value ?? ''))).toEqual(messages.map((_, i) => i));
        expect(place?.offset).toBe(taken.at(-1)?.offset);
      });

      it('keeps the order of each key, in one call and over calls that do not wait for one another', async () => {
        const calls = Array.from({ length: 20 }, (_, i) =>
          publish(...['a', 'b', 'c'].map((key) => aMessage(key, `${i * 2}`)), aMessage('a', `${i * 2 + 1}`)),
        );
        await Promise.all(calls);
        const messages = await take(80);
        expect(valuesOf('a', messages)).toEqual(Array.from({ length: 40 }, (_, i) => `${i}`));
        expect(valuesOf('b', messages)).toEqual(Array.from({ length: 20 }, (_, i) => `${i * 2}`));
        expect(increasingPerPartition(messages)).toBe(true);
      });

      it('writes to several topics in one call', async () => {
        const other = `${topic}.other`;
        await bus.declareTopics([{ name: other, compacted: true, partitions: 1 }]);
        const places = await bus.publish([
          { topic, messages: [aMessage('a', '1')] },
          { topic: other, messages: [aMessage('a', '2')] },
          { topic, messages: [aMessage('a', '3')] },
        ]);
        expect(new Set(places.map((place) => place.topic))).toEqual(new Set([topic, other]));
        const messages = await take(3, { topics: [topic, other] });
        expect(messages.filter((m) => m.topic === topic).map(({ value }) => value)).toEqual(['1', '3']);
        expect(messages.filter((m) => m.topic === other).map(({ value }) => value)).toEqual(['2']);
      });

      it('is durable when it resolves: a killed process loses nothing it was told', async () => {
        await publish(aMessage('k', '1'), aMessage('k', '2'));
        if (data.afterCrash) {
          await using left = await data.afterCrash();
          await reopen(left);
          expect((await take(2)).map(({ value }) => value)).toEqual(['1', '2']);
          await reopen();
        } else {
          await reopen();
          expect((await take(2)).map(({ value }) => value)).toEqual(['1', '2']);
        }
      });

      it('rejects with UnknownTopic, and publishes nothing of that call', async () => {
        const call = bus.publish([
          { topic, messages: [aMessage('k', 'lost')] },
          { topic: `${topic}.unknown`, messages: [aMessage('k', '1')] },
        ]);
        await expect(call).rejects.toBeInstanceOf(UnknownTopic);
        await publish(aMessage('k', 'kept'));
        expect((await take(1)).map(({ value }) => value)).toEqual(['kept']);
      });
    });

    writerContract(() => ({ bus, topic, take, lag: async () => (await endSum()) - (await committedSum(group)) }));

    describe('declareTopics', () => {
      it('leaves an existing topic and its messages as they are', async () => {
        await publish(aMessage('k', '1'));
        await bus.declareTopics([{ name: topic, compacted: false, partitions: 3 }]);
        await reopen();
        await bus.declareTopics([{ name: topic, compacted: false, partitions: 3 }]);
        expect((await take(1)).map(({ value }) => value)).toEqual(['1']);
      });
    });

    describe('consume', () => {
      it('starts a new group at the beginning and goes on with what comes', async () => {
        await publish(aMessage('k', '1'));
        const inbox = new Inbox();
        await using _consumer = await bus.consume({ group, topics: [topic] }, inbox.handler);
        await inbox.holds(1);
        await publish(aMessage('k', '2'));
        await inbox.holds(2);
        expect(inbox.messages.map(({ value }) => value)).toEqual(['1', '2']);
      });

      it('hands over batches of one topic partition, up to maxBatchSize, one at a time', async () => {
        await publish(...manyMessages(50));
        const inbox = new Inbox();
        let running = 0;
        const handler = async (batch: readonly ReceivedMessage[]): Promise<void> => {
          expect((running += 1)).toBe(1);
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(7);
          expect(new Set(batch.map((m) => `${m.topic}/${m.partition}`)).size).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          await inbox.handler(batch);
        };
        await using _consumer = await bus.consume({ group, topics: [topic], maxBatchSize: 7 }, handler);
        await inbox.holds(50);
        expect(increasingPerPartition(inbox.messages)).toBe(true);
        expect(inbox.batches.some((batch) => batch.length > 1)).toBe(true);
      });

      it('gives each group every message', async () => {
        await publish(...manyMessages(10));
        const [one, two] = await Promise.all([take(10), take(10, { group: `${group}-2` })]);
        expect(values(one)).toEqual(values(two));
      });

      it('gives each message to one consumer of a group', async () => {
        const inbox = new Inbox();
        const consumers = await Promise.all(
          [1, 2, 3].map(() => bus.consume({ group, topics: [topic] }, inbox.handler)),
        );
        for (let i = 0; i < 10; i += 1) await publish(...manyMessages(10, i * 10));
        await inbox.holds(100);
        await Promise.all(consumers.map((consumer) => consumer.stop()));
        expect(new Set(values(inbox.messages)).size).toBe(100);
        expect(inbox.messages).toHaveLength(100);
      });

      it('lets another consumer of the group go on where a stopped one left', async () => {
        await publish(...manyMessages(10));
        const first = new Inbox();
        const consumer = await bus.consume({ group, topics: [topic] }, first.handler);
        await first.holds(10);
        const second = new Inbox();
        await using _standby = await bus.consume({ group, topics: [topic] }, second.handler);
        await consumer.stop();
        await publish(...manyMessages(10, 10));
        await Promise.race([second.holds(10), first.holds(20)]);
        expect(new Set(values([...first.messages, ...second.messages])).size).toBe(20);
        expect(first.messages).toHaveLength(10);
      });

      it('commits what a handler resolved for, and resumes after it when reopened', async () => {
        await publish(...manyMessages(10));
        await take(10);
        expect(await committedSum(group)).toBe(await endSum());
        await reopen();
        expect(await committedSum(group)).toBe(await endSum());
        await publish(aMessage('k', 'new'));
        expect((await take(1)).map(({ value }) => value)).toEqual(['new']);
      });

      it('knows no commit of a group that has read nothing', async () => {
        await publish(aMessage('k', '1'));
        expect(await committedSum(`${group}-never`)).toBe(0n);
        expect(await endSum()).toBe(1n);
      });

      it('never commits ahead of the handler, even when the process is killed', async () => {
        await publish(aMessage('k', '1'), aMessage('k', '2'));
        await take(2);
        await publish(aMessage('k', '3'));
        const handed = signal();
        const release = signal();
        const consumer = await bus.consume({ group, topics: [topic] }, async () => {
          handed.resolve();
          await release.promise;
        });
        await handed.promise;
        expect(await committedSum(group)).toBe(2n);
        await using left = await data.afterCrash?.();
        release.resolve();
        await consumer.stop();
        expect(await committedSum(group)).toBe(3n);
        if (!left) return;
        await reopen(left);
        expect((await take(1)).map(({ value }) => value)).toEqual(['3']);
        await reopen();
      });

      it('hands the same batch over again after a pause when the handler rejects', async () => {
        await publish(aMessage('k', '1'), aMessage('k', '2'));
        const attempts: { values: string[]; at: number }[] = [];
        const done = signal();
        await using _consumer = await bus.consume({ group, topics: [topic] }, async (batch) => {
          attempts.push({ values: values(batch), at: performance.now() });
          if (attempts.length === 1) await publish(aMessage('k', '3')); // must not slip into the batch
          if (attempts.length < 3) throw new Error('not yet');
          done.resolve();
        });
        await done.promise;
        expect(attempts.map((attempt) => attempt.values)).toEqual([attempts[0]?.values, attempts[0]?.values, attempts[0]?.values]); // prettier-ignore
        const pauses = attempts.slice(1).map(({ at }, i) => at - (attempts[i]?.at ?? 0));
        expect(pauses[0]).toBeGreaterThanOrEqual(95);
        expect(pauses[1]).toBeGreaterThanOrEqual(190);
      });

      it('hands over nothing more of a partition that the handler leaves, and goes on with the others', async () => {
        const other = `test.${randomUUID()}`;
        await bus.declareTopics([{ name: other, compacted: false, partitions: 1 }]);
        await publish(aMessage('k', '1'), aMessage('k', '2'));
        const inbox = new Inbox();
        let left = 0;
        {
          await using _consumer = await bus.consume(
            { group, topics: [topic, other], maxBatchSize: 1 },
            async (batch) => {
              if (batch[0]?.value === '2') {
                left += 1;
                throw new LeavePartition('enough');
              }
              await inbox.handler(batch);
            },
          );
          await inbox.holds(1);
          await bus.publish([{ topic: other, messages: manyMessages(20) }]);
          await publish(aMessage('k', '3'));
          await inbox.holds(21);
        }
        expect(left).toBe(1);
        expect(valuesOf('k', inbox.messages)).toEqual(['1']);
        expect(await committedSum(group)).toBe(1n);
        expect(valuesOf('k', await take(2))).toEqual(['2', '3']);
      });

      it('commits nothing of a batch whose handler rejected', async () => {
        await publish(aMessage('k', '1'));
        const rejected = signal();
        const consumer = await bus.consume({ group, topics: [topic] }, async () => {
          rejected.resolve();
          throw new Error('no');
        });
        await rejected.promise;
        await consumer.stop();
        expect(await committedSum(group)).toBe(0n);
        await reopen();
        expect((await take(1)).map(({ value }) => value)).toEqual(['1']);
      });
    });

    describe('forgetGroup', () => {
      it('lets the group begin at the beginning again, also after the bus was reopened', async () => {
        await publish(...manyMessages(10));
        await take(10);
        await take(10, { group: `${group}-other` });
        await bus.forgetGroup(group, topic);
        expect(await committedSum(group)).toBe(0n);
        expect(await committedSum(`${group}-other`)).toBe(10n);
        await reopen();
        expect(await take(10)).toHaveLength(10);
      });

      it('refuses while a consumer of the group is reading, and knows groups that never were', async () => {
        await publish(aMessage('k', '1'));
        const consumer = await bus.consume({ group, topics: [topic] }, async () => undefined);
        await expect(bus.forgetGroup(group, topic)).rejects.toThrow(GroupInUse);
        await consumer.stop();
        await bus.forgetGroup(group, topic);
        await bus.forgetGroup(`${group}-never`, topic);
        await expect(bus.forgetGroup(group, 'no.such.topic')).rejects.toThrow(UnknownTopic);
      });
    });

    describe('stop', () => {
      it('waits for the batch in hand, commits it, and hands over no more', async () => {
        await publish(...manyMessages(20));
        const handed = signal();
        const release = signal();
        let batches = 0;
        const consumer = await bus.consume({ group, topics: [topic], maxBatchSize: 1 }, async () => {
          batches += 1;
          handed.resolve();
          await release.promise;
        });
        await handed.promise;
        let stopped = false;
        const stopping = consumer.stop().then(() => (stopped = true));
        await new Promise((resolve) => setImmediate(resolve));
        expect(stopped).toBe(false);
        release.resolve();
        await stopping;
        expect(batches).toBe(1);
        expect(await committedSum(group)).toBe(1n);
      });

      it('may be called twice, and does not wait for the pause after a rejection', async () => {
        await publish(aMessage('k', '1'));
        const rejected = signal();
        const consumer: Consumer = await bus.consume({ group, topics: [topic] }, async () => {
          rejected.resolve();
          throw new Error('no');
        });
        await rejected.promise;
        await Promise.all([consumer.stop(), consumer.stop()]);
        await consumer[Symbol.asyncDispose]();
      });
    });

    describe('compaction', () => {
      beforeEach(async () => {
        topic = `${topic}.compacted`;
        await bus.declareTopics([{ name: topic, compacted: true, partitions: 1 }]);
      });

      it('keeps the newest message of each key, in order, and a tombstone erases its key', async () => {
        for (let round = 0; round < 5; round += 1) {
          await publish(...manyMessages(30).map(({ key }) => aMessage(key, `${key} in round ${round}`)));
        }
        await publish(aMessage('k3', null), aMessage('k4', null), aMessage('k4', 'back'));
        await data.compact?.(bus);
        const end = await endSum();
        await reopen();
        expect(await endSum()).toBe(end);
        await publish(aMessage('last', 'last'));

        const view = new Map<string, string | null>();
        const inbox = new Inbox();
        await using _consumer = await bus.consume({ group, topics: [topic] }, inbox.handler);
        await inbox.has(({ key }) => key === 'last');
        expect(increasingPerPartition(inbox.messages)).toBe(true);
        for (const { key, value } of inbox.messages) {
          if (value === null) view.delete(key);
          else view.set(key, value);
        }
        expect(view.has('k3')).toBe(false);
        expect(view.get('k4')).toBe('back');
        expect(view.size).toBe(30); // 30 keys, one erased, and 'last'
        for (const [key, value] of view) if (/^k\d/.test(key) && key !== 'k4') expect(value).toBe(`${key} in round 4`);
      });

      it('keeps nothing for a group that is forgotten', async () => {
        if (!data.compact) return;
        await bus.consume({ group, topics: [topic] }, async () => undefined).then((consumer) => consumer.stop());
        await publish(aMessage('k', 'old'), aMessage('k', 'new'));
        await take(2, { group: `${group}-other` });
        await data.compact(bus);
        await bus.forgetGroup(group, topic);
        await data.compact(bus);
        expect((await take(1)).map(({ value }) => value)).toEqual(['new']);
      });

      it('does not take from a group the tombstones it has yet to see', async () => {
        await publish(aMessage('a', '1'), aMessage('b', '1'));
        await take(2);
        await publish(aMessage('a', null), aMessage('b', '2'));
        await data.compact?.(bus);
        expect((await take(2)).map(({ key, value }) => [key, value])).toEqual([['a', null], ['b', '2']]); // prettier-ignore
      });
    });

    it('rejects with MessageBusUnavailable once it is disposed of, and may be disposed of twice', async () => {
      await bus[Symbol.asyncDispose]();
      await bus[Symbol.asyncDispose]();
      await expect(publish(aMessage('k', '1'))).rejects.toBeInstanceOf(MessageBusUnavailable);
      await expect(bus.consume({ group, topics: [topic] }, async () => {})).rejects.toBeInstanceOf(MessageBusUnavailable); // prettier-ignore
      await expect(bus.declareTopics([])).rejects.toBeInstanceOf(MessageBusUnavailable);
      await expect(bus.committed(group, topic)).rejects.toBeInstanceOf(MessageBusUnavailable);
      await expect(bus.endOffsets(topic)).rejects.toBeInstanceOf(MessageBusUnavailable);
    });

    it('stops its consumers when it is disposed of, after the batch in hand', async () => {
      await publish(aMessage('k', '1'));
      const handed = signal();
      const release = signal();
      await bus.consume({ group, topics: [topic] }, async () => {
        handed.resolve();
        await release.promise;
      });
      await handed.promise;
      const disposed = bus[Symbol.asyncDispose]();
      release.resolve();
      await disposed;
      bus = await data.open();
      expect(await committedSum(group)).toBe(1n);
    });
  });
}
