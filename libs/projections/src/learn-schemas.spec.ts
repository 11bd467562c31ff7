import type { JsonValue } from '#scim';
import fc from 'fast-check';
import {
  isLearned,
  learn,
  LEARNING_LIMITS,
  type LearnedSchemas,
  NOTHING_LEARNED,
  type Sighting,
} from './learn-schemas.js';

const HR = 'urn:acme:hr:1.0:User';
const sighting = (name: string, value: JsonValue, schema = HR, sub?: string): Sighting => ({
  schema,
  name,
  sub,
  value,
});
const learned = (...sightings: Sighting[]): LearnedSchemas => learn(NOTHING_LEARNED, sightings);

describe('learn', () => {
  it('notes types, lists and what objects hold, under the spelling met first', () => {
    const { schemas } = learned(
      sighting('empNum', '7'),
      sighting('EMPNUM', 7),
      sighting(
        'cars',
        [
          { plate: 'A', seats: 4 },
          { Plate: 'B', doors: { left: 2 } },
        ],
        HR.toUpperCase(),
      ),
    );
    expect(schemas).toEqual([
      {
        id: HR,
        attributes: [
          { name: 'empNum', types: ['string', 'integer'], multiValued: false },
          {
            name: 'cars',
            types: ['complex'],
            multiValued: true,
            subAttributes: [
              { name: 'plate', types: ['string'], multiValued: false },
              { name: 'seats', types: ['integer'], multiValued: false },
              { name: 'doors', types: ['complex'], multiValued: false },
            ],
          },
        ],
      },
    ]);
  });

  it('gives the same object back when nothing is new, so that nothing is written', () => {
    const once = learned(sighting('a', ['x', 1]), sighting('emails', 'Oslo', 'urn:core', 'building'));
    const again = [sighting('A', 'y'), sighting('a', [2]), sighting('emails', 'Rome', 'urn:core', 'BUILDING')];
    expect(learn(once, again)).toBe(once);
    for (const { schema, name, sub, value } of again) expect(isLearned(once, schema, name, sub, value)).toBe(true);
    expect(isLearned(once, HR, 'a', undefined, true)).toBe(false);
    expect(isLearned(once, HR, 'b', undefined, 'x')).toBe(false);
    expect(isLearned(once, 'urn:other', 'a', undefined, 'x')).toBe(false);
  });

  it('stops at its limits, says so, and goes on noting what is there already', () => {
    const many = Array.from({ length: LEARNING_LIMITS.attributes + 1 }, (_, i) => sighting(`a${i}`, 'x'));
    const full = learned(...many);
    expect(full.schemas[0]!.attributes).toHaveLength(LEARNING_LIMITS.attributes);
    expect(full.complete).toBe(false);
    expect(learn(full, [sighting('one', 'x')])).toBe(full);
    expect(learn(full, [sighting('a0', 1)]).schemas[0]!.attributes[0]).toMatchObject({ types: ['string', 'integer'] });

    const urns = Array.from({ length: LEARNING_LIMITS.schemas + 5 }, (_, i) =>
      sighting('a', 'x', `urn:acme:${i}:User`),
    );
    expect(learned(...urns)).toMatchObject({ complete: false, schemas: { length: LEARNING_LIMITS.schemas } });

    const wide = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`s${i}`, 'x']));
    const deep = learned(...['a', 'b', 'c'].map((name) => sighting(name, wide)));
    expect(deep).toMatchObject({ complete: false, names: LEARNING_LIMITS.names });
    expect(JSON.stringify(deep).length).toBeLessThan(200_000);
  });

  const name = fc.constantFrom('a', 'A', 'b', 'c');
  const leaf = fc.oneof(fc.constantFrom('x', 1, 1.5, true), fc.array(fc.constantFrom<JsonValue>('x', 2)));
  const value: fc.Arbitrary<JsonValue> = fc.oneof(
    leaf,
    fc.dictionary(name, leaf, { minKeys: 1 }),
    fc.array(fc.oneof(leaf, fc.dictionary(name, leaf, { minKeys: 1 }))),
  );
  const sightings = fc.array(
    fc.record({
      schema: fc.constantFrom(HR, 'urn:b:User'),
      name,
      sub: fc.constantFrom(undefined, 'd'),
      value,
    }),
    { maxLength: 12 },
  );
  /** Without what depends on who came first: spelling and order. */
  const essence = ({ schemas }: LearnedSchemas): unknown =>
    JSON.parse(JSON.stringify(schemas).toLowerCase(), (_key, one: unknown) =>
      Array.isArray(one) ? one.map((each) => JSON.stringify(each)).sort() : one,
    );

  it('comes to the same in any order, in any batches, and twice', () => {
    fc.assert(
      fc.property(sightings, fc.nat(12), (all, cut) => {
        const whole = learned(...all);
        expect(essence(learned(...[...all].reverse()))).toEqual(essence(whole));
        expect(learn(learned(...all.slice(0, cut)), all.slice(cut))).toEqual(whole);
        expect(learn(whole, all)).toBe(whole);
      }),
    );
  });

  it('has learned what it was shown, and forgets nothing', () => {
    fc.assert(
      fc.property(sightings, sightings, (first, second) => {
        const later = learn(learned(...first), second);
        for (const { schema, name: shown, sub, value: seen } of [...first, ...second]) {
          expect(isLearned(later, schema, shown, sub, seen)).toBe(true);
        }
        const counted = later.schemas.flatMap(({ attributes }) => attributes);
        expect(later.names).toBe(counted.reduce((sum, one) => sum + 1 + (one.subAttributes?.length ?? 0), 0));
      }),
    );
  });
});
