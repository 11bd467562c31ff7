import { nextTick } from 'node:process';
import { setImmediate } from 'node:timers';

/** Longest stretch of work before whoever waits for an answer is served, milliseconds. */
export const STRETCH_MS = 0.5;
/** Longest time that stretches may take one after the other while others have taken as long. */
const MAX_PHASE_MS = 10;

const waiting: (() => void)[] = [];
let isUnderWay = false;
/** Since when others have had the process. */
let others = 0;
let end = 0;

/**
 * Resolves when the caller may go on with a stretch of long work, first come first served. All long work of the process
 * stands in this one queue: were each piece to wait for the next turn of the event loop by itself, a request would meet a
 * stretch of every one of them in each turn, and it takes several turns.
 *
 * Between two stretches the event loop goes round once. Where that takes long, because many requests come at once, as
 * long is given to the stretches: they fall behind otherwise, for as long as the load lasts.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (isUnderWay) return;
    isUnderWay = true;
    goRound();
  });
}

function goRound(): void {
  others = performance.now();
  setImmediate(begin);
}

function begin(): void {
  const now = performance.now();
  end = now + Math.min(MAX_PHASE_MS, Math.max(STRETCH_MS, now - others));
  next();
}

function next(): void {
  waiting.shift()?.();
  // Behind the stretch: what follows from a promise comes before the next tick, and only what waits for the world later.
  queueMicrotask(() => nextTick(settle));
}

function settle(): void {
  if (waiting.length === 0) isUnderWay = false;
  else if (performance.now() < end) next();
  else goRound();
}
