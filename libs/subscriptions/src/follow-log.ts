import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import { BackOff, type RetryOptions } from './back-off.js';
import { PermanentFailure, SILENT, type SubscriptionLog } from './failures.js';

export interface FollowLogOptions {
  /** Who follows, for the log lines. */
  readonly name: string;
  readonly store: EventStore;
  /** Position of the last event already handled. */
  readonly after: bigint | 'start';
  /**
   * Handles a batch; the next one comes only when it has resolved. A batch may be empty: it then only tells how far the
   * log has been seen. Rejecting with anything but a {@link PermanentFailure} means: again, after a pause.
   */
  readonly handle: (batch: EventBatch) => Promise<void>;
  /** Takes an event that will never work out of the way, for good: when it rejects, it is called again. */
  readonly onParked: (event: RecordedEvent, error: PermanentFailure) => Promise<void> | void;
  readonly streamPrefixes?: readonly string[];
  readonly maxBatchSize?: number;
  /**
   * Caught up, batches begin up to so many ms apart, so that under load they are fewer and larger: 10 ms for each event
   * of the one before. Where fewer than a hundred come in a second, each is handled at once. Default 0.
   */
  readonly gatherMs?: number;
  /** Default 100 ms, doubling to 5 s. */
  readonly retry?: RetryOptions;
  readonly log?: SubscriptionLog;
  /** Ends the loop, as `stop` does. */
  readonly signal?: AbortSignal;
}

export interface LogFollower {
  /** Everything up to here has been handled, parked or filtered out; undefined before the first batch from the start. */
  readonly position: bigint | undefined;
  /** How long the oldest event not yet handled has been in the log, in ms; 0 when everything known is handled. */
  readonly lag: number;
  /** True while the last attempt to read or to handle has failed. */
  readonly failing: boolean;
  /** Somebody waits for `position`: it is not left to gather. */
  hurry(position: bigint): void;
  /** Ends the loop; resolves when no handler runs. The batch in hand is not tried again if it fails. */
  stop(): Promise<void>;
  /** Resolves when the loop has ended. */
  readonly done: Promise<void>;
}

/** Follows the log from `after` on until it is stopped, in order, one batch at a time, whatever is away meanwhile. */
export function followLog(options: FollowLogOptions): LogFollower {
  return new Follower(options);
}

/** Events that come at a greater distance than this, in ms, are not worth waiting for. */
const GATHER_PER_EVENT_MS = 10;

class Follower implements LogFollower {
  readonly done: Promise<void>;
  position: bigint | undefined;
  readonly #stopping = new AbortController();
  readonly #log: SubscriptionLog;
  #oldestWaiting: number | undefined;
  #failing = false;
  /** Up to here somebody waits. */
  #wanted = -1n;
  #endGathering: (() => void) | undefined;

  constructor(private readonly options: FollowLogOptions) {
    this.position = options.after === 'start' ? undefined : options.after;
    this.#log = options.log ?? SILENT;
    const stop = (): void => this.#stop();
    if (options.signal?.aborted) stop();
    options.signal?.addEventListener('abort', stop, { once: true });
    this.done = this.#run().finally(() => options.signal?.removeEventListener('abort', stop));
  }

  get lag(): number {
    return this.#oldestWaiting === undefined ? 0 : Math.max(0, Date.now() - this.#oldestWaiting);
  }

  get failing(): boolean {
    return this.#failing;
  }

