import fc from 'fast-check';
import { keepSpelling } from './keep-spelling.js';

const HR = 'urn:acme:hr:1.0:User';

/** RFC 7643 §2.1: attribute names count in any case. */
describe('keepSpelling', () => {
  it('calls an attribute what it was called first, at every level, and leaves the rest', () => {
    expect(
      keepSpelling(
        { Country: 'NO', [HR]: { empNum: '1', car: { Plate: 'A' } }, title: 'Nurse' },
        { title: 'Nurse', country: 'SE', [HR.toUpperCase()]: { EMPNUM: '2', car: { plate: 'B' }, other: 'x' } },
      ),
    ).toEqual({ title: 'Nurse', Country: 'SE', [HR]: { empNum: '2', car: { Plate: 'B' }, other: 'x' } });
  });

  it('gives the same object back where nothing is to be renamed', () => {
    const after = { title: 'x', [HR]: { a: '1' } };
    expect(keepSpelling({ [HR]: { a: '2' } }, after)).toBe(after);
  });

  it('loses nothing and leaves its arguments alone', () => {
    const name = fc.constantFrom('a', 'b', 'c', HR);
    const value = fc.oneof(fc.string(), fc.dictionary(fc.constantFrom('x', 'Y'), fc.string()));
    const folded = (object: object): string => JSON.stringify(object).toLowerCase();
    fc.assert(
      fc.property(fc.dictionary(name, value), fc.dictionary(name, value), (before, after) => {
        const shouted = Object.fromEntries(Object.entries(after).map(([key, one]) => [key.toUpperCase(), one]));
        const [was, is] = [JSON.stringify(before), JSON.stringify(shouted)];
        const kept = keepSpelling(before, shouted);
        expect(folded(kept)).toBe(folded(shouted));
        for (const key of Object.keys(kept)) {
          if (Object.hasOwn(before, key.toLowerCase())) expect(Object.hasOwn(before, key)).toBe(true);
          if (Object.hasOwn(before, HR)) expect(key).not.toBe(HR.toUpperCase());
        }
        expect([JSON.stringify(before), JSON.stringify(shouted)]).toEqual([was, is]);
      }),
    );
  });
});
