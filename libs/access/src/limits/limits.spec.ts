import fc from 'fast-check';
import { Hold } from './hold.js';
import { Pace, rateOf } from './pace.js';
import { RefusedBodies } from './refused-bodies.js';
import { RequestLimits } from './request-limits.js';
import { SignInFailures } from './sign-in-failures.js';

const NOW = Date.parse('2026-11-22T08:00:00Z');

describe('Pace', () => {
  const taken = (pace: Pace, now: number, times: number): number => {
    let count = 0;
    for (let n = 0; n < times; n++) {
      if (pace.wait(now) > 0) continue;
      pace.take(now);
      count++;
    }
    return count;
  };

  it('lets a burst through, and then what the rate gives', () => {
    const pace = new Pace(rateOf(100));
    expect(taken(pace, NOW, 5_000)).toBe(1_000);
    expect(taken(pace, NOW + 1_000, 5_000)).toBe(100);
    expect(taken(pace, NOW + 1_010, 5_000)).toBe(1);
    expect(taken(pace, NOW + 60_000, 5_000)).toBe(1_000);
  });

  it('never lets more through in any stretch than burst and rate, and says truly how long to wait', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.constantFrom(1, 7, 50), steps, (perSecond, gaps) => {
        const pace = new Pace(rateOf(perSecond));
        let now = NOW;
        let count = 0;
        for (const gap of gaps) {
          now += gap;
          const wait = pace.wait(now);
          if (wait > 0) {
            expect(pace.wait(now + Math.ceil(wait) + 1)).toBe(0);
            continue;
          }
          pace.take(now);
          count++;
        }
        expect(count).toBeLessThanOrEqual(perSecond * 10 + ((now - NOW) / 1_000) * perSecond + 1);
      }),
    );
  });

  it('without a rate lets those through too who come after others that came later', () => {
    const pace = new Pace(rateOf(0));
    pace.take(1_000);
    expect(pace.wait(990)).toBe(0);
  });

  it('without a rate lets everything through', () => {
    expect(taken(new Pace(rateOf(0)), NOW, 5_000)).toBe(5_000);
  });
});

describe('RequestLimits', () => {
  const acme = { tenant: 'acme', credentialId: 'k1' };
  const second = { tenant: 'acme', credentialId: 'k2' };
  const other = { tenant: 'other', credentialId: 'k3' };
  const takes = (limits: RequestLimits, caller: typeof acme, times: number) =>
    Array.from({ length: times }, () => limits.take(caller, NOW)).filter((wait) => wait === 0).length;

  it('bounds a credential, all credentials of a tenant together, and no other tenant', () => {
    const limits = new RequestLimits({ perCredential: 10, perTenant: 16 });
    expect(takes(limits, acme, 500)).toBe(100);
    expect(takes(limits, second, 500)).toBe(60);
    expect(takes(limits, other, 500)).toBe(100);
    expect(limits.take(acme, NOW)).toBeGreaterThan(0);
    expect(limits.take(acme, NOW + 1_000)).toBe(0);
  });

  it('knows when somebody else last came', () => {
    const limits = new RequestLimits({ perCredential: 10, perTenant: 16 });
    expect(limits.lastOfOthers('acme')).toBe(0);
    limits.take(other, NOW);
    limits.take(acme, NOW + 1);
    limits.take(second, NOW + 2);
    expect(limits.lastOfOthers('acme')).toBe(NOW);
    expect(limits.lastOfOthers('other')).toBe(NOW + 2);
    expect(limits.lastOfOthers('third')).toBe(NOW + 2);
  });

  it('has what one request does beyond one waited for', () => {
    const limits = new RequestLimits({ perCredential: 10, perTenant: 0 });
    expect(limits.take(acme, NOW)).toBe(0);
    limits.charge(acme, NOW, 199);
    expect(limits.take(acme, NOW)).toBeCloseTo(10_100, -1);
    expect(limits.take(acme, NOW + 10_100)).toBe(0);
  });
});

describe('SignInFailures', () => {
  it('counts by address', async () => {
    const failures = new SignInFailures(3);
    const waits = [];
    for (let n = 0; n < 5; n++) waits.push(await failures.failed('10.0.0.1'));
    expect(waits.slice(0, 3)).toEqual([0, 0, 0]);
    expect(waits[3]).toBeGreaterThan(0);
    expect(waits[4]).toBeLessThanOrEqual(60);
    expect(await failures.failed('10.0.0.2')).toBe(0);
  });

  it('is off at 0', async () => {
    const failures = new SignInFailures(0);
    for (let n = 0; n < 100; n++) expect(await failures.failed('10.0.0.1')).toBe(0);
  });
});

describe('RefusedBodies', () => {
  const HALF_A_MEGABYTE = 512 * 1024;

  it('lets one after the other in, whoever sends them', () => {
    const bodies = new RefusedBodies();
    const waits = Array.from({ length: 4 }, () => bodies.wait(HALF_A_MEGABYTE, NOW));
    expect(waits).toEqual([128, 256, 384, 512]);
    expect(bodies.wait(HALF_A_MEGABYTE, NOW + 200)).toBe(440);
  });

  it('keeps nobody waiting whose body is small, or where nothing came for a while', () => {
    const bodies = new RefusedBodies();
    bodies.wait(HALF_A_MEGABYTE, NOW);
    for (const bytes of [0, 4 * 1024]) expect(bodies.wait(bytes, NOW)).toBe(0);
    expect(bodies.wait(HALF_A_MEGABYTE, NOW + 60_000)).toBe(128);
  });

  it('keeps nobody for longer than 8 seconds, and counts no more than that against the next', () => {
    const bodies = new RefusedBodies();
    expect(bodies.wait(10 ** 12, NOW)).toBe(8_000);
    expect(bodies.wait(10 ** 12, NOW + 1)).toBe(8_000);
    expect(bodies.wait(HALF_A_MEGABYTE, NOW + 8_001)).toBe(128);
  });
});

describe('Hold', () => {
  it('holds answers back, so many at a time and no more', async () => {
    const hold = new Hold(20, 2);
    const answered: number[] = [];
    // A held answer keeps no process alive.
    const alive = setInterval(() => undefined, 1_000);
    const all = Array.from(
      { length: 4 },
      (_, n) => new Promise<void>((resolve) => hold.release(() => resolve(void answered.push(n)))),
    );
    expect(answered).toEqual([2, 3]);
    await Promise.all(all);
    // Each is held for a time of its own, so that what was refused together does not come back together.
    expect(answered.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    const later = new Promise<void>((resolve) => hold.release(() => resolve(void answered.push(4))));
    expect(answered).toHaveLength(4);
    await later;
    clearInterval(alive);
  });
});
