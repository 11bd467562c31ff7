import type { Filter, Sort, SortPosition } from '../read-models.port.js';

type Value = SortPosition['values'][number];

/** MongoDB's order of the types of JSON, null and missing first; comparison operators stay within one of them. */
const TYPES = ['null', 'number', 'string', 'object', 'array', 'bool'] as const;

const rankOf = (value: Value): number =>
  value === null ? 0 : TYPES.indexOf(typeof value === 'boolean' ? 'bool' : (typeof value as 'number' | 'string'));

/** The sort as MongoDB is asked for it: `_id` breaks ties, ascending. */
export function withTies(sort: Sort = {}): [string, 1 | -1][] {
  const entries = Object.entries(sort);
  const tie = entries.findIndex(([path]) => path === '_id');
  return tie < 0 ? [...entries, ['_id', 1]] : entries.slice(0, tie + 1);
}

/**
 * A filter for what comes behind `place` in the order of `sort`: equal in the first paths and further on in the next one,
 * for each path in turn.
 */
export function behindPlace(sort: Sort | undefined, place: SortPosition): Filter {
  const values = [...place.values];
  const equal: Filter[] = [];
  const branches: Filter[] = [];
  for (const [path, direction] of withTies(sort)) {
    const value = path === '_id' ? place.id : (values.shift() ?? null);
    const further = direction === 1 ? greater(path, value) : less(path, value);
    for (const condition of further) branches.push({ $and: [...equal, condition] });
    equal.push({ [path]: value });
  }
  return branches.length === 0 ? { _id: { $in: [] } } : { $or: branches };
}

function greater(path: string, value: Value): Filter[] {
  const types = TYPES.slice(rankOf(value) + 1);
  return [
    ...(value === null ? [] : [{ [path]: { $gt: value } }]),
    ...(types.length === 0 || path === '_id' ? [] : [{ [path]: { $type: types } }]),
  ];
}

function less(path: string, value: Value): Filter[] {
  if (value === null) return [];
  const types = TYPES.slice(1, rankOf(value));
  return [
    { [path]: { $lt: value } },
    ...(types.length === 0 || path === '_id' ? [] : [{ [path]: { $type: types } }]),
    // Missing counts as null.
    ...(path === '_id' ? [] : [{ [path]: null }]),
  ];
}
