import { setImmediate as nextTurn } from 'node:timers/promises';
import { runBulk } from './run-bulk.js';
import type { BulkStep } from './bulk-steps.js';

const steps = (count: number): BulkStep[] =>
  Array.from({ length: count }, (_, index) => ({ operations: [index], circular: false }));

describe('the steps of a bulk request', () => {
  const run = async (count: number, options: { concurrency: number; after?: number; failOnErrors?: number }) => {
    const done: number[] = [];
    const stretches: number[] = [];
    let begun = 0;
    const { concurrency, after, failOnErrors } = options;
    await runBulk(
      steps(count),
      new Map(),
      async ({ operations: [index = -1] }) => {
        begun += 1;
        await Promise.resolve();
        done.push(index);
        return failOnErrors === undefined ? 0 : 1;
      },
      {
        concurrency,
        failOnErrors,
        ...(after !== undefined && {
          rest: {
            after,
            turn: async () => {
              stretches.push(begun);
              begun = 0;
              await nextTurn();
            },
          },
        }),
      },
    );
    stretches.push(begun);
    return { done, stretches };
  };

  it.each([
    [1, 16],
    [4, 16],
    [4, 2],
    [7, 100],
  ])('are begun %i at a time before others get their turn, with %i under way', async (after, concurrency) => {
    const { done, stretches } = await run(50, { concurrency, after });
    expect(done.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    expect(Math.max(...stretches)).toBeLessThanOrEqual(after);
    expect(stretches.length).toBeGreaterThanOrEqual(Math.floor(50 / after));
  });

  it('are all carried out where nobody asks for turns, and where there is none', async () => {
    expect((await run(50, { concurrency: 16 })).done).toHaveLength(50);
    expect((await run(0, { concurrency: 16, after: 4 })).done).toEqual([]);
  });

  it('are not begun beyond failOnErrors, turns or not', async () => {
    expect((await run(50, { concurrency: 16, after: 2, failOnErrors: 3 })).done).toEqual([0, 1, 2]);
  });
});
