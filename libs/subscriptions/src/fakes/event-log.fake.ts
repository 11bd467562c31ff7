import type { AppendResult, EventBatch, EventStore, NewEvent, RecordedEvent, SubscribeOptions } from '#event-store';

/** An event store in memory, for specs of what follows the log. Positions grow by ten. */
export class FakeEventLog implements EventStore {
  readonly soleWriter = true;
  readonly events: RecordedEvent[] = [];
  /** How often a subscription was asked for, and after which position. */
  readonly subscriptions: (bigint | 'start')[] = [];
  #failures = 0;
  #wake = new Set<() => void>();

  /** The next `count` reads of subscriptions fail, those already waiting included. */
  failReads(count: number): void {
    this.#failures += count;
    this.#notify();
  }

  record(stream: string, type: string, data: object = {}): RecordedEvent {
    const event: RecordedEvent = {
      id: `event-${this.events.length}`,
      type,
      data,
      metadata: { tenant: 'acme', correlationId: 'c', causationId: 'c', occurredAt: '', schemaVersion: 1 },
      stream,
      revision: this.events.filter((other) => other.stream === stream).length,
      position: BigInt(this.events.length + 1) * 10n,
      recordedAt: Date.now(),
    };
    this.events.push(event);
    this.#notify();
    return event;
  }

  append(stream: string, events: readonly NewEvent[]): Promise<AppendResult> {
    const [last] = events.map(({ type, data }) => this.record(stream, type, data)).slice(-1);
    return Promise.resolve({ revision: last?.revision ?? 0, position: last?.position ?? 0n });
  }

  async *read(): AsyncIterable<RecordedEvent> {}

  async *readAll(): AsyncIterable<RecordedEvent> {}

  async *subscribeToAll(
    position: bigint | 'start',
    { signal, streamPrefixes, maxBatchSize = 512 }: SubscribeOptions,
  ): AsyncIterable<EventBatch> {
    this.subscriptions.push(position);
    let next = position === 'start' ? 0 : this.events.findIndex((event) => event.position > position);
    if (next < 0) next = this.events.length;
    while (!signal.aborted) {
      if (this.#failures > 0) {
        this.#failures -= 1;
        throw new Error('the store is away');
      }
      const seen = this.events.slice(next, next + maxBatchSize);
      const last = seen.at(-1);
      if (!last) {
        await this.#news(signal);
        continue;
      }
      next += seen.length;
      const events = seen.filter(({ stream }) => streamPrefixes?.some((prefix) => stream.startsWith(prefix)) ?? true);
      yield { events, position: last.position, caughtUp: next === this.events.length };
    }
  }

  lastPosition(): Promise<bigint | undefined> {
    return Promise.resolve(this.events.at(-1)?.position);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #news(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#wake.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  #notify(): void {
    for (const wake of [...this.#wake]) wake();
  }
}
