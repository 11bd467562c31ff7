import { EventEmitter, once } from 'node:events';
import type { MessageBus, ReceivedMessage } from '#message-bus';

/** Everything that comes on topics, as a product receives it, each place once. */
export class TopicTap implements AsyncDisposable {
  readonly messages: ReceivedMessage[] = [];
  readonly #places = new Set<string>();
  readonly #arrivals = new EventEmitter().setMaxListeners(0);

  private constructor(private readonly bus: MessageBus) {}

  static async open(bus: MessageBus, topics: readonly string[]): Promise<TopicTap> {
    const tap = new TopicTap(bus);
    await bus.consume({ group: `tap-${Date.now()}`, topics }, async (batch) => {
      for (const message of batch) {
        const place = `${message.topic}/${message.partition}/${message.offset}`;
        if (tap.#places.has(place)) continue;
        tap.#places.add(place);
        tap.messages.push(message);
      }
      tap.#arrivals.emit('messages');
    });
    return tap;
  }

  /** Resolves when a message has come that fits. @param within ms */
  async has(fits: (message: ReceivedMessage) => boolean, within: number): Promise<void> {
    const signal = AbortSignal.timeout(within);
    let looked = 0;
    for (;;) {
      const found = this.messages.slice(looked).some(fits);
      looked = this.messages.length;
      if (found) return;
      await once(this.#arrivals, 'messages', { signal });
    }
  }

  of(topic: string): ReceivedMessage[] {
    return this.messages.filter((message) => message.topic === topic);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.bus[Symbol.asyncDispose]();
  }
}
