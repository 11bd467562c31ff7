import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';

/** Where time and ids come from; a test gives its own. */
export interface IdentitySource {
  /** UTC with milliseconds, e.g. `2026-01-31T08:15:30.123Z`. */
  now(): string;
  /** UUIDv7: ids sort by creation, so a list ordered by id is ordered by age and its pages are stable. */
  newResourceId(): string;
  /** UUIDv4. */
  newEventId(): string;
}

export const systemIdentitySource: IdentitySource = {
  now: () => new Date().toISOString(),
  newResourceId: () => v7(),
  newEventId: () => randomUUID(),
};

/** Injection token of the identity source. */
export const IDENTITY_SOURCE = Symbol('IdentitySource');
