import { jsonEvent, type JSONType, type RecordedEvent as DbEvent } from '@eventstore/db-client';
import { type EventMetadata, isPosition, type NewEvent, type RecordedEvent } from '../event-store.port.js';

/** The event as the client sends it: JSON, under the id that makes a repeated append harmless. */
export function proposed({ id, type, data, metadata }: NewEvent): ReturnType<typeof jsonEvent> {
  return jsonEvent({ id, type, data: data as JSONType, metadata: metadata as unknown as Record<string, JSONType> });
}

/**
 * The event as the port has it. Its position is the commit position; an event of an append has the same prepare position.
 * @throws TypeError the server does not say where in the log an event of a stream stands (before version 22.6), or the
 *   event was not written as JSON
 */
export function recorded(event: DbEvent): RecordedEvent {
  const { id, type, streamId, revision, created, metadata, data, isJson, position } = event;
  if (!position || !isTold(position.commit)) {
    throw new TypeError(
      'The server does not tell the position of events in a stream; EventStoreDB 23.10 or newer does',
    );
  }
  if (!isJson) throw new TypeError(`Event ${id} of ${streamId} is not JSON; it was not written by Rollcall`);
  return {
    id,
    type,
    data: data as object,
    metadata: metadata as unknown as EventMetadata,
    stream: streamId,
    revision: Number(revision),
    position: position.commit,
    recordedAt: created.getTime(),
  };
}

/**
 * Whether a position is one: a record of a user's stream never stands at the log's very begin, and what a server does not tell
 * comes as 2^64 − 1.
 */
export function isTold(position: bigint): boolean {
  return position > 0n && isPosition(position);
}

/** The server's own streams (`$stats-…`, `$users`, metadata of streams) are no part of our log. */
export const isOurs = (stream: string): boolean => !stream.startsWith('$');
