import { GROUP_STREAMS, type Hold, parseStream, tenantStream, USER_STREAMS } from '#domain';
import type { EventStore, RecordedEvent } from '#event-store';
import { positionOf } from '../position-of.js';

/** Further apart no two clocks are that `occurredAt` of one log was read from, milliseconds. */
const CLOCKS_APART_MS = 3_600_000;

const DEPARTURES: ReadonlySet<string> = new Set(['UserDeactivated', 'UserDeprovisioned', 'GroupMembershipChanged']);

/** Behind which position of this store a hold's window begins. The log may have been carried here from another one. */
export async function beforeFirstDeparture(store: EventStore, tenant: string, hold: Hold): Promise<bigint | 'start'> {
  const first = await positionOfFirst(store, tenant, hold);
  for await (const { position } of store.readAll(first, { direction: 'backwards', limit: 1 })) return position;
  return 'start';
}

async function positionOfFirst(store: EventStore, tenant: string, hold: Hold): Promise<bigint> {
  const { firstDeparture } = hold;
  if (!firstDeparture) return positionByTime(store, tenant, hold);
  const { stream, revision } = firstDeparture;
  return positionOf(store, stream, revision);
}

/**
 * The same for holds that name a position only, of whatever store: what is there to go by is when the departure happened.
 * Everybody's events are looked at, because they tell soonest how far back in time the log is.
 */
async function positionByTime(store: EventStore, tenant: string, { id, since }: Hold): Promise<bigint> {
  const held = await heldAt(store, tenant, id);
  const earliest = Date.parse(since) - CLOCKS_APART_MS;
  let exact: bigint | undefined;
  let later = held;
  const options = { direction: 'backwards', streamPrefixes: [USER_STREAMS, GROUP_STREAMS] } as const;
  for await (const { stream, type, position, metadata } of store.readAll(held, options)) {
    if (Date.parse(metadata.occurredAt) < earliest) break;
    if (!DEPARTURES.has(type) || metadata.occurredAt < since || parseStream(stream).tenant !== tenant) continue;
    later = position;
    if (metadata.occurredAt === since) exact = position;
  }
  return exact ?? later;
}

async function heldAt(store: EventStore, tenant: string, holdId: string): Promise<bigint> {
  const isIt = ({ type, data }: RecordedEvent): boolean =>
    type === 'DeprovisioningHeld' && (data as { holdId: string }).holdId === holdId;
  for await (const event of store.read(tenantStream(tenant))) if (isIt(event)) return event.position;
  throw new Error('Nothing is held under this id');
}
