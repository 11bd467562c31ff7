import {
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
  type Filter,
  type Position,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import { type EventBatch, EventStoreUnavailable, type SubscribeOptions } from '../event-store.port.js';
import { OF_LEADER } from './connect.js';
import { isTold, recorded } from './recorded-event.js';

const DEFAULT_BATCH_SIZE = 512;
/** Events that the server looks at before it reports how far it has come where nothing passes the filter. */
const SEARCH_WINDOW = 256;

/**
 * Whether a checkpoint is the place of a record, which the subscription has passed. Releases of the server have sent others:
 * one from before the first record, as 2^64 − 1, to who was sent nothing (before 24.10.5), and that of the record which will
 * be written next, with another prepare position (25.0.0).
 */
const isPassed = ({ commit, prepare }: Position): boolean => isTold(commit) && prepare === commit;

/** What a subscription asks of the log beside. */
export interface AskLog {
  /** Position of the newest event of the log, followed or not. */
  newest(): Promise<bigint | undefined>;
  /** Position of the first event that is followed and stands after the first of these positions, up to the second. */
  wantedIn(after: bigint | 'start', last: bigint): Promise<bigint | undefined>;
}

export interface Followed {
  readonly from: bigint | 'start';
  readonly prefixes: readonly string[] | undefined;
  /** Position of the newest event before the subscription was asked for. */
  readonly before: bigint | undefined;
  /** How long nothing has come before the log is asked how far it has come, ms. */
  readonly idleMs: number;
  /** How late an event may be that the log has: then the node is held to lag, and the subscription ends; ms. */
  readonly lagsAfterMs: number;
}

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
  readonly #marks: Mark[] = [];
  #read = 0;
  #position: bigint | undefined;
  #reported: bigint | undefined;
  #live = false;
  /** The log is asked how far it has come. */
  #asking = false;
  /** An event that should have come, and since when, by `performance.now()`. */
  #overdue: { readonly position: bigint; readonly since: number } | undefined;
  #caughtUp = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(
    client: EventStoreDBClient,
    private readonly log: AskLog,
    private readonly followed: Followed,
  ) {
    const { from, prefixes } = followed;
    this.#position = this.#reported = from === 'start' ? undefined : from;
    const window = {
      maxSearchWindow: SEARCH_WINDOW,
      checkpointInterval: 1,
      checkpointReached: (_: unknown, place: Position) => {
        if (isPassed(place)) this.#mark({ position: place.commit });
      },
    };
    const filter: Filter = prefixes
      ? streamNameFilter({ prefixes: [...prefixes], ...window })
      : streamNameFilter({ regex: '^[^$]', ...window });
    const fromPosition = from === 'start' ? START : { commit: from, prepare: from };
    this.#subscription = client
      .subscribeToAll({ fromPosition, filter, ...OF_LEADER }, { highWaterMark: DEFAULT_BATCH_SIZE })
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
        else await this.#news();
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      const asks = this.#live && !this.#asking;
      const idle = asks ? setTimeout(() => void this.#ask(), this.followed.idleMs) : undefined;
      this.#wake = () => {
        clearTimeout(idle);
        resolve();
      };
    });
  }

  /** Ends the iteration with `error` once what has come is read. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  close(): void {
    this.fail(new EventStoreUnavailable('The subscription is closed'));
    // Not waited for: there is nothing to end before a node is found, which may take minutes.
    void this.#subscription.unsubscribe().catch(() => undefined);
    this.#subscription.destroy();
  }

  #mark(mark: Omit<Mark, 'after'>): void {
    this.#marks.push({ after: this.#read + this.#subscription.readableLength, ...mark });
    this.#wake();
  }

  /** What is there now; undefined where there is no news. */
  #next(max: number): EventBatch | undefined {
    const events: EventBatch['events'][number][] = [];
    this.#settle();
    while (events.length < max) {
      const resolved = this.#subscription.read() as AllStreamResolvedEvent | null;
      if (!resolved) break;
      this.#read += 1;
      if (resolved.event) {
        const event = recorded(resolved.event);
        this.#position = event.position;
        events.push(event);
      }
      this.#settle();
    }
    const caughtUp = this.#isBefore ? false : this.#caughtUp || (this.#live && events.length > 0);
    const position = this.#position;
    // Silence is worth reporting once: that the reader has caught up, or how far the filter has come.
    if (position === undefined || (events.length === 0 && position === this.#reported && !caughtUp)) return undefined;
    this.#reported = position;
    this.#caughtUp &&= !caughtUp;
    return { events, position, caughtUp: caughtUp && this.#subscription.readableLength === 0 };
  }

  /** Takes in what the server said before the event that is read next. */
  #settle(): void {
    for (let mark = this.#marks[0]; mark && mark.after <= this.#read; mark = this.#marks[0]) {
      this.#marks.shift();
      if (mark.position !== undefined) this.#pass(mark.position);
      if (mark.live === undefined) continue;
      this.#live = mark.live;
      if (!mark.live) continue;
      this.#caughtUp = true;
      // The last events before are followed by nobody, or the node has yet to get them: one that is asked for what comes after
      // its last record says at once that it has nothing newer, whoever leads.
      if (this.#isBefore && !this.#asking) void this.#ask(this.followed.before);
    }
  }

  /** Whether something that was in the log before has neither come nor been passed. */
  get #isBefore(): boolean {
    return this.followed.before !== undefined && (this.#position ?? -1n) < this.followed.before;
  }

  /**
   * Live, the server tells only every so many events how far it has seen what is not followed, and nothing where the node is
   * cut off from the others. What is followed and has not come is on its way, for a while.
   * @param upTo default the newest event there is
   */
  async #ask(upTo?: bigint): Promise<void> {
    this.#asking = true;
    try {
      const newest = upTo ?? (await this.log.newest());
      if (newest === undefined || newest <= (this.#position ?? -1n)) return;
      const wanted = await this.log.wantedIn(this.#position ?? 'start', newest);
      if (wanted === undefined) {
        this.#pass(newest);
        this.#caughtUp = this.#live;
      } else if (wanted !== this.#overdue?.position) this.#overdue = { position: wanted, since: performance.now() };
      else if (performance.now() - this.#overdue.since > this.followed.lagsAfterMs) this.fail(lagging());
    } catch {
      // Where the log cannot be asked, the subscription's own connection tells what is wrong with it.
    } finally {
      this.#asking = false;
      this.#wake();
    }
  }

  #pass(position: bigint): void {
    if (this.#position === undefined || position > this.#position) this.#position = position;
  }
}

const lagging = (): Error => new EventStoreUnavailable('The node that is followed lags behind the log');
