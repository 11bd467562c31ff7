import type { Message, ReceivedMessage } from './message-bus.port.js';

/** Gathers what a consumer is handed, and tells when enough has come. */
export class Inbox {
  readonly batches: (readonly ReceivedMessage[])[] = [];
  #waiting: { condition: () => boolean; resolve: () => void }[] = [];

  readonly handler = async (batch: readonly ReceivedMessage[]): Promise<void> => {
    this.batches.push(batch);
    this.#waiting = this.#waiting.filter(({ condition, resolve }) => !condition() || void resolve());
  };

  get messages(): ReceivedMessage[] {
    return this.batches.flat();
  }

  holds(count: number): Promise<void> {
    return this.#until(() => this.messages.length >= count);
  }

  has(match: (message: ReceivedMessage) => boolean): Promise<void> {
    return this.#until(() => this.messages.some(match));
  }

  #until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ condition, resolve }));
  }
}

export function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

export function aMessage(key: string, value: string | null, headers: Record<string, string> = {}): Message {
  return { key, value, headers };
}

export function manyMessages(count: number, from = 0): Message[] {
  return Array.from({ length: count }, (_, i) => aMessage(`k${from + i}`, `value ${from + i}`));
}

export function values(messages: readonly ReceivedMessage[]): string[] {
  return messages.map(({ value }) => value ?? '').sort();
}

export function valuesOf(key: string, messages: readonly ReceivedMessage[]): (string | null)[] {
  return messages.filter((message) => message.key === key).map(({ value }) => value);
}

export function increasingPerPartition(messages: readonly ReceivedMessage[]): boolean {
  const last = new Map<string, bigint>();
  return messages.every(({ topic, partition, offset }) => {
    const place = `${topic}/${partition}`;
    const increases = offset > (last.get(place) ?? -1n);
    last.set(place, offset);
    return increases;
  });
}
