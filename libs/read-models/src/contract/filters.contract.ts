import type { Filter, ReadModels } from '../read-models.port.js';

const people = [
  {
    _id: '1',
    name: 'ana',
    age: 30,
    tags: ['x', 'y'],
    emails: [
      { value: 'ana@x', type: 'work' },
      { value: 'ana@y', type: 'home' },
    ],
  },
  { _id: '2', name: 'bob', age: '30', tags: [], emails: [] },
  {
    _id: '3',
    name: 'cid',
    age: 41,
    tags: 'x',
    emails: [{ type: 'work' }, { value: 'bob@x', type: 'home' }],
    boss: null,
  },
  { _id: '4', name: null, active: true, tags: ['z', 5], emails: { value: 'eve@x', type: 'work' } },
  { _id: '5', active: false, nested: { deep: [{ list: [1, 20] }, { list: [3] }] } },
];

/** `[what, filter, ids]`; each with and without an index over what it asks for. */
const cases: readonly (readonly [string, Filter, string])[] = [
  ['an empty filter matches every document', {}, '12345'],
  ['a plain value is equality', { name: 'ana' }, '1'],
  ['several paths must all match', { name: 'cid', age: 41 }, '3'],
  ['$eq', { name: { $eq: 'bob' } }, '2'],
  ['equality tells types apart', { age: 30 }, '1'],
  ['equality is with any element of an array', { tags: 'x' }, '13'],
  ['equality with a whole array', { tags: ['x', 'y'] }, '1'],
  ['equality with null also matches a missing member', { name: null }, '45'],
  ['equality with null matches a stored null', { boss: null }, '12345'],
  ['null under a path matches array elements without the member, not an empty array', { 'emails.value': null }, '35'],
  ['$ne', { name: { $ne: 'ana' } }, '2345'],
  ['$ne on an array: no element may be equal', { tags: { $ne: 'x' } }, '245'],
  ['$ne null: present and not null', { name: { $ne: null } }, '123'],
  ['$ne through an array of objects', { 'emails.type': { $ne: 'home' } }, '245'],
  ['$gt', { age: { $gt: 30 } }, '3'],
  ['$gte', { age: { $gte: 30 } }, '13'],
  ['$lt', { age: { $lt: 41 } }, '1'],
  ['$lte', { age: { $lte: 41 } }, '13'],
  ['a comparison stays within the type of its operand', { age: { $gt: '2' } }, '2'],
  ['comparisons of strings', { name: { $gte: 'b', $lt: 'c' } }, '2'],
  ['comparisons of booleans', { active: { $lt: true } }, '5'],
  ['a comparison matches any element', { tags: { $gt: 'y' } }, '4'],
  ['two comparisons may be met by two elements', { 'nested.deep.list': { $gt: 15, $lt: 2 } }, '5'],
  ['$in', { name: { $in: ['ana', 'cid', 'nobody'] } }, '13'],
  ['$in with null matches a missing member', { name: { $in: ['ana', null] } }, '145'],
  ['$in with any element', { tags: { $in: ['y', 5] } }, '14'],
  ['$in with nothing matches nothing', { name: { $in: [] } }, ''],
  ['$nin', { name: { $nin: ['ana', null] } }, '23'],
  ['$nin on an array: no element may be listed', { tags: { $nin: ['y', 5] } }, '235'],
  ['$exists: true also matches null', { boss: { $exists: true } }, '3'],
  ['$exists: false', { active: { $exists: false } }, '123'],
  ['$exists through an array: some element has it', { 'emails.value': { $exists: true } }, '134'],
  ['$exists: false through an array: no element has it', { 'emails.value': { $exists: false } }, '25'],
  ['$regex anywhere', { name: { $regex: 'i' } }, '3'],
  ['$regex anchored at the start', { name: { $regex: '^a' } }, '1'],
  ['$regex anchored at the end', { name: { $regex: 'b$' } }, '2'],
  ['$regex with escaped characters', { 'emails.value': { $regex: '^ana\\@' } }, '1'],
  ['$regex matches strings only', { tags: { $regex: '5' } }, ''],
  ['$regex is case-sensitive', { name: { $regex: '^A' } }, ''],
  ['$elemMatch: one element meets all', { emails: { $elemMatch: { type: 'work', value: 'ana@x' } } }, '1'],
  ['$elemMatch: not two elements together', { emails: { $elemMatch: { type: 'work', value: 'ana@y' } } }, ''],
  ['$elemMatch with operators inside', { emails: { $elemMatch: { type: 'home', value: { $regex: '^bob' } } } }, '3'],
  ['$elemMatch with null inside', { emails: { $elemMatch: { type: 'work', value: null } } }, '3'],
  ['$elemMatch with $or inside', { emails: { $elemMatch: { $or: [{ value: 'ana@y' }, { value: 'bob@x' }] } } }, '13'],
  ['$elemMatch of members passes over scalars', { tags: { $elemMatch: { type: null } } }, ''],
  ['$elemMatch needs an array', { emails: { $elemMatch: { value: 'eve@x' } } }, ''],
  ['$elemMatch on values', { 'nested.deep.list': { $elemMatch: { $gt: 2, $lt: 5 } } }, '5'],
  ['$elemMatch on values: one of them meets all', { 'nested.deep.list': { $elemMatch: { $gt: 15, $lt: 2 } } }, ''],
  ['$and', { $and: [{ tags: 'x' }, { age: { $gt: 35 } }] }, '3'],
  ['$and of two conditions on one array', { $and: [{ tags: 'x' }, { tags: 'y' }] }, '1'],
  ['$or', { $or: [{ name: 'ana' }, { active: true }] }, '14'],
  ['$nor', { $nor: [{ name: 'ana' }, { active: true }] }, '235'],
  ['$nor of one is its negation', { $nor: [{ tags: { $gt: 'w' } }] }, '25'],
  ['$not', { age: { $not: { $gt: 30 } } }, '1245'],
  ['$not of $regex', { name: { $not: { $regex: '^a' } } }, '2345'],
  ['$not negates all its operators together', { age: { $not: { $gte: 30, $lt: 40 } } }, '2345'],
  ['logic nests', { $or: [{ $and: [{ age: 30 }, { tags: 'y' }] }, { $nor: [{ name: { $exists: true } }] }] }, '15'],
  ['a dotted path goes through arrays within arrays of objects', { 'nested.deep.list': 20 }, '5'],
  ['a dotted path goes through a single object as through an array of one', { 'emails.value': 'eve@x' }, '4'],
  ['a path that is nowhere', { 'nested.nothing.here': 1 }, ''],
];

export function filterContract(
  withModels: (use: (models: ReadModels) => Promise<void>) => Promise<void>,
  unmet: ReadonlySet<string>,
): void {
  const paths = ['name', 'age', 'tags', 'emails.value', 'emails.type', 'active', 'boss', 'nested.deep.list'];

  it.each(cases.filter(([what]) => !unmet.has(what)))('%s', async (_what, filter, ids) => {
    await withModels(async (models) => {
      await models.declare({ name: 'plain', indexes: [] });
      await models.declare({ name: 'indexed', indexes: paths.map((path) => ({ name: path, fields: [path] })) });
      for (const collection of ['plain', 'indexed']) {
        await models.write({ operations: people.map((document) => ({ type: 'put', collection, document })) });
        const found = await models.find(collection, { filter });
        expect([collection, found.map(({ _id }) => _id).join('')]).toEqual([collection, ids]);
        expect(await models.count(collection, filter)).toBe(ids.length);
      }
    });
  });
}
