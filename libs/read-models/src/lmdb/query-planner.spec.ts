import type { Filter, Sort } from '../read-models.port.js';
import { Collection, Index } from './collection.js';
import { conditionsOf, literalPrefix } from './conditions.js';
import { IndexedField, SEEN_NULL, SEEN_SEVERAL_VALUES } from './indexed-field.js';
import { planQuery } from './query-planner.js';

const seen: Record<string, number> = { 'emails.value': SEEN_SEVERAL_VALUES, nullable: SEEN_NULL };
const fieldOf = new Map<string, IndexedField>();
const field = (path: string) => {
  const known = fieldOf.get(path) ?? new IndexedField(path, seen[path] ?? 0);
  fieldOf.set(path, known);
  return known;
};
const index = (name: string, paths: readonly string[], counted = false) =>
  new Index(
    { name, fields: paths, counted },
    paths.filter((path) => path !== '_id').map(field),
    undefined as never,
    counted ? ({} as never) : undefined,
  );
const users = new Collection('users', undefined as never, [
  index('name', ['tenant', 'name']),
  index('tenant', ['tenant', '_id'], true),
  index('email', ['tenant', 'emails.value']),
  index('two', ['tenant', 'a', 'b']),
  index('nullable', ['tenant', 'nullable']),
]);
const plan = (filter: Filter, sort?: Sort) => {
  const { index: chosen, exact, order, whole, ranges } = planQuery(users, conditionsOf(filter), sort);
  return { index: chosen?.definition.name, exact, order, whole: whole !== undefined, ranges: ranges.length };
};

describe('the query planner', () => {
  const tenant = 'acme';
  it.each<[string, Filter, Sort | undefined, ReturnType<typeof plan>]>([
    ['a list page', { tenant }, undefined, { index: 'tenant', exact: true, order: 'forwards', whole: true, ranges: 1 }],
    [
      'a list page backwards',
      { tenant },
      { _id: -1 },
      { index: 'tenant', exact: true, order: 'backwards', whole: true, ranges: 1 },
    ],
    [
      'a page after an id',
      { tenant, _id: { $gt: 'x' } },
      undefined,
      { index: 'tenant', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'a page ordered by an index',
      { tenant },
      { name: 1 },
      { index: 'name', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'a descending order',
      { tenant },
      { name: -1 },
      { index: 'tenant', exact: true, order: undefined, whole: true, ranges: 1 },
    ],
    [
      'a reversed order, ids included',
      { tenant },
      { name: -1, _id: -1 },
      { index: 'name', exact: true, order: 'backwards', whole: false, ranges: 1 },
    ],
    [
      'what has a value',
      { tenant, name: { $exists: true } },
      { name: 1 },
      { index: 'name', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'what has no value',
      { tenant, name: { $exists: false } },
      undefined,
      { index: 'name', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'what has no value, where an element may lack one',
      { tenant, 'emails.value': { $exists: false } },
      undefined,
      { index: 'tenant', exact: false, order: 'forwards', whole: true, ranges: 1 },
    ],
    [
      'what has a value, where null is one',
      { tenant, nullable: { $exists: true } },
      undefined,
      { index: 'tenant', exact: false, order: 'forwards', whole: true, ranges: 1 },
    ],
    [
      'a lookup',
      { tenant, name: 'ana' },
      undefined,
      { index: 'name', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'a lookup written with $and',
      { $and: [{ tenant }, { $and: [{ name: { $eq: 'ana' } }] }] },
      undefined,
      { index: 'name', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'a lookup among several values',
      { tenant, 'emails.value': 'x' },
      undefined,
      { index: 'email', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      '$elemMatch',
      { tenant, emails: { $elemMatch: { value: 'x', type: 'work' } } },
      undefined,
      { index: 'email', exact: false, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'starts with',
      { tenant, name: { $regex: '^ana' } },
      { name: 1 },
      { index: 'name', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'contains',
      { tenant, name: { $regex: 'ana' } },
      undefined,
      { index: 'tenant', exact: false, order: 'forwards', whole: true, ranges: 1 },
    ],
    [
      '$in',
      { tenant, name: { $in: ['a', 'b', 'a'] } },
      undefined,
      { index: 'name', exact: true, order: undefined, whole: false, ranges: 2 },
    ],
    [
      'null, which index entries tell only roughly',
      { tenant, name: null },
      undefined,
      { index: 'name', exact: false, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'equality and a range',
      { tenant, a: 1, b: { $gte: 2, $lt: 5 } },
      { b: 1 },
      { index: 'two', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'two bounds among several values',
      { tenant, 'emails.value': { $gt: 'a', $lt: 'b' } },
      undefined,
      { index: 'email', exact: false, order: undefined, whole: false, ranges: 1 },
    ],
    [
      'what no index covers besides',
      { tenant, name: 'ana', other: 1 },
      undefined,
      { index: 'name', exact: false, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'an id',
      { tenant, _id: 'x' },
      undefined,
      { index: 'tenant', exact: true, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      'ids',
      { _id: { $in: ['b', 'a'] } },
      undefined,
      { index: undefined, exact: true, order: 'forwards', whole: false, ranges: 2 },
    ],
    [
      'no tenant',
      { name: 'ana' },
      undefined,
      { index: undefined, exact: false, order: 'forwards', whole: false, ranges: 1 },
    ],
    [
      '$or',
      { $or: [{ tenant }, { name: 'ana' }] },
      undefined,
      { index: undefined, exact: false, order: 'forwards', whole: false, ranges: 1 },
    ],
  ])('%s', (_what, filter, sort, expected) => expect(plan(filter, sort)).toEqual(expected));

  it.each([
    ['^ana', { text: 'ana', loose: false }],
    ['^a\\.b\\-c@', { text: 'a.b-c@', loose: false }],
    ['^ana$', { text: 'ana', loose: true }],
    ['^an.*', { text: 'an', loose: true }],
    ['^ana?', { text: 'an', loose: true }],
    ['^a\\.{2}', { text: 'a', loose: true }],
    ['^an\\d', { text: 'an', loose: true }],
    ['^ana\\', { text: 'ana', loose: true }],
    ['^', { text: '', loose: false }],
    ['ana', undefined],
    ['^a|b', undefined],
    ['^a\\|b', { text: 'a|b', loose: false }],
  ])('reads the literal start of %s', (pattern, expected) => expect(literalPrefix(pattern)).toEqual(expected));
});
