import {
  type AppendResult,
  type EventBatch,
  type EventStore,
  type NewEvent,
  type RecordedEvent,
  type ReadStreamOptions,
  WrongExpectedRevision,
} from '#event-store';

/** A log in memory that several gateways share; `pause` decides when each call gets its turn. */
export class SharedLog implements EventStore {
  readonly soleWriter = false;
  readonly events: RecordedEvent[] = [];
  private readonly streams = new Map<string, RecordedEvent[]>();

  constructor(private readonly pause: () => Promise<unknown> = () => Promise.resolve()) {}

  async append(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): Promise<AppendResult> {
    await this.pause();
    const recorded = this.stream(stream);
    const actual = recorded.length - 1;
    if (actual !== (expected === 'noStream' ? -1 : expected)) {
      throw new WrongExpectedRevision(stream, expected, actual < 0 ? 'noStream' : actual);
    }
    for (const event of events) {
      const position = BigInt(this.events.length + 1);
      const fact = { ...event, stream, revision: recorded.length, position, recordedAt: 0 };
      recorded.push(fact);
      this.events.push(fact);
    }
    const result = { revision: recorded.length - 1, position: BigInt(this.events.length) };
    await this.pause();
    return result;
  }

  async *read(stream: string, { from = 0 }: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    await this.pause();
    yield* this.stream(stream).slice(from);
  }

  // eslint-disable-next-line require-yield
  async *readAll(): AsyncIterable<RecordedEvent> {
    throw new Error('no spec here reads the whole log');
  }

  // eslint-disable-next-line require-yield
  async *subscribeToAll(): AsyncIterable<EventBatch> {
    throw new Error('no spec here subscribes');
  }

  async lastPosition(): Promise<bigint | undefined> {
    return this.events.at(-1)?.position;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  private stream(name: string): RecordedEvent[] {
    let events = this.streams.get(name);
    if (!events) this.streams.set(name, (events = []));
    return events;
  }
}