  hurry(position: bigint): void {
    if (position > this.#wanted) this.#wanted = position;
    if (this.#isWanted) this.#endGathering?.();
  }

  get #isWanted(): boolean {
    return this.#wanted > (this.position ?? -1n);
  }

  async stop(): Promise<void> {
    this.#stop();
    await this.done;
  }

  #stop(): void {
    this.#stopping.abort();
    this.#endGathering?.();
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #run(): Promise<void> {
    const backOff = new BackOff(this.options.retry);
    while (!this.#stopped) {
      try {
        await this.#subscribe(backOff);
      } catch (error) {
        this.#warn(error, 'The log cannot be read; trying again');
      }
      if (!this.#stopped) await backOff.wait(this.#stopping.signal);
    }
  }

  /** Goes on until the subscription ends or fails. */
  async #subscribe(backOff: BackOff): Promise<void> {
    const { store, streamPrefixes, maxBatchSize } = this.options;
    // Of its own, so that the store's subscription ends with this attempt whatever the reason.
    const attempt = new AbortController();
    const signal = AbortSignal.any([this.#stopping.signal, attempt.signal]);
    const batches = store
      .subscribeToAll(this.position ?? 'start', {
        signal,
        ...(streamPrefixes && { streamPrefixes }),
        ...(maxBatchSize !== undefined && { maxBatchSize }),
      })
      [Symbol.asyncIterator]();
    try {
      let next = batches.next();
      for (;;) {
        const result = await next;
        if (result.done || this.#stopped) return;
        const batch = result.value;
        // Behind, the store prepares the next one while this one is handled. Caught up, what comes meanwhile is better
        // gathered: many small appends then cost their reader one batch.
        if (!batch.caughtUp) {
          next = batches.next();
          next.catch(() => undefined); // looked at when its turn comes
        }
        const begun = performance.now();
        backOff.reset();
        this.#failing = false;
        this.#oldestWaiting = batch.events[0]?.recordedAt ?? this.#oldestWaiting;
        if (!(await this.#process(batch))) return;
        if (batch.caughtUp) {
          this.#oldestWaiting = undefined;
          await this.#gather(begun, batch.events.length);
          next = batches.next();
        } else this.#oldestWaiting = batch.events.at(-1)?.recordedAt ?? this.#oldestWaiting;
      }
    } finally {
      attempt.abort();
      void batches.return?.()?.catch(() => undefined);
    }
  }

  /** Rests until the next batch may begin. */
  async #gather(begun: number, events: number): Promise<void> {
    const distance = Math.min(this.options.gatherMs ?? 0, events * GATHER_PER_EVENT_MS);
    const rest = begun + distance - performance.now();
    if (rest <= 0 || this.#isWanted || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, rest);
      this.#endGathering = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endGathering = undefined;
  }

  /** @returns false when the loop was stopped before the batch was dealt with */
  async #process(batch: EventBatch): Promise<boolean> {
    const outcome = await this.#attempt(() => this.options.handle(batch));
    if (outcome === 'stopped') return false;
    if (outcome instanceof PermanentFailure) {
      const [event, ...more] = batch.events;
      if (event && more.length === 0) return this.#park(event, outcome, batch);
      for (const part of split(batch, outcome)) {
        if (!(await this.#process(part))) return false;
      }
    }
    this.position = batch.position;
    return true;
  }

  async #park(event: RecordedEvent, error: PermanentFailure, batch: EventBatch): Promise<boolean> {
    const { position, type, stream, revision, id } = event;
    this.#log.error({ ...this.#who(error), id, type, stream, revision, position: `${position}` }, 'Event parked');
    const parked = await this.#attempt(async () => this.options.onParked(event, error), true);
    if (parked === 'stopped') return false;
    return this.#process({ ...batch, events: [] }); // the handler learns that the log was seen up to here
  }

  /** Repeats `action` until it resolves, fails for good or the loop is stopped. */
  async #attempt(action: () => Promise<void>, parking = false): Promise<'done' | 'stopped' | PermanentFailure> {
    const backOff = new BackOff(this.options.retry);
    while (!this.#stopped) {
      try {
        await action();
        this.#failing = false;
        return 'done';
      } catch (error) {
        if (error instanceof PermanentFailure && !parking) return error;
        if (this.#stopped) break;
        this.#warn(error, 'The batch was not handled; trying again', backOff.failures);
        await backOff.wait(this.#stopping.signal);
      }
    }
    return 'stopped';
  }

  #warn(error: unknown, message: string, failures = 0): void {
    this.#failing = true;
    this.#log.warn({ ...this.#who(error), failures }, message);
  }

  #who(error: unknown): object {
    return { subscription: this.options.name, err: error };
  }
}

/** Around the event that fails, or in halves where it is not known. Each part is a batch that ends at its last event. */
function split(batch: EventBatch, failure: PermanentFailure): EventBatch[] {
  const { events, position } = batch;
  // An empty batch that fails for good holds nothing to park; going on is all that can be done.
  if (events.length === 0) return [];
  const found = events.findIndex((event) => event.position === failure.event?.position);
  const cuts = found < 0 ? [events.length >> 1] : [found, found + 1];
  const parts = [...cuts, events.length].map((cut, i) => events.slice(i === 0 ? 0 : cuts[i - 1], cut));
  return parts
    .filter((part) => part.length > 0)
    .map((part) => {
      const last = part.at(-1) === events.at(-1);
      return {
        events: part,
        position: last ? position : (part.at(-1)?.position ?? position),
        caughtUp: last && batch.caughtUp,
      };
    });
}
