import fc from 'fast-check';
import { bruteForceFind, type JsonDocument, matches } from '../contract/brute-force.contract.js';
import type { Filter, Sort } from '../read-models.port.js';
import { behindPlace, withTies } from './behind-place.js';

const value = fc.oneof(fc.constantFrom('a', 'b', ''), fc.constantFrom(-1, 0, 2), fc.boolean(), fc.constant(null));
const id = fc.constantFrom('1', '2', '3', '4', '5');
const documents = fc.uniqueArray(fc.record({ _id: id, n: value, s: value }, { requiredKeys: ['_id'] }), {
  selector: (document) => document._id,
});
const sorts = fc
  .uniqueArray(fc.tuple(fc.constantFrom('n', 's', '_id'), fc.constantFrom<1 | -1>(1, -1)), {
    selector: ([path]) => path,
  })
  .map((entries) => Object.fromEntries(entries) as Sort);

/** `$type`, which the port's filters do not have, in words that they do have. */
function withoutTypes(filter: Filter): Filter {
  if (Array.isArray(filter)) return filter.map(withoutTypes) as unknown as Filter;
  const examples: Readonly<Record<string, Filter>> = {
    number: { $gte: -1e9 },
    string: { $gte: '' },
    bool: { $gte: false },
  };
  return Object.fromEntries(
    Object.entries(filter).flatMap(([key, operand]): [string, unknown][] => {
      const types = (operand as { $type?: string[] } | null)?.$type;
      if (types) return [['$or', types.flatMap((type) => (examples[type] ? [{ [key]: examples[type] }] : []))]];
      return [[key, key.startsWith('$') ? (operand as Filter[]).map(withoutTypes) : operand]];
    }),
  );
}

describe('what comes behind a place', () => {
  it('is what a plain comparison of every document says, for every sort and mix of types', () => {
    const property = fc.property(documents, sorts, value, value, id, (all, sort, first, second, place) => {
      const paths = Object.keys(sort).filter((path) => path !== '_id');
      const after = { values: [first, second].slice(0, paths.length), id: place };
      const filter = withoutTypes(behindPlace(sort, after));
      const expected = bruteForceFind(all as JsonDocument[], { filter: {}, sort, after }).map(({ _id }) => _id);
      const found = all.filter((document) => matches(document as JsonDocument, filter)).map(({ _id }) => _id);
      expect(found.toSorted()).toEqual(expected.toSorted());
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('ties', () => {
  it.each<[Sort | undefined, [string, 1 | -1][]]>([
    [undefined, [['_id', 1]]],
    [{ n: -1 }, [['n', -1], ['_id', 1]]], // prettier-ignore
    [{ n: 1, _id: -1, s: 1 }, [['n', 1], ['_id', -1]]], // prettier-ignore
  ])('of %j are broken by _id, behind which nothing counts', (sort, expected) => {
    expect(withTies(sort)).toEqual(expected);
  });
});
