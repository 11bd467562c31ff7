import fc from 'fast-check';
import { canonicalInstant } from './searchable.js';

describe('canonicalInstant', () => {
  const dates = fc.date({
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });

  it.each([
    ['2026-01-01T01:00:00+01:00', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01T00:00:00.1234567Z', '2026-01-01T00:00:00.123Z'],
    ['2026-01-01T00:00:00', '2026-01-01T00:00:00.000Z'],
    ['2026-01-01', '2026-01-01T00:00:00.000Z'],
    ['2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['0000-01-01T00:00:00+02:00', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['2026-02-30T00:00:00.000Z', undefined],
    ['soon', undefined],
  ])('%s → %s', (text, expected) => expect(canonicalInstant(text)).toBe(expected));

  it('leaves the canonical form as it is', () => {
    fc.assert(
      fc.property(dates, (date) => expect(canonicalInstant(date.toISOString())).toBe(date.toISOString())),
      { numRuns: 1_000 },
    );
  });

  it('sorts as text as the instants do', () => {
    fc.assert(
      fc.property(dates, dates, (a, b) => {
        const [left, right] = [canonicalInstant(a.toISOString())!, canonicalInstant(b.toISOString())!];
        expect(left < right).toBe(a < b);
      }),
    );
  });
});
