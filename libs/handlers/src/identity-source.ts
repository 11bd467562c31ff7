import { randomFillSync, randomUUID } from 'node:crypto';
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

const RANDOM_BYTES = 16;

/** UUIDv7s whose randomness is drawn for many at once, which costs less than the rest of making one. */
class ResourceIds {
  private readonly pool = new Uint8Array(256 * RANDOM_BYTES);
  private used = this.pool.length;
  private msecs = 0;
  /** Counts within a millisecond from a random start, so that order of ids is order of creation (RFC 9562 §6.2). */
  private seq = 0;

  next(): string {
    const random = this.draw();
    const now = Date.now();
    if (now > this.msecs) {
      this.msecs = now;
      this.seq = ((random[6]! << 16) | (random[7]! << 8) | random[8]!) >>> 0;
    } else this.seq++;
    return v7({ msecs: this.msecs, seq: this.seq, random });
  }

  private draw(): Uint8Array {
    if (this.used === this.pool.length) {
      randomFillSync(this.pool);
      this.used = 0;
    }
    this.used += RANDOM_BYTES;
    return this.pool.slice(this.used - RANDOM_BYTES, this.used);
  }
}

const resourceIds = new ResourceIds();

let lastMs = 0;
let lastText = '';

/** Requests come several to a millisecond, and writing out a date costs more than looking at the clock. */
function now(): string {
  const ms = Date.now();
  if (ms !== lastMs) {
    lastMs = ms;
    lastText = new Date(ms).toISOString();
  }
  return lastText;
}

export const systemIdentitySource: IdentitySource = {
  now,
  newResourceId: () => resourceIds.next(),
  newEventId: () => randomUUID(),
};

/** Injection token of the identity source. */
export const IDENTITY_SOURCE = Symbol('IdentitySource');
