import type { EventStore } from '#event-store';

/** Where an event of a stream stands in the log. */
export async function positionOf(store: EventStore, stream: string, revision: number): Promise<bigint> {
  for await (const { position } of store.read(stream, { from: revision, limit: 1 })) return position;
  throw new Error(`Stream ${stream} has no event ${revision}`);
}
