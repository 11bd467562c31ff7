/** How often something may happen in the long run, and how often at once. */
export interface Rate {
  /** 0: as often as one likes. */
  readonly perSecond: number;
  readonly burst: number;
}

/** What comes at once may be this many times what comes in a second in the long run. */
export const BURST_FACTOR = 10;

export const rateOf = (perSecond: number): Rate => ({ perSecond, burst: perSecond * BURST_FACTOR });

/**
 * A rate kept by the generic cell rate algorithm (ITU-T I.371): one number, the time at which everything taken so far is
 * paid off, so that asking costs no timer and no promise.
 */
export class Pace {
  private readonly intervalMs: number;
  private readonly burstMs: number;
  private paidOff = 0;

  constructor(readonly rate: Rate) {
    this.intervalMs = rate.perSecond === 0 ? 0 : 1_000 / rate.perSecond;
    this.burstMs = this.intervalMs * rate.burst;
  }

  /** @param now milliseconds @returns milliseconds until one is free; 0: there is, and it may be taken */
  wait(now: number): number {
    // Who had to be looked up comes here after who came later: of those `now` lies behind what is paid off.
    if (this.intervalMs === 0) return 0;
    return Math.max(0, this.paidOff + this.intervalMs - this.burstMs - now);
  }

  /** Takes `count`, whether or not they are free: what is owed is waited for by those who come after. */
  take(now: number, count = 1): void {
    this.paidOff = Math.max(this.paidOff, now) + count * this.intervalMs;
  }
}
