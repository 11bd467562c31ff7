import type { MessageBus, MessageWriter, PublishedPlace, TopicMessages } from '#message-bus';

/** What went to one topic. */
export interface TopicMeter {
  messages: number;
  /** Keys, values and headers, as UTF-8. */
  bytes: number;
}

/** Another bus, and what is published on it. */
export function meterBus(bus: MessageBus): { bus: MessageBus; topics: ReadonlyMap<string, TopicMeter> } {
  const topics = new Map<string, TopicMeter>();
  const count = (batch: readonly TopicMessages[]): void => {
    for (const { topic, messages } of batch) {
      const meter = topics.get(topic) ?? { messages: 0, bytes: 0 };
      topics.set(topic, meter);
      meter.messages += messages.length;
      for (const { key, value, headers } of messages) {
        meter.bytes += [key, value ?? '', ...Object.entries(headers).flat()].reduce(
          (sum, text) => sum + Buffer.byteLength(text),
          0,
        );
      }
    }
  };
  const counted =
    (publisher: MessageWriter | MessageBus) =>
    (batch: readonly TopicMessages[]): Promise<PublishedPlace[]> => {
      count(batch);
      return publisher.publish(batch);
    };
  const openWriter = async (name: string): Promise<MessageWriter> => {
    const writer = await bus.openWriter(name);
    return { publish: counted(writer), [Symbol.asyncDispose]: () => writer[Symbol.asyncDispose]() };
  };
  const metered = new Proxy(bus, {
    get(target, property) {
      if (property === 'publish') return counted(target);
      if (property === 'openWriter') return openWriter;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { bus: metered, topics };
}
