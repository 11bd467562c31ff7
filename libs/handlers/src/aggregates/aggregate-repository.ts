import type { AppendResult, EventStore, NewEvent, RecordedEvent, StreamWrite } from '#event-store';
import { WrongExpectedRevision } from '#event-store';
import { LRUCache } from 'lru-cache';
import { isTracing } from '#telemetry';
import { metadataOf, type RequestContext } from '../request-context.js';
import { beginAppendSpan } from './append-span.js';
import type { IdentitySource } from '../identity-source.js';
import { KeyedLock } from './keyed-lock.js';
import type { SnapshotStore } from './snapshot-store.js';

/** A state and the revision of the last event folded into it; -1 when the stream has none. */
export interface Loaded<State> {
  readonly state: State;
  readonly revision: number;
}

export interface AggregateDefinition<State, Event extends { type: string; data: object }> {
  readonly initial: State;
  evolve(state: State, event: Event & { metadata: { occurredAt: string } }): State;
  /** The JSON text of the event's data, where it is to be had for less than writing it out. */
  dataJson?(event: Event): string | undefined;
  /** Streams that were just begun are not kept folded: nobody is about to ask for them. */
  readonly forgetsNew?: boolean;
  /** Roughly how many kilobytes the state holds on to; bounds the cache. Default 1. */
  weigh?(state: State): number;
  /** For streams that grow long. */
  readonly snapshots?: {
    take(state: State): object;
    restore(snapshot: object): State;
    /** How many events since the last snapshot make a new one worth its cost. */
    interval(state: State): number;
  };
}

export interface Executed<State> {
  readonly loaded: Loaded<State>;
  /** Where the last event stands; undefined when the command changed nothing. */
  readonly position: bigint | undefined;
}

/** Events on their way into a stream: what the store is to write, and what becomes of the folded state. */
export interface StagedAppend<State> {
  readonly write: StreamWrite;
  /** Folds what was written, and remembers it. */
  readonly succeed: (result: AppendResult) => Executed<State>;
  /** Forgets the state that may be stale. */
  readonly fail: (error: unknown) => void;
}

/** Tries of one command before a writer that always loses gives up; far beyond what contention brings about. */
const MAX_ATTEMPTS = 100;

/** Loads aggregates from their streams, keeps hot ones folded, and appends what was decided about them. */
export class AggregateRepository<State, Event extends { type: string; data: object }> {
  private readonly cache: LRUCache<string, { loaded: Loaded<State>; snapshotAt: number }>;
  private readonly lock = new KeyedLock();
  /** How look-ups of folded states went, since the start. */
  readonly lookups = { hit: 0, checked: 0, miss: 0 };

  constructor(
    private readonly store: EventStore,
    private readonly definition: AggregateDefinition<State, Event>,
    private readonly source: IdentitySource,
    private readonly snapshots?: SnapshotStore,
    cacheKilobytes = 50_000,
  ) {
    this.cache = new LRUCache({
      maxSize: cacheKilobytes,
      sizeCalculation: ({ loaded }) => Math.max(1, Math.ceil(definition.weigh?.(loaded.state) ?? 1)),
    });
  }

  /** The state as the log has it now, every acknowledged append included. */
  async load(stream: string): Promise<Loaded<State>> {
    const cached = this.cache.get(stream);
    if (cached && this.store.soleWriter) {
      this.lookups.hit++;
      return cached.loaded;
    }
    if (cached) this.lookups.checked++;
    else this.lookups.miss++;
    return this.catchUp(stream, cached?.loaded);
  }

  /** The cached state where it is known to be current, without a promise; for hot reads. */
  peek(stream: string): Loaded<State> | undefined {
    if (!this.store.soleWriter) return undefined;
    const cached = this.cache.get(stream);
    if (cached) this.lookups.hit++;
    else this.lookups.miss++;
    return cached?.loaded;
  }

  /** Whether {@link isCurrent} can ever be true: the log tells at once how far a stream goes. */
  get tellsCurrency(): boolean {
    return this.store.hasAfter !== undefined;
  }

  /** Whether the stream holds nothing after `revision`; false also where that cannot be told without reading it. */
  isCurrent(stream: string, revision: number): boolean {
    return this.store.hasAfter?.(stream, revision) === false;
  }

  /**
   * Loads, decides, appends at the revision read; when another writer came first, loads what is new and decides again.
   * One command at a time per stream in this process.
   */
  execute(
    stream: string,
    context: RequestContext,
    decide: (loaded: Loaded<State>) => readonly Event[] | Promise<readonly Event[]>,
  ): Promise<Executed<State>> {
    return this.lock.run(stream, async () => {
      for (let attempt = 1; ; attempt++) {
        const loaded = await this.load(stream);
        const events = await decide(loaded);
        if (events.length === 0) return { loaded, position: undefined };
        try {
          return await this.append(stream, loaded, events, context);
        } catch (error) {
          if (!(error instanceof WrongExpectedRevision) || attempt >= MAX_ATTEMPTS) throw error;
        }
      }
    });
  }

