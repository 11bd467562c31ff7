import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';

/** Longest stretch of work before whoever waits for an answer is served, milliseconds. */
export const STRETCH_MS = 0.5;
/** Longest time that stretches may take one after the other while others have taken as long. */
const MAX_PHASE_MS = 10;

/** By what time goes by. */
export interface World {
  /** Milliseconds, by a clock that only goes forward. */
  now(): number;
  /** Calls back once all others who wait for something have had the process. */
  goRound(callback: () => void): void;
}

const EVENT_LOOP: World = { now: () => performance.now(), goRound: (callback) => void setImmediate(callback) };

/**
 * All long work of the process stands in one queue: were each piece to wait for the next turn of the event loop by itself, a
 * request would meet a stretch of every one of them in each turn, and it takes several turns.
 *
 * Between two stretches the event loop goes round once. Where that takes long, because many requests come at once, as
 * long is given to the stretches: they fall behind otherwise, for as long as the load lasts.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];
  private isUnderWay = false;
  /** Since when others have had the process. */
  private others = 0;
  private end = 0;

  constructor(private readonly world = EVENT_LOOP) {}

  /** Resolves when the caller may go on with a stretch of long work, first come first served. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (this.isUnderWay) return;
      this.isUnderWay = true;
      this.goRound();
    });
  }

  private goRound(): void {
    this.others = this.world.now();
    this.world.goRound(this.begin);
  }

  private readonly begin = (): void => {
    const now = this.world.now();
    this.end = now + Math.min(MAX_PHASE_MS, Math.max(STRETCH_MS, now - this.others));
    this.give();
  };

  private give(): void {
    this.waiting.shift()?.();
    // Behind the stretch: what follows from a promise comes before the next tick, and only what waits for the world later.
    queueMicrotask(this.afterStretch);
  }

  private readonly afterStretch = (): void => nextTick(this.settle);

  private readonly settle = (): void => {
    if (this.waiting.length === 0) this.isUnderWay = false;
    else if (this.world.now() < this.end) this.give();
    else this.goRound();
  };
}

const turns = new Turns();

/** Resolves when the caller may go on with a stretch of long work of this process, see {@link Turns}. */
export const turn = (): Promise<void> => turns.next();
