import type { Precedence } from './bulk-order.js';
import { BulkSchedule, inSequence } from './bulk-schedule.js';
import type { BulkStep } from './bulk-steps.js';

export interface BulkPace {
  /** Most operations under way at a time. */
  readonly concurrency: number;
  /** See `BulkRequest`. */
  readonly failOnErrors: number | undefined;
  /** Steps begun before others get their turn, and how they get it. Default: as many as there are. */
  readonly rest?: { readonly after: number; readonly turn: () => Promise<void> };
}

/**
 * Carries out the steps side by side as far as `precedence` lets them. With `failOnErrors` none is begun that would not be
 * reached one at a time: never more are under way than may still fail.
 * @param execute carries one step out and tells how many of its operations failed; must not throw
 */
export function runBulk(
  steps: readonly BulkStep[],
  precedence: ReadonlyMap<BulkStep, Precedence>,
  execute: (step: BulkStep) => Promise<number>,
  { concurrency, failOnErrors, rest }: BulkPace,
): Promise<void> {
  const schedule = new BulkSchedule(steps, precedence);
  const sequence = failOnErrors === undefined ? undefined : inSequence(steps, precedence)[Symbol.iterator]();
  let upcoming = sequence?.next().value;
  let running = 0;
  let errors = 0;
  let begun = 0;
  let resting = false;
  const begin = (): BulkStep | undefined => {
    if (!sequence) return schedule.begin();
    if (errors + running >= (failOnErrors ?? 0) || upcoming === undefined) return undefined;
    // What waits in vain, see BulkSchedule, is begun in its turn once nothing else runs.
    if (!schedule.isReady(upcoming) && running > 0) return undefined;
    const step = upcoming;
    schedule.begin(step);
    upcoming = sequence.next().value;
    return step;
  };
  return new Promise((resolve, reject) => {
    const restThenFill = (turn: Promise<void>): void => {
      resting = true;
      turn
        .then(() => {
          resting = false;
          begun = 0;
          fill();
        })
        .catch(reject);
    };
    const fill = (): void => {
      while (running < concurrency && !resting) {
        if (rest && begun >= rest.after) return restThenFill(rest.turn());
        const step = begin();
        if (!step) break;
        begun += 1;
        running += step.operations.length;
        execute(step)
          .then((failed) => {
            running -= step.operations.length;
            errors += failed;
            schedule.finish(step);
            fill();
          })
          .catch(reject);
      }
      if (running === 0 && !resting) resolve();
    };
    fill();
  });
}
