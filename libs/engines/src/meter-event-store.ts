import {
  type AppendResult,
  type EventStore,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StreamWrite,
  type SubscribeOptions,
  WrongExpectedRevision,
} from '#event-store';
import type { Distribution, Metrics } from '#telemetry';

/** The same log, its appends counted and timed. Costs an append two looks at the clock. */
export function meterEventStore(store: EventStore, metrics: Metrics): EventStore {
  return new MeteredEventStore(store, metrics);
}

class MeteredEventStore implements EventStore {
  readonly soleWriter: boolean;
  readonly hasAfter?: (stream: string, revision: number) => boolean;
  readonly appendTogether?: (writes: readonly StreamWrite[]) => Promise<AppendResult[]>;
  private readonly durations: Distribution;
  private events = 0;
  private conflicts = 0;
  private failures = 0;

  constructor(
    private readonly store: EventStore,
    metrics: Metrics,
  ) {
    this.soleWriter = store.soleWriter;
    this.durations = metrics.distribution('rollcall_append_duration_seconds');
    metrics.read('rollcall_appended_events_total', () => [[{}, this.events]]);
    metrics.read('rollcall_append_conflicts_total', () => [[{}, this.conflicts]]);
    metrics.read('rollcall_append_failures_total', () => [[{}, this.failures]]);
    if (store.hasAfter) this.hasAfter = (stream, revision) => store.hasAfter?.(stream, revision) ?? true;
    const { appendTogether } = store;
    if (appendTogether) {
      this.appendTogether = (writes) => {
        let events = 0;
        for (const write of writes) events += write.events.length;
        return this.timed(appendTogether.call(store, writes), events);
      };
    }
  }

  append(stream: string, events: readonly NewEvent[], expected: number | 'noStream'): Promise<AppendResult> {
    return this.timed(this.store.append(stream, events, expected), events.length);
  }

  read(stream: string, options?: ReadStreamOptions) {
    return this.store.read(stream, options);
  }

  readAll(position: bigint | 'start' | 'end', options?: ReadAllOptions) {
    return this.store.readAll(position, options);
  }

  subscribeToAll(position: bigint | 'start', options: SubscribeOptions) {
    return this.store.subscribeToAll(position, options);
  }

  lastPosition(): Promise<bigint | undefined> {
    return this.store.lastPosition();
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.store[Symbol.asyncDispose]();
  }

  private timed<T>(appending: Promise<T>, events: number): Promise<T> {
    const begun = performance.now();
    appending.then(
      () => {
        this.events += events;
        this.durations.record((performance.now() - begun) / 1_000);
      },
      (error: unknown) => {
        if (error instanceof WrongExpectedRevision) this.conflicts++;
        else this.failures++;
      },
    );
    return appending;
  }
}
