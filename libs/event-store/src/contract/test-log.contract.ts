import { randomUUID } from 'node:crypto';
import type { EventBatch, EventStore, NewEvent, RecordedEvent, SubscribeOptions } from '../event-store.port.js';

/** One log for one test. Disposing it closes the store and removes what the adapter made for the test. */
export interface EventStoreUnderTest extends AsyncDisposable {
  readonly store: EventStore;
  /** True where nobody else writes to this log, so that it starts empty. */
  readonly startsEmpty: boolean;
  /** Closes `store` and opens another one over the same data, as a restart does. */
  reopen(): Promise<EventStore>;
}

export type OpenEventStore = () => Promise<EventStoreUnderTest>;

export function anEvent(data: object = {}, id: string = randomUUID()): NewEvent {
  return {
    id,
    type: 'UserUpdated',
    data,
    metadata: {
      tenant: 'acme',
      connection: 'connection-1',
      credential: 'credential-1',
      idp: 'okta',
      correlationId: 'request-1',
      causationId: 'request-1',
      occurredAt: '2026-01-31T08:15:30.123Z',
      schemaVersion: 1,
    },
  };
}

export const someEvents = (count: number): NewEvent[] => Array.from({ length: count }, (_, n) => anEvent({ n }));

/** A tenant of the test's own, so that its streams and prefixes meet those of no other test. */
export function aTenant(): { user: (id?: string) => string; group: (id?: string) => string; prefixes: string[] } {
  const tenant = `t${randomUUID()}`;
  return {
    user: (id = randomUUID()) => `user-${tenant}.${id}`,
    group: (id = randomUUID()) => `group-${tenant}.${id}`,
    prefixes: [`user-${tenant}.`, `group-${tenant}.`],
  };
}

export async function collect<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

export const ids = (events: readonly { readonly id: string }[]): string[] => events.map((event) => event.id);

export const places = (events: readonly RecordedEvent[]): string[] => events.map((e) => `${e.stream}@${e.revision}`);

export function expectStrictlyIncreasing(positions: readonly bigint[]): void {
  expect(positions.every((position, i) => i === 0 || position > (positions[i - 1] as bigint))).toBe(true);
}

/**
 * Follows the log until `enough` says so, then aborts and waits for the normal end.
 * @param onBatch called with each batch before the next one is asked for
 */
export async function follow(
  store: EventStore,
  from: bigint | 'start',
  options: Omit<SubscribeOptions, 'signal'>,
  enough: (events: readonly RecordedEvent[], batch: EventBatch) => boolean,
  onBatch: (batch: EventBatch) => unknown = () => undefined,
): Promise<{ events: RecordedEvent[]; batches: EventBatch[] }> {
  const abort = new AbortController();
  const events: RecordedEvent[] = [];
  const batches: EventBatch[] = [];
  for await (const batch of store.subscribeToAll(from, { ...options, signal: abort.signal })) {
    batches.push(batch);
    events.push(...batch.events);
    await onBatch(batch);
    if (enough(events, batch)) abort.abort();
  }
  return { events, batches };
}
