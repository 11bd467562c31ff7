import type { EventStore } from '#event-store';

/** Where counting ends: whoever is further behind than that is simply far behind. */
export const MOST_COUNTED = 10_000;

/** How many events of these streams stand after `position`, up to {@link MOST_COUNTED}. Reads them: for now and then. */
export async function eventsBehind(
  store: EventStore,
  position: bigint | undefined,
  streamPrefixes?: readonly string[],
): Promise<number> {
  let count = 0;
  const options = { limit: MOST_COUNTED, ...(streamPrefixes && { streamPrefixes }) };
  for await (const _event of store.readAll(position ?? 'start', options)) count++;
  return count;
}
