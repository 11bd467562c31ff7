/** When so many people of a tenant depart in so short a time that somebody should look before products are told. */
export interface GuardSettings {
  /** More than this share of the tenant's people, 1 to 100; at 100 nothing is ever held. */
  readonly percent: number;
  /** Fewer people than this are never held, whatever their share. */
  readonly leastPeople: number;
  readonly windowMinutes: number;
}

/**
 * A tenth of the people within ten minutes is no ordinary day, while a full sync of a broken filter gets there in its first
 * seconds. Twenty keeps tenants out of it where a tenth is a handful.
 */
export const DEFAULT_GUARD: GuardSettings = { percent: 10, leastPeople: 20, windowMinutes: 10 };

/** Departures that products have not been told about, until an admin releases or undoes them. */
export interface Hold {
  readonly id: string;
  /** `undoing`: an admin has asked for the people back, and they are on their way. */
  readonly status: 'held' | 'undoing';
  readonly heldAt: string;
  /** When the first departure of the window happened. */
  readonly since: string;
  /** Where that departure stands, in whatever store the log is; absent in holds of releases which told `sincePosition`. */
  readonly firstDeparture?: { readonly stream: string; readonly revision: number };
  /** Its position in the store that was written to then, in decimal digits. Of no use: the log may have moved since. */
  readonly sincePosition?: string;
  /** How many had departed within the window when it was noticed, and of how many people. */
  readonly departures: number;
  readonly people: number;
  readonly settings: GuardSettings;
}

export type HoldFacts = Omit<Hold, 'status' | 'heldAt' | 'id'> & { readonly holdId: string };

/** Facts about deliveries that the guard has stopped. */
export type GuardEvent =
  | { type: 'DeprovisioningHeld'; data: HoldFacts }
  /** It was meant: products are told. Until `passUntil`, UTC, further departures are not held either. */
  | { type: 'DeprovisioningReleased'; data: { holdId: string; passUntil?: string } }
  | { type: 'DeprovisioningUndoStarted'; data: { holdId: string } }
  /** Whoever could be brought back was; `failed` could not, and are delivered as they are. */
  | { type: 'DeprovisioningUndone'; data: { holdId: string; restored: number; failed: number } };

export type GuardCommand =
  | ({ type: 'HoldDeprovisioning' } & HoldFacts)
  | { type: 'ReleaseDeprovisioning'; holdId: string; passUntil?: string | undefined }
  | { type: 'StartUndo'; holdId: string }
  | { type: 'FinishUndo'; holdId: string; restored: number; failed: number };

type Holds = Readonly<Record<string, Hold>>;

export function evolveHolds(
  holds: Holds,
  event: GuardEvent & { readonly metadata: { readonly occurredAt: string } },
): Holds {
  switch (event.type) {
    case 'DeprovisioningHeld': {
      const { holdId: id, ...facts } = event.data;
      return { ...holds, [id]: { id, ...facts, status: 'held', heldAt: event.metadata.occurredAt } };
    }
    case 'DeprovisioningUndoStarted': {
      const hold = holds[event.data.holdId];
      return hold ? { ...holds, [hold.id]: { ...hold, status: 'undoing' } } : holds;
    }
    case 'DeprovisioningReleased':
    case 'DeprovisioningUndone': {
      const { [event.data.holdId]: _ended, ...rest } = holds;
      return rest;
    }
  }
}
