import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  eventTypeFilter,
  type Filter,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { type EventBatch, EventStoreUnavailable, type SubscribeOptions } from '../event-store.port.js';
import { recorded } from './recorded-event.js';

const DEFAULT_BATCH_SIZE = 512;
/** Events that the server looks at before it reports how far it has come where nothing passes the filter. */
const SEARCH_WINDOW = 256;

/** Something the server said between two events. */
interface Mark {
  /** How many events it had sent before. */
  readonly after: number;
  readonly position?: bigint;
  /** True where it has nothing newer, false where it has again. */
  readonly live?: boolean;
}

/**
 * One `$all` subscription with the filter on the server. The client hands events over as a stream but checkpoints and
 * `caughtUp` as they come, ahead of events that wait to be read; marks put those back in their place.
 */
export class AllSubscription {
  readonly #subscription: AllStreamSubscription;
  readonly #before: bigint | undefined;
  readonly #marks: Mark[] = [];
  #read = 0;
  #position: bigint | undefined;
  #reported: bigint | undefined;
  #live = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  /** @param before position of the newest event before the subscription was asked for */
  constructor(
    client: EventStoreDBClient,
    from: bigint | 'start',
    prefixes: readonly string[] | undefined,
    before: bigint | undefined,
  ) {
    this.#before = before;
    this.#position = this.#reported = from === 'start' ? undefined : from;
    const window = {
      maxSearchWindow: SEARCH_WINDOW,
      checkpointInterval: 1,
      checkpointReached: (_: unknown, { commit }: { commit: bigint }) => this.#mark({ position: commit }),
    };
    const filter: Filter = prefixes
      ? streamNameFilter({ prefixes: [...prefixes], ...window })
      : eventTypeFilter({ regex: '^[^$].*', ...window });
    const fromPosition = from === 'start' ? START : { commit: from, prepare: from };
    this.#subscription = client
      .subscribeToAll({ fromPosition, filter }, { highWaterMark: DEFAULT_BATCH_SIZE })
      .on('caughtUp', () => this.#mark({ live: true }))
      .on('fellBehind', () => this.#mark({ live: false }))
      .on('readable', () => this.#wake())
      .on('error', (error) => this.fail(error))
      .on('close', () => this.fail(new EventStoreUnavailable('EventStoreDB ended the subscription')));
  }

  async *batches({ signal, maxBatchSize = DEFAULT_BATCH_SIZE }: SubscribeOptions): AsyncGenerator<EventBatch> {
    const onAbort = (): void => this.#wake();
    signal.addEventListener('abort', onAbort);
    try {
      while (!signal.aborted) {
        const batch = this.#next(maxBatchSize);
        if (batch) yield batch;
        else if (this.#failure) throw this.#failure;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends the iteration with `error` once what has come is read. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async close(): Promise<void> {
    this.fail(new EventStoreUnavailable('The subscription is closed'));
    await this.#subscription.unsubscribe().catch(() => undefined);
    this.#subscription.destroy();
  }

  #mark(mark: Omit<Mark, 'after'>): void {
    this.#marks.push({ after: this.#read + this.#subscription.readableLength, ...mark });
    this.#wake();
  }

  /** What is there now; undefined where there is no news. */
  #next(max: number): EventBatch | undefined {
    const events: EventBatch['events'][number][] = [];
    let caughtUp = false;
    this.#settle(() => (caughtUp = true));
    while (events.length < max) {
      const resolved = this.#subscription.read() as AllStreamResolvedEvent | null;
      if (!resolved) break;
      this.#read += 1;
      if (resolved.event) {
        const event = recorded(resolved.event);
        this.#position = event.position;
        events.push(event);
      }
      this.#settle(() => (caughtUp = true));
    }
    caughtUp ||= this.#live && events.length > 0;
    const position = this.#position;
    // Silence is worth reporting once: that the reader has caught up, or how far the filter has come.
    if (position === undefined || (events.length === 0 && position === this.#reported && !caughtUp)) return undefined;
    this.#reported = position;
    return { events, position, caughtUp: caughtUp && this.#subscription.readableLength === 0 };
  }

  /** Takes in what the server said before the event that is read next. */
  #settle(onCaughtUp: () => void): void {
    for (let mark = this.#marks[0]; mark && mark.after <= this.#read; mark = this.#marks[0]) {
      this.#marks.shift();
      if (mark.position !== undefined) this.#pass(mark.position);
      if (mark.live === undefined) continue;
      this.#live = mark.live;
      if (!mark.live) continue;
      if (this.#before !== undefined) this.#pass(this.#before);
      onCaughtUp();
    }
  }

  #pass(position: bigint): void {
    if (this.#position === undefined || position > this.#position) this.#position = position;
  }
}
