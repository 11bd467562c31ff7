import type { Filter, Query, Sort } from '../read-models.port.js';

/**
 * MongoDB's query semantics written down as plainly as possible, to hold an adapter's answers to. Slow on purpose: no
 * index, no compiling, no shortcut.
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined };
export type JsonDocument = { readonly _id: string; readonly [name: string]: Json | undefined };

export function bruteForceFind(documents: readonly JsonDocument[], query: Query): JsonDocument[] {
  const skip = query.skip ?? 0;
  return documents
    .filter((document) => matches(document, query.filter))
    .sort((a, b) => compareBy(a, b, query.sort ?? {}))
    .filter((document) => isAfter(document, query))
    .slice(skip, query.limit === undefined ? undefined : skip + query.limit);
}

export function matches(document: Json | undefined, filter: Filter): boolean {
  return Object.entries(filter).every(([key, operand]) => {
    if (key === '$and') return (operand as Filter[]).every((clause) => matches(document, clause));
    if (key === '$or') return (operand as Filter[]).some((clause) => matches(document, clause));
    if (key === '$nor') return !(operand as Filter[]).some((clause) => matches(document, clause));
    return matchesPath(document, key.split('.'), operand);
  });
}

function matchesPath(document: Json | undefined, path: readonly string[], operand: unknown): boolean {
  if (!isOperators(operand)) return matchesPath(document, path, { $eq: operand });
  const reached = reach(document, path);
  const values = reached.flatMap((value) => (isArray(value) ? [value, ...value] : [value]));
  const equalsAny = (list: readonly unknown[]) =>
    values.some((value) => list.some((wanted) => order(value, wanted) === 0));
  return Object.entries(operand).every(([operator, wanted]) => {
    const compares = (holds: (difference: number) => boolean) =>
      values.some((value) => rank(value) === rank(wanted) && holds(order(value, wanted)));
    switch (operator) {
      case '$eq':
        return equalsAny([wanted]);
      case '$ne':
        return !equalsAny([wanted]);
      case '$in':
        return equalsAny(wanted as unknown[]);
      case '$nin':
        return !equalsAny(wanted as unknown[]);
      case '$gt':
        return compares((difference) => difference > 0);
      case '$gte':
        return compares((difference) => difference >= 0);
      case '$lt':
        return compares((difference) => difference < 0);
      case '$lte':
        return compares((difference) => difference <= 0);
      case '$exists':
        return reached.some((value) => value !== undefined) === wanted;
      case '$regex':
        return values.some((value) => typeof value === 'string' && new RegExp(wanted as string).test(value));
      case '$not':
        return !matchesPath(document, path, wanted);
      case '$elemMatch':
        return reached.some(
          (value) =>
            isArray(value) &&
            value.some((element) =>
              isOperators(wanted)
                ? matches({ element }, { element: wanted })
                : isObject(element) && matches(element, wanted as Filter),
            ),
        );
      default:
        throw new Error(`${operator} is not in the port's list`);
    }
  });
}

/** Values at a path: through each object of an array, an absent member as undefined, nothing from an array of scalars. */
function reach(value: Json | undefined, path: readonly string[]): readonly (Json | undefined)[] {
  const [name, ...rest] = path;
  if (name === undefined) return [value];
  if (isArray(value)) return value.flatMap((element) => (isObject(element) ? reach(element, path) : []));
  return isObject(value) ? reach(value[name], rest) : [undefined];
}

function compareBy(a: JsonDocument, b: JsonDocument, sort: Sort): number {
  for (const [path, direction] of Object.entries(sort)) {
    const difference = order(sortValue(a, path, direction), sortValue(b, path, direction)) * direction;
    if (difference !== 0) return difference;
  }
  return order(a._id, b._id);
}

/** Whether the document lies behind the query's `after`. */
function isAfter(document: JsonDocument, { sort = {}, after }: Query): boolean {
  if (!after) return true;
  const values = [...after.values];
  for (const [path, direction] of Object.entries(sort)) {
    const place = path === '_id' ? after.id : values.shift();
    const difference = order(sortValue(document, path, direction), place) * direction;
    if (difference !== 0 || path === '_id') return difference > 0;
  }
  return order(document._id, after.id) > 0;
}

/** An array sorts by its least element, descending by its greatest; an empty one before null. */
function sortValue(document: JsonDocument, path: string, direction: 1 | -1): unknown {
  const [value] = reach(document, path.split('.'));
  if (!isArray(value)) return value;
  if (value.length === 0) return EMPTY;
  return [...value].sort((a, b) => order(a, b) * direction)[0];
}

const EMPTY = Symbol('empty array');

/** Undefined and null < numbers < strings < objects < arrays < booleans. */
function rank(value: unknown): number {
  if (value === EMPTY) return -1;
  if (value === undefined || value === null) return 0;
  if (isArray(value)) return 4;
  return { number: 1, string: 2, object: 3, boolean: 5 }[typeof value as string] ?? NaN;
}

function order(a: unknown, b: unknown): number {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (typeof a === 'number' || typeof a === 'boolean') return Number(a) - Number(b);
  if (rank(a) <= 0) return 0;
  // Enough for equality of arrays and objects, which is all that is asked of them here.
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Record<string, Json | undefined> {
  return typeof value === 'object' && value !== null && !isArray(value);
}

function isOperators(operand: unknown): operand is Record<string, unknown> {
  return isObject(operand) && Object.keys(operand).some((key) => key.startsWith('$') && !LOGICAL.has(key));
}

const LOGICAL = new Set(['$and', '$or', '$nor']);
