import type { Filter, Sort } from '../read-models.port.js';
import { isAnsweredByIndex } from './index-use.js';

const indexes = [
  { name: 'tenant', fields: ['tenant', '_id'], counted: true },
  { name: 'name', fields: ['tenant', 'name'] },
];

describe('whether an index answers a query by itself', () => {
  it.each<[boolean, Filter, Sort | 'unsorted' | undefined]>([
    [true, { _id: 'a' }, undefined],
    [true, { tenant: 'acme' }, undefined],
    [true, { tenant: 'acme', _id: { $gt: 'a' } }, { _id: -1 }],
    [true, { tenant: 'acme', name: 'ana' }, undefined],
    [true, { $and: [{ tenant: 'acme' }, { name: { $gte: 'a', $lt: 'b' } }] }, { name: 1 }],
    [true, { tenant: 'acme', name: { $regex: '^a' } }, 'unsorted'],
    [true, { tenant: 'acme' }, { name: 1 }],
    [true, { tenant: 'acme' }, { name: -1, _id: -1 }],
    [true, {}, undefined],
    [false, { tenant: 'acme' }, { name: -1 }], // ties go the other way
    [false, { tenant: 'acme', name: { $gte: 'a' } }, undefined], // the order of ids is not that of names
    [false, { tenant: 'acme', name: { $regex: 'a' } }, 'unsorted'],
    [false, { tenant: 'acme', title: 'x' }, 'unsorted'],
    [false, { name: 'ana' }, 'unsorted'],
    [false, { tenant: 'acme' }, { title: 1 }],
    [false, { $or: [{ tenant: 'acme' }, { tenant: 'b' }] }, 'unsorted'],
    [false, { tenant: 'acme', name: { $ne: 'a' } }, 'unsorted'],
    [false, { tenant: 'acme', name: null }, 'unsorted'],
    [false, { $and: [{ name: 'a' }, { name: 'b' }], tenant: 'acme' }, 'unsorted'],
  ])('%s: %j sorted by %j', (expected, filter, sort) => {
    expect(isAnsweredByIndex(indexes, filter, sort)).toBe(expected);
  });
});
