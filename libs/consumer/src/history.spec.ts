import { extendHistory, type HistoryEntry } from './history.js';

const at = (n: number) => ({ at: `2026-01-31T08:15:${String(n).padStart(2, '0')}.000Z`, event: `e${n}` });

describe('the history of a person', () => {
  it('begins when they become known, and tells of each fact what it was and is', () => {
    const first = extendHistory([], undefined, { job_title: 'Nurse' }, at(0));
    expect(first).toEqual([at(0)]);
    const was = { job_title: 'Nurse', city: 'Rome', tags: ['a', { b: 1 }] };
    const is = { job_title: 'Matron', state: 'RM', tags: ['a', { b: 1 }] };
    expect(extendHistory(first, was, is, at(1))[1]).toEqual({
      ...at(1),
      changes: { job_title: { from: 'Nurse', to: 'Matron' }, city: { from: 'Rome' }, state: { to: 'RM' } },
    });
  });

  it('does not grow by what changes nothing', () => {
    const history = [at(0)];
    expect(extendHistory(history, { a: 1, b: undefined }, { a: 1 }, at(1))).toBe(history);
  });

  it('keeps the newest', () => {
    let history: readonly HistoryEntry[] = [];
    for (let n = 0; n < 9; n++) history = extendHistory(history, n === 0 ? undefined : { n: n - 1 }, { n }, at(n), 4);
    expect(history.map(({ event }) => event)).toEqual(['e5', 'e6', 'e7', 'e8']);
  });
});
