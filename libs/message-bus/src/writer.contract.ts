import { randomUUID } from 'node:crypto';
import { aMessage, valuesOf } from './inbox.contract.js';
import {
  type Message,
  type MessageBus,
  MessageBusUnavailable,
  type MessageWriter,
  type ReceivedMessage,
  UnknownTopic,
  WriterEnded,
} from './message-bus.port.js';

export interface WriterContractContext {
  readonly bus: MessageBus;
  /** Of several partitions, where the bus has them. */
  readonly topic: string;
  readonly take: (count: number) => Promise<ReceivedMessage[]>;
  readonly lag: () => Promise<bigint>;
}

/** The part of the contract that is about those who alone publish under a name. */
export function writerContract(context: () => WriterContractContext): void {
  describe('openWriter', () => {
    let bus: MessageBus;
    let topic: string;
    let name: string;

    beforeEach(() => {
      ({ bus, topic } = context());
      name = `writer-${randomUUID()}`;
    });

    const publish = (writer: MessageWriter, ...messages: Message[]) => writer.publish([{ topic, messages }]);

    it('gives a writer whose messages arrive in order, at the places it is told', async () => {
      await using writer = await bus.openWriter(name);
      const calls = Array.from({ length: 20 }, (_, i) =>
        publish(writer, ...['a', 'b'].map((key) => aMessage(key, `${i}`))),
      );
      const places = (await Promise.all(calls)).flat();
      const messages = await context().take(40);
      for (const key of ['a', 'b']) {
        expect(valuesOf(key, messages)).toEqual(Array.from({ length: 20 }, (_, i) => `${i}`));
      }
      const taken = new Set(messages.map(({ partition, offset }) => `${partition}/${offset}`));
      expect(places.every(({ partition, offset }) => taken.has(`${partition}/${offset}`))).toBe(true);
    });

    it('leaves nothing that a group has yet to commit, once it has what there is', async () => {
      await using writer = await bus.openWriter(name);
      for (let i = 0; i < 3; i += 1) await publish(writer, ...['a', 'b', 'c'].map((key) => aMessage(key, `${i}`)));
      await context().take(9);
      expect(await context().lag()).toBe(0n);
    });

    it('refuses the one before from then on, and what it publishes is never seen', async () => {
      const former = await bus.openWriter(name);
      await publish(former, aMessage('k', '1'));
      const next = await bus.openWriter(name);
      await expect(publish(former, aMessage('k', 'late'))).rejects.toBeInstanceOf(WriterEnded);
      await publish(next, aMessage('k', '2'));
      await expect(publish(former, aMessage('k', 'later'))).rejects.toBeInstanceOf(WriterEnded);
      await publish(next, aMessage('k', '3'));
      expect(valuesOf('k', await context().take(3))).toEqual(['1', '2', '3']);
      // Of the former's end the one in its place hears nothing.
      await former[Symbol.asyncDispose]();
      await publish(next, aMessage('k', '4'));
      await next[Symbol.asyncDispose]();
    });

    it('has what the one before publishes meanwhile in front of its own, or nowhere', async () => {
      const former = await bus.openWriter(name);
      await publish(former, aMessage('k', 'first'));
      const meanwhile = publish(former, aMessage('k', 'meanwhile')).then(
        () => true,
        () => false,
      );
      await using next = await bus.openWriter(name);
      await publish(next, aMessage('k', 'last'));
      const expected = (await meanwhile) ? ['first', 'meanwhile', 'last'] : ['first', 'last'];
      const values = valuesOf('k', await context().take(expected.length));
      // Without an answer the bus may have it all the same.
      expect([expected, ['first', 'meanwhile', 'last']]).toContainEqual(values);
      await former[Symbol.asyncDispose]();
    });

    it('has nothing to do with writers of other names, nor with those who publish without one', async () => {
      await using writer = await bus.openWriter(name);
      await using other = await bus.openWriter(`${name}-other`);
      await publish(writer, aMessage('k', '1'));
      await publish(other, aMessage('k', '2'));
      await bus.publish([{ topic, messages: [aMessage('k', '3')] }]);
      await publish(writer, aMessage('k', '4'));
      expect(valuesOf('k', await context().take(4))).toEqual(['1', '2', '3', '4']);
    });

    it('rejects with UnknownTopic, publishes nothing of that call, and goes on', async () => {
      await using writer = await bus.openWriter(name);
      const call = writer.publish([
        { topic, messages: [aMessage('k', 'lost')] },
        { topic: `${topic}.unknown`, messages: [aMessage('k', '1')] },
      ]);
      await expect(call).rejects.toBeInstanceOf(UnknownTopic);
      await publish(writer, aMessage('k', 'kept'));
      expect((await context().take(1)).map(({ value }) => value)).toEqual(['kept']);
    });

    it('rejects with WriterEnded once it is disposed of, and with MessageBusUnavailable once the bus is', async () => {
      const writer = await bus.openWriter(name);
      await writer[Symbol.asyncDispose]();
      await expect(publish(writer, aMessage('k', '1'))).rejects.toBeInstanceOf(WriterEnded);
      const open = await bus.openWriter(name);
      await bus[Symbol.asyncDispose]();
      await expect(publish(open, aMessage('k', '1'))).rejects.toBeInstanceOf(MessageBusUnavailable);
      await expect(bus.openWriter(name)).rejects.toBeInstanceOf(MessageBusUnavailable);
    });
  });
}
