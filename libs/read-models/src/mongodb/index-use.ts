import type { Filter, IndexDefinition, Sort } from '../read-models.port.js';
import { withTies } from './behind-place.js';

/** Operators that an index answers by one range of its keys, or by a few. */
const RANGES = new Set(['$eq', '$gt', '$gte', '$lt', '$lte', '$in']);

/**
 * Whether some index answers the query by itself: its leading fields are bound to one value each, the rest of the filter is
 * a range of the next field, and the sort goes on along the index. Anything else may have to look at documents.
 */
export function isAnsweredByIndex(
  indexes: readonly IndexDefinition[],
  filter: Filter,
  sort: Sort | 'unsorted' | undefined,
): boolean {
  const conditions = conditionsOf(filter);
  if (!conditions) return false;
  return [{ fields: ['_id'] }, ...indexes].some(({ fields }) => answers(keysOf(fields), conditions, sort));
}

/** The fields of an index as it is made: each ends with `_id`, so that it gives the order of pages. */
export function keysOf(fields: readonly string[]): readonly string[] {
  return fields.includes('_id') ? fields : [...fields, '_id'];
}

function answers(
  keys: readonly string[],
  conditions: ReadonlyMap<string, unknown>,
  sort: Sort | 'unsorted' | undefined,
): boolean {
  let bound = 0;
  while (isValue(conditions.get(keys[bound] ?? ''))) bound += 1;
  const range = conditions.has(keys[bound] ?? '') ? 1 : 0;
  if (conditions.size !== bound + range) return false;
  if (sort === 'unsorted') return true;
  const order = withTies(sort).filter(([path]) => !keys.slice(0, bound).includes(path));
  const direction = order[0]?.[1];
  return order.every(([path, each], i) => path === keys[bound + i] && each === direction);
}

/** Path → condition, where the filter is a plain conjunction with one condition for each path. */
function conditionsOf(filter: Filter): Map<string, unknown> | undefined {
  const conditions = new Map<string, unknown>();
  const gather = (clause: Filter): boolean =>
    Object.entries(clause).every(([path, operand]) => {
      if (path === '$and') return (operand as Filter[]).every(gather);
      if (path.startsWith('$') || conditions.has(path) || !(isValue(operand) || isRange(operand))) return false;
      conditions.set(path, operand);
      return true;
    });
  return gather(filter) ? conditions : undefined;
}

const isValue = (operand: unknown): boolean =>
  typeof operand === 'string' || typeof operand === 'number' || typeof operand === 'boolean';

function isRange(operand: unknown): boolean {
  if (typeof operand !== 'object' || operand === null || Array.isArray(operand)) return false;
  return Object.entries(operand).every(
    ([operator, value]) =>
      RANGES.has(operator) || (operator === '$regex' && typeof value === 'string' && value.startsWith('^')),
  );
}
