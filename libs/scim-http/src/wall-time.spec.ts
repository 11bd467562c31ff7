import { wallTime } from './wall-time.js';

describe('the wall time of a moment', () => {
  it('is in the order of moments within a millisecond, and as far apart', () => {
    const start = performance.now();
    const times = [0, 0.3, 0.6, 0.9, 1.2].map((after) => wallTime(start + after));
    for (const [n, time] of times.entries()) expect(time - (times[0] ?? 0)).toBeCloseTo(n * 0.3, 0);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(times.length);
  });

  it('is that of the wall clock, also after somebody has set it', () => {
    const real = Date.now;
    try {
      for (const set of [0, 3_600_000, -60_000]) {
        Date.now = () => real() + set;
        expect(Math.abs(wallTime(performance.now()) - Date.now())).toBeLessThan(30_000);
      }
    } finally {
      Date.now = real;
    }
  });
});
