import fc from 'fast-check';
import { ProgressTracker } from './progress.js';

describe('ProgressTracker', () => {
  it('answers at once for what has passed', async () => {
    const progress = new ProgressTracker();
    expect(progress.current).toBeUndefined();
    progress.passed(10n);
    progress.passed(5n); // never goes back
    expect(progress.current).toBe(10n);
    expect(await progress.waitFor(10n, 0)).toBe(true);
    expect(progress.waiting).toBe(0);
  });

  it('tells a waiter the moment its position has passed', async () => {
    using progress = new ProgressTracker();
    const waiter = progress.waitFor(20n, 60_000);
    progress.passed(19n);
    expect(progress.waiting).toBe(1);
    progress.passed(21n);
    expect(await waiter).toBe(true);
  });

  it('tells waiters whose time is up, each by its own time, and keeps the others', async () => {
    using progress = new ProgressTracker();
    const patient = progress.waitFor(1n, 60_000);
    const hasty = [7n, 3n, 5n].map((position) => progress.waitFor(position, 5));
    expect(await Promise.all(hasty)).toEqual([false, false, false]);
    expect(progress.waiting).toBe(1);
    progress.passed(1n);
    expect(await patient).toBe(true);
  });

  it('tells all who wait when it is disposed of, and those who come after', async () => {
    const progress = new ProgressTracker();
    const waiter = progress.waitFor(1n, 10_000);
    progress[Symbol.dispose]();
    expect(await waiter).toBe(false);
    expect(await progress.waitFor(1n, 10_000)).toBe(false);
  });

  it('answers exactly those whose position has passed, in any order of positions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { maxLength: 60 }), fc.array(fc.nat(50)), async (positions, steps) => {
        using progress = new ProgressTracker();
        const told = new Set<number>();
        positions.forEach((position, i) => {
          void progress.waitFor(BigInt(position), 60_000).then((passed) => passed && told.add(i));
        });
        let current = -1;
        for (const step of steps) {
          progress.passed(BigInt(step));
          current = Math.max(current, step);
          await Promise.resolve();
          positions.forEach((position, i) => expect(told.has(i)).toBe(position <= current));
        }
      }),
    );
  });
});