  /**
   * Appends behind `loaded` and folds what was appended.
   * @throws WrongExpectedRevision another writer came first; the cache has forgotten the stale state
   */
  append(
    stream: string,
    loaded: Loaded<State>,
    events: readonly Event[],
    context: RequestContext,
  ): Promise<Executed<State>> {
    return this.commit(this.stage(stream, loaded, events, context));
  }

  /**
   * Appends `first`, then `second`: with one call, both or neither, where the store can append to several streams at
   * once; else one after the other, and a conflict at the second leaves the first one written.
   * @throws WrongExpectedRevision another writer came first, in either stream
   */
  async appendBoth(first: StagedAppend<unknown>, second: StagedAppend<State>): Promise<Executed<State>> {
    if (!this.store.appendTogether) {
      await this.commit(first);
      return this.commit(second);
    }
    let results: AppendResult[];
    try {
      results = await this.store.appendTogether([first.write, second.write]);
    } catch (error) {
      first.fail(error);
      second.fail(error);
      throw error;
    }
    const [before, last] = results as [AppendResult, AppendResult];
    first.succeed(before);
    return second.succeed(last);
  }

  /** Makes events ready to be appended behind `loaded`, for {@link appendBoth} of this or another repository. */
  stage(stream: string, loaded: Loaded<State>, events: readonly Event[], context: RequestContext): StagedAppend<State> {
    const span = isTracing() ? beginAppendSpan(stream, context) : undefined;
    const metadata = metadataOf(span ? { ...context, traceparent: span.traceparent } : context, this.source.now());
    const toAppend = events.map((event): NewEvent => {
      const { type, data } = event;
      const id = this.source.newEventId();
      const dataJson = this.definition.dataJson?.(event);
      return dataJson === undefined ? { id, type, data, metadata } : { id, type, data, metadata, dataJson };
    });
    return {
      write: { stream, events: toAppend, expected: loaded.revision < 0 ? 'noStream' : loaded.revision },
      succeed: ({ revision, position }) => {
        span?.end();
        let state = loaded.state;
        for (const event of events) state = this.definition.evolve(state, { ...event, metadata });
        const next = { state, revision };
        const isNew = loaded.revision < 0;
        if (!isNew || !this.definition.forgetsNew || this.cache.has(stream)) this.remember(stream, next);
        return { loaded: next, position };
      },
      fail: (error) => {
        span?.end(error);
        this.cache.delete(stream);
      },
    };
  }

  private async commit<S>({ write, succeed, fail }: StagedAppend<S>): Promise<Executed<S>> {
    let result: AppendResult;
    try {
      result = await this.store.append(write.stream, write.events, write.expected);
    } catch (error) {
      fail(error);
      throw error;
    }
    return succeed(result);
  }

  private async catchUp(stream: string, known: Loaded<State> | undefined): Promise<Loaded<State>> {
    const { snapshots, initial } = this.definition;
    let loaded = known ?? { state: initial, revision: -1 };
    let snapshotAt: number | undefined;
    if (!known && snapshots && this.snapshots) {
      // Most streams are short, and then there is no snapshot to look for.
      const limit = snapshots.interval(initial);
      loaded = await this.foldOn(stream, loaded, limit);
      const snapshot = loaded.revision + 1 < limit ? undefined : await this.snapshots.get(stream);
      snapshotAt = snapshot?.revision ?? -1;
      if (snapshot) loaded = { state: snapshots.restore(snapshot.state), revision: snapshot.revision };
      if (loaded.revision + 1 >= limit) loaded = await this.foldOn(stream, loaded);
    } else loaded = await this.foldOn(stream, loaded);
    if (loaded.revision >= 0) this.remember(stream, loaded, snapshotAt);
    return loaded;
  }

  private async foldOn(stream: string, { state, revision }: Loaded<State>, limit?: number): Promise<Loaded<State>> {
    const options = { from: revision + 1, ...(limit !== undefined && { limit }) };
    for await (const event of this.store.read(stream, options)) {
      state = this.definition.evolve(state, event as unknown as RecordedEvent & Event);
      revision = event.revision;
    }
    return { state, revision };
  }

  /** Keeps the newer of what is cached and `loaded`, and takes a snapshot when one is due. */
  private remember(stream: string, loaded: Loaded<State>, lastSnapshot?: number): void {
    const cached = this.cache.get(stream);
    if (cached && cached.loaded.revision > loaded.revision) return;
    let snapshotAt = lastSnapshot ?? cached?.snapshotAt ?? -1;
    const { snapshots } = this.definition;
    if (snapshots && this.snapshots && loaded.revision - snapshotAt >= snapshots.interval(loaded.state)) {
      snapshotAt = loaded.revision;
      this.snapshots.put(stream, loaded.revision, snapshots.take(loaded.state));
    }
    this.cache.set(stream, { loaded, snapshotAt });
  }
}
