import fc from 'fast-check';
import { anniversaryIn, daysOf, isDay } from './anniversaries.js';

describe('anniversaries', () => {
  it('are looked for from Monday to Sunday, across months and years', () => {
    expect(daysOf('week', '2026-01-01')).toEqual([
      ...['2025-12-29', '2025-12-30', '2025-12-31', '2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'],
    ]);
    for (const day of ['2025-12-29', '2026-01-04']) expect(daysOf('week', day)).toEqual(daysOf('week', '2026-01-01'));
    expect(daysOf('month', '2024-02-10')).toHaveLength(29);
    expect(daysOf('month', '2026-12-31').at(-1)).toBe('2026-12-31');
  });

  it('count whole years, and none on the day itself or before', () => {
    const days = daysOf('week', '2026-01-01');
    expect(anniversaryIn(days, '2020-12-31')).toEqual({ date: '2025-12-31', years: 5 });
    expect(anniversaryIn(days, '2020-01-02')).toEqual({ date: '2026-01-02', years: 6 });
    for (const joined of ['2026-01-02', '2027-01-02', '2020-01-05']) {
      expect(anniversaryIn(days, joined)).toBeUndefined();
    }
  });

  it('of 29 February are on the 28th where there is no 29th, and nowhere twice', () => {
    expect(anniversaryIn(daysOf('month', '2026-02-01'), '2024-02-29')).toEqual({ date: '2026-02-28', years: 2 });
    expect(anniversaryIn(daysOf('month', '2028-02-01'), '2024-02-29')).toEqual({ date: '2028-02-29', years: 4 });
    expect(anniversaryIn(daysOf('month', '2026-03-01'), '2024-02-29')).toBeUndefined();
    expect(anniversaryIn(['2100-02-28'], '2096-02-29')).toEqual({ date: '2100-02-28', years: 4 });
  });

  it('come once in every later year, whoever joined when', () => {
    const day = fc.date({ min: new Date('1950-01-01'), max: new Date('2050-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.integer({ min: 2051, max: 2120 }), (date, year) => {
        const joined = date.toISOString().slice(0, 10);
        const found = Array.from({ length: 12 }, (_, month) =>
          anniversaryIn(daysOf('month', `${year}-${String(month + 1).padStart(2, '0')}-15`), joined),
        ).filter((one) => one !== undefined);
        expect(found).toEqual([{ date: expect.any(String) as string, years: year - Number(joined.slice(0, 4)) }]);
      }),
    );
  });

  it('are of days that exist', () => {
    expect(['2026-02-29', '2026-13-01', '2026-1-1', 'soon'].map(isDay)).toEqual([false, false, false, false]);
    expect(isDay('2024-02-29')).toBe(true);
    expect(anniversaryIn(daysOf('month', '2026-02-01'), 'soon')).toBeUndefined();
  });
});
