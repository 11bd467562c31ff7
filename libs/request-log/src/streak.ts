import type { CauseCode } from './causes/causes.js';

/** Refusals in a row of one sort of call, reads or changes, of one connection. */
export interface StreakRecord {
  readonly refusals: number;
  /** When the first and the last of them came, UTC. */
  readonly since: string;
  readonly last: string;
  /** Of the last one. */
  readonly cause: CauseCode;
}

/** Refusals that say nothing about a connection: of the one resource asked for, or of the moment. */
const NEUTRAL: ReadonlySet<CauseCode> = new Set<CauseCode>([
  'unknownResource',
  'staleVersion',
  'staleCursor',
  'tooManyRequests',
  'pausedConnection',
]);

/** Refusals that any call of the connection would have met: one is enough to know. */
const WHOLE: ReadonlySet<CauseCode> = new Set<CauseCode>([
  'expiredToken',
  'foreignToken',
  'suspendedTenant',
  'unavailable',
  'internalError',
]);

export const concernsConnection = (cause: CauseCode): boolean => !NEUTRAL.has(cause);
export const isOfWholeConnection = (cause: CauseCode): boolean => WHOLE.has(cause);

/** Refusals in a row, from the last write to the store on. */
export class Streak {
  private refusals = 0;
  private since = 0;
  private last = 0;
  private cause: CauseCode = 'other';
  /** Whether one that is in the store has ended. */
  private hasEnded = false;

  refused(at: number, cause: CauseCode): void {
    if (this.refusals++ === 0) this.since = at;
    this.last = at;
    this.cause = cause;
  }

  /** A call of its sort has succeeded. */
  end(): void {
    this.refusals = 0;
    this.hasEnded = true;
  }

  /** A call of the other sort has: what any call would have met is over too. */
  endIfWhole(): void {
    if (this.refusals > 0 && isOfWholeConnection(this.cause)) this.end();
  }

  /**
   * Starts anew. @returns what stands in the store from now on, after what stood there, given whether a call of the other sort
   * has succeeded since
   */
  settle(): (stored: StreakRecord | undefined, othersSucceeded: boolean) => StreakRecord | undefined {
    const { refusals, since, last, cause, hasEnded } = this;
    this.refusals = 0;
    this.hasEnded = false;
    return (stored, othersSucceeded) => {
      const isOver = hasEnded || (othersSucceeded && stored !== undefined && isOfWholeConnection(stored.cause));
      const before = isOver ? undefined : stored;
      if (refusals === 0) return before;
      return {
        refusals: (before?.refusals ?? 0) + refusals,
        since: before?.since ?? new Date(since).toISOString(),
        last: new Date(last).toISOString(),
        cause,
      };
    };
  }
}
