import {
  type AppendResult,
  type EventBatch,
  type EventStore,
  type NewEvent,
  type ReadAllOptions,
  type RecordedEvent,
  type ReadStreamOptions,
  type StreamWrite,
  WrongExpectedRevision,
} from '#event-store';

/** A log in memory that several gateways share; `pause` decides when each call gets its turn. */
export class SharedLog implements EventStore {
  /** @param events what is in the log; another store over the same array shares it */
  constructor(
    protected readonly pause: () => Promise<unknown> = () => Promise.resolve(),
    readonly events: RecordedEvent[] = [],
    readonly soleWriter = false,
  ) {}

  async append(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): Promise<AppendResult> {
    await this.pause();
    const result = this.write({ stream, events, expected });
    await this.pause();
    return result;
  }

  async *read(
    stream: string,
    { from, direction = 'forwards', limit }: ReadStreamOptions = {},
  ): AsyncIterable<RecordedEvent> {
    await this.pause();
    const events = this.stream(stream);
    const piece =
      direction === 'forwards' ? events.slice(from) : events.slice(0, from === undefined ? from : from + 1).reverse();
    yield* piece.slice(0, limit);
  }

  async *readAll(
    position: bigint | 'start' | 'end',
    { streamPrefixes = [''], direction = 'forwards', limit }: ReadAllOptions = {},
  ): AsyncIterable<RecordedEvent> {
    await this.pause();
    const forwards = direction === 'forwards';
    const isBehind = (at: bigint): boolean =>
      typeof position !== 'bigint' ? forwards === (position === 'start') : forwards ? at > position : at < position;
    const found = this.events.filter(
      (event) => isBehind(event.position) && streamPrefixes.some((prefix) => event.stream.startsWith(prefix)),
    );
    yield* (forwards ? found : found.reverse()).slice(0, limit);
  }

  // eslint-disable-next-line require-yield
  async *subscribeToAll(): AsyncIterable<EventBatch> {
    throw new Error('no spec here subscribes');
  }

  async lastPosition(): Promise<bigint | undefined> {
    return this.events.at(-1)?.position;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  protected check({ stream, expected }: StreamWrite): void {
    const actual = this.stream(stream).length - 1;
    if (actual === (expected === 'noStream' ? -1 : expected)) return;
    throw new WrongExpectedRevision(stream, expected, actual < 0 ? 'noStream' : actual);
  }

  protected write(write: StreamWrite): AppendResult {
    this.check(write);
    const { stream, events } = write;
    let revision = this.stream(stream).length - 1;
    for (const event of events) {
      const position = BigInt(this.events.length + 1);
      this.events.push({ ...event, stream, revision: ++revision, position, recordedAt: 0 });
    }
    return { revision, position: BigInt(this.events.length) };
  }

  private stream(name: string): RecordedEvent[] {
    return this.events.filter(({ stream }) => stream === name);
  }
}

/** The same log through an engine that can append to several streams at once. */
export class SharedLogWrittenTogether extends SharedLog {
  async appendTogether(writes: readonly StreamWrite[]): Promise<AppendResult[]> {
    await this.pause();
    for (const write of writes) this.check(write);
    const results = writes.map((write) => this.write(write));
    await this.pause();
    return results;
  }
}
