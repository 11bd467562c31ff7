import fc from 'fast-check';
import type { Filter, Query, Sort } from '../read-models.port.js';
import type { JsonDocument } from './brute-force.contract.js';

/** Few different values, so that random filters meet random documents. */
const text = fc.constantFrom('a', 'ab', 'abc', 'b', 'B', 'ü', '', 'a.c', '7');
const number = fc.constantFrom(-2, -0.5, 0, 1, 2, 10, 1e10);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const item = fc.record({ v: scalar, t: text }, { requiredKeys: [] });

const ids = fc.integer({ min: 0, max: 40 }).map((n) => `id-${String(n).padStart(2, '0')}`);

/** Documents with every shape the operators tell apart: missing, null, scalar of any type, array, object, nested. */
export const documents: fc.Arbitrary<JsonDocument[]> = fc.uniqueArray(
  fc.record(
    {
      _id: ids,
      tenant: fc.constantFrom('acme', 'globex'),
      n: scalar,
      s: fc.oneof(text, fc.constant(null)),
      tags: fc.oneof(text, fc.array(scalar, { maxLength: 3 })),
      items: fc.oneof(item, fc.array(item, { maxLength: 3 })),
      nested: fc.record({ x: scalar }, { requiredKeys: [] }),
    },
    { requiredKeys: ['_id', 'tenant'] },
  ),
  { selector: (document) => document._id, maxLength: 40 },
);

const patterns = fc.constantFrom('^a', 'b', 'c$', '^ab$', '^a\\.c', '^ü');
const comparable = fc.oneof(text, number, fc.boolean());

const operators: fc.Arbitrary<unknown> = fc.oneof(
  scalar,
  fc.record({ $eq: scalar }),
  fc.record({ $ne: scalar }),
  fc.record({ $gt: comparable }),
  fc.record({ $gte: comparable }),
  fc.record({ $lt: comparable }),
  fc.record({ $lte: comparable }),
  fc.record({ $gt: comparable, $lte: comparable }),
  fc.record({ $in: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $nin: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({ $exists: fc.boolean() }),
  fc.record({ $regex: patterns }),
);
const negated = fc.oneof(
  operators,
  fc.record({ $not: fc.oneof(fc.record({ $gt: comparable }), fc.record({ $regex: patterns })) }),
);

const paths = fc.constantFrom('n', 's', 'tags', 'items.v', 'items.t', 'nested.x', 'absent');
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(paths, negated).map(([path, operand]) => ({ [path]: operand })) },
  {
    weight: 1,
    arbitrary: fc
      .oneof(ids, fc.record({ $gt: ids }), fc.record({ $in: fc.array(ids) }), fc.constant({ $regex: '^id-1' }))
      .map((_id) => ({ _id })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ v: operators, t: text }, { requiredKeys: ['t'] })
      .map(($elemMatch) => ({ items: { $elemMatch } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom({ $gt: 'a' }, { $gt: -1, $lt: 2 }, { $regex: '^a' }, { $in: ['b', 2] })
      .map(($elemMatch) => ({ tags: { $elemMatch } })),
  },
);

const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    ...['$and', '$or', '$nor'].map((key) =>
      fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((clauses) => ({ [key]: clauses })),
    ),
  ),
}));

/** Mostly bound to a tenant, as every query of the project is. */
const filters: fc.Arbitrary<Filter> = fc.oneof(
  tree,
  tree.map((rest) => ({ tenant: 'acme', ...rest })),
  leaf.map((rest) => ({ tenant: 'acme', ...rest })),
  fc.record({ tenant: fc.constantFrom('acme', 'globex'), tags: text }),
  fc.constant({ tenant: 'acme' }),
  fc.constant({}),
);

const direction = fc.constantFrom<1 | -1>(1, -1);
const sorts: fc.Arbitrary<Sort> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('n', 's', 'tags', 'nested.x', '_id', 'tenant'), direction), {
    selector: ([path]) => path,
    maxLength: 3,
  })
  .map((entries) => Object.fromEntries(entries));

const anywhere: fc.Arbitrary<Query> = fc.record(
  { filter: filters, sort: sorts, skip: fc.integer({ min: 0, max: 12 }), limit: fc.integer({ min: 1, max: 12 }) },
  { requiredKeys: ['filter'] },
);

/** Queries behind a place, by paths that lead to one value. */
const behind: fc.Arbitrary<Query> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('n', 's', 'nested.x', '_id', 'tenant'), direction), {
    selector: ([path]) => path,
    maxLength: 3,
  })
  .chain((entries) =>
    fc.record(
      {
        filter: filters,
        sort: fc.constant(Object.fromEntries(entries) as Sort),
        after: fc.record({
          values: fc.tuple(...entries.filter(([path]) => path !== '_id').map(() => scalar)),
          id: ids,
        }),
        skip: fc.integer({ min: 0, max: 3 }),
        limit: fc.integer({ min: 1, max: 12 }),
      },
      { requiredKeys: ['filter', 'sort', 'after'] },
    ),
  );

export const queries: fc.Arbitrary<Query> = fc.oneof(
  { weight: 2, arbitrary: anywhere },
  { weight: 1, arbitrary: behind },
);
