import type { Sort, SortPosition } from '../read-models.port.js';
import type { Collection, Index } from './collection.js';
import type { Condition, Conditions, RangeOperator } from './conditions.js';
import type { IndexedField } from './indexed-field.js';
import { encodePrefix, encodeValue, END, isUsableId, PAST_END, pastPrefix, TAG } from './key-encoding.js';
import { compareText } from './value-order.js';

export type Bound = string | Buffer | undefined;

/** Keys from `lower` on, up to and without `upper`; undefined: no bound. */
export interface KeyRange {
  readonly lower: Bound;
  readonly upper: Bound;
}

export interface Plan {
  /** Index whose entries lead to the documents; undefined: the documents themselves, by id. */
  readonly index: Index | undefined;
  /** Ascending, without overlap. */
  readonly ranges: readonly KeyRange[];
  /** Every document found matches the filter; otherwise each must be tested. */
  readonly exact: boolean;
  /** No document is met twice. */
  readonly distinct: boolean;
  /** The order of entries is the order asked for, or its reverse. */
  readonly order: 'forwards' | 'backwards' | undefined;
  /** Encoded first field, when the range is all entries under it: counts of segments apply. */
  readonly whole: string | undefined;
  /** Bound to single values or ids, beyond that of a counted field: few documents are left. */
  readonly selective: boolean;
  /** What every key in the ranges starts with, and the fields that come behind it; only where there is an order. */
  readonly prefix: string;
  readonly followed: readonly IndexedField[];
}

/** Ranges that `$in` may open; a longer list is tested on documents instead. */
const MAX_RANGES = 10_000;

interface Candidate extends Plan {
  readonly score: number;
}

/** Chooses what leads to the fewest documents, then what gives them in the order asked for. */
export function planQuery(collection: Collection, conditions: Conditions, sort: Sort | undefined): Plan {
  let best: Candidate = planById(conditions, sort);
  for (const index of collection.indexes) {
    const candidate = planIndex(index, collection.indexes, conditions, sort);
    if (candidate && candidate.score > best.score) best = candidate;
  }
  return best;
}

function planById(conditions: Conditions, sort: Sort | undefined): Candidate {
  const tail = idRanges(conditions.list, '');
  return {
    index: undefined,
    ranges: tail.ranges,
    exact: conditions.complete && tail.used.length === conditions.list.length && !tail.used.some((used) => used.loose),
    distinct: true,
    order: orderOf(sort, [], []),
    whole: undefined,
    selective: tail.pinned,
    prefix: '',
    followed: [],
    score: tail.used.length === 0 ? 0 : tail.pinned ? 1000 : 15,
  };
}

function planIndex(
  index: Index,
  indexes: readonly Index[],
  conditions: Conditions,
  sort: Sort | undefined,
): Candidate | undefined {
  const used: Condition[] = [];
  let prefixes = [''];
  let bound = 0;
  let exact = true;
  for (const field of index.fields) {
    const equals = conditions.list.find((condition) => binds(condition, field, prefixes.length));
    if (!equals) break;
    const values = (equals.type === 'equals' ? equals.values : [null]).map(encodeValue);
    exact &&= !equals.loose && values.every((value) => value.exact);
    prefixes = prefixes.flatMap((prefix) => values.map(({ key }) => prefix + key));
    used.push(equals);
    bound++;
  }
  const field = index.fields[bound];
  // Beyond one prefix, ranges inside each would come out of order; equality alone is enough then.
  const inner = prefixes.length === 1 ? narrow(field, conditions.list, prefixes[0] ?? '') : undefined;
  if (bound === 0 && !inner?.used.length) return undefined;
  if (inner) {
    used.push(...inner.used);
    exact &&= inner.exact;
  }
  const followed = index.fields.slice(bound);
  const pinned = index.fields.slice(0, bound).filter((pin) => !pin.several);
  const ordered = prefixes.length === 1 && !(inner?.used.length && field?.several) && !followed.some((f) => f.inexact);
  const order = ordered ? orderOf(sort, followed, pinned) : undefined;
  const narrowed = inner !== undefined && inner.used.length > 0;
  const whole = bound === 1 && prefixes.length === 1 && !narrowed && index.segments && !index.several && exact;
  return {
    index,
    ranges: inner?.ranges ?? sortedRanges(prefixes),
    exact: exact && conditions.complete && used.length === conditions.list.length,
    distinct: !index.several || (prefixes.length === 1 && !followed.some((later) => later.several)),
    order,
    whole: whole ? prefixes[0] : undefined,
    selective: inner?.pinned === true || bound > 1 || (bound === 1 && !partitions(index, indexes)),
    prefix: prefixes[0] ?? '',
    followed,
    score:
      bound * 20 + (inner?.pinned ? 1000 : narrowed ? 10 : 0) + (order ? 5 : 0) + (whole ? 2 : 0) - followed.length,
  };
}

/** Whether the condition leaves the field one value or a few: as many ranges as that makes. */
function binds(condition: Condition, field: IndexedField, ranges: number): boolean {
  if (condition.path !== field.path) return false;
  if (condition.type === 'equals') return condition.values.length * ranges <= MAX_RANGES;
  // Among the entries of null are those of documents that have null, where there are such, or another value besides.
  return condition.type === 'missing' && !field.nullable && !field.several;
}

/** Whether the first field of the index is one that a counted index divides the collection by. */
function partitions(index: Index, indexes: readonly Index[]): boolean {
  const first = index.fields[0]?.path;
  return indexes.some(
    ({ segments, fields }) => segments !== undefined && fields.length === 1 && fields[0]?.path === first,
  );
}

interface Narrowed {
  readonly ranges: readonly KeyRange[];
  readonly used: readonly Condition[];
  readonly exact: boolean;
  /** Single ids. */
  readonly pinned: boolean;
}

/** Ranges of the field after those bound by equality, or of the id, or everything under the prefix. */
function narrow(field: IndexedField | undefined, list: readonly Condition[], prefix: string): Narrowed {
  if (!field) return idRanges(list, prefix);
  const under = rangeUnder(prefix);
  let { lower, upper } = under;
  const used: Condition[] = [];
  let exact = true;
  for (const condition of list) {
    if (condition.path !== field.path || condition.type === 'equals' || condition.type === 'missing') continue;
    if (condition.type === 'exists' && field.nullable) continue;
    const range = rangeOf(prefix, condition);
    lower = used.length === 0 || after(range.lower, lower) ? range.lower : lower;
    upper = used.length === 0 || after(upper, range.upper) ? range.upper : upper;
    used.push(condition);
    exact &&= range.exact && !condition.loose;
    // Of several values of one document, each bound may hold for another one.
    if (field.several) break;
  }
  return { ranges: [{ lower, upper }], used, exact, pinned: false };
}

function rangeOf(
  prefix: string,
  condition: Exclude<Condition, { type: 'equals' | 'missing' }>,
): KeyRange & { readonly exact: boolean } {
  switch (condition.type) {
    case 'prefix':
      return startingWith(prefix, condition.text);
    case 'range':
      return compared(prefix, condition);
    case 'exists':
      return { lower: prefix + TAG.number, upper: rangeUnder(prefix).upper, exact: true };
  }
}

/** Conditions on `_id`, which ends every key as it is. */
function idRanges(list: readonly Condition[], prefix: string): Narrowed {
  const equals = list.find((condition) => condition.path === '_id' && condition.type === 'equals');
  if (equals?.type === 'equals') {
    const ids = equals.values.filter(isUsableId).sort(compareText);
    const ranges = ids.map((id) => ({ lower: prefix + id, upper: `${prefix}${id}\0` }));
    return { ranges, used: [equals], exact: !equals.loose, pinned: true };
  }
  let { lower, upper } = rangeUnder(prefix);
  const used: Condition[] = [];
  for (const condition of list) {
    if (condition.path !== '_id' || (condition.type !== 'prefix' && condition.type !== 'range')) continue;
    const text = condition.type === 'prefix' ? condition.text : condition.value;
    if (typeof text !== 'string' || !isUsableId(text)) continue;
    const range = condition.type === 'prefix' ? idsStartingWith(prefix + text) : idsCompared(prefix, text, condition);
    if (range.lower !== undefined && after(range.lower, lower)) lower = range.lower;
    if (range.upper !== undefined && after(upper, range.upper)) upper = range.upper;
    used.push(condition);
  }
  return { ranges: [{ lower, upper }], used, exact: !used.some(({ loose }) => loose), pinned: false };
}

function idsStartingWith(start: string): KeyRange {
  return { lower: start, upper: pastPrefix(start) };
}

function idsCompared(prefix: string, id: string, { operator }: { operator: RangeOperator }): KeyRange {
  // The next id after `id` in order is `id` and a NUL.
  const bound = prefix + id + (operator === '$gt' || operator === '$lte' ? '\0' : '');
  return operator.startsWith('$g') ? { lower: bound, upper: undefined } : { lower: undefined, upper: bound };
}

/** All keys that start with these encoded values. */
export function rangeUnder(prefix: string): KeyRange {
  if (prefix === '') return { lower: undefined, upper: undefined };
  return { lower: prefix, upper: prefix.slice(0, -END.length) + PAST_END };
}

function sortedRanges(prefixes: readonly string[]): KeyRange[] {
  return [...prefixes].sort(compareText).map(rangeUnder);
}

function startingWith(prefix: string, text: string): KeyRange & { readonly exact: boolean } {
  const tag = encodeValue('').key.slice(0, -END.length);
  const { key, exact } = encodePrefix(text);
  return { lower: prefix + tag + key, upper: pastPrefix(prefix + tag + key), exact };
}

function compared(
  prefix: string,
  { operator, value }: Extract<Condition, { type: 'range' }>,
): KeyRange & { readonly exact: boolean } {
  const encoded = encodeValue(value).key.slice(0, -END.length);
  const tag = encoded.charAt(0);
  const text = typeof value === 'string' ? encodePrefix(value) : { key: encoded.slice(tag.length), exact: true };
  const edge = prefix + tag + text.key;
  // Only values of the same type compare, so the other end is the type's.
  if (operator.startsWith('$g')) {
    const lower = text.exact ? edge + (operator === '$gte' ? END : PAST_END) : edge;
    return { lower, upper: pastPrefix(prefix + tag), exact: text.exact };
  }
  const upper = text.exact ? edge + (operator === '$lt' ? END : PAST_END) : pastPrefix(edge);
  return { lower: prefix + tag, upper, exact: text.exact };
}

/** Whether a bound lies after another in byte order; undefined as an upper bound lies after all, as a lower before. */
function after(a: Bound, b: Bound): boolean {
  if (a === undefined) return b !== undefined;
  if (b === undefined) return true;
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0;
}

/**
 * Whether entries ordered by `followed`, then id, are in the order asked for or in its reverse, where everything, ids
 * included, is asked for in reverse; `pinned` fields have one value throughout.
 */
function orderOf(
  sort: Sort | undefined,
  followed: readonly IndexedField[],
  pinned: readonly IndexedField[],
): Plan['order'] {
  const entries = Object.entries(sort ?? {});
  const id = entries.findIndex(([path]) => path === '_id');
  // Ids differ, so nothing after `_id` matters; without it they break ties, ascending.
  const before = id < 0 ? entries : entries.slice(0, id);
  const wanted = before.filter(([path]) => !pinned.some((field) => field.path === path));
  const direction = id < 0 ? 1 : (entries[id]?.[1] ?? 1);
  if (wanted.length !== followed.length) return undefined;
  const served = wanted.every(([path, each], at) => path === followed[at]?.path && each === direction);
  return served ? (direction === 1 ? 'forwards' : 'backwards') : undefined;
}

/**
 * What of the plan's ranges lies behind a place in its order.
 * @returns undefined where keys cannot tell
 */
export function rangesAfter(
  { order, ranges, prefix, followed }: Plan,
  sort: Sort | undefined,
  position: SortPosition,
): readonly KeyRange[] | undefined {
  if (!order || followed.some((field) => field.several)) return undefined;
  const paths = Object.keys(sort ?? {}).filter((path) => path !== '_id');
  // A path with one value throughout would have to be compared with the place's.
  if (paths.length !== followed.length || !isUsableId(position.id)) return undefined;
  let key = prefix;
  for (let at = 0; at < followed.length; at++) {
    const value = encodeValue(position.values[at]);
    if (!value.exact) return undefined;
    key += value.key;
  }
  key += position.id;
  const behind = order === 'forwards' ? `${key}\0` : key;
  return ranges.flatMap(({ lower, upper }): KeyRange[] => {
    if (order === 'forwards') {
      if (upper !== undefined && !after(upper, behind)) return [];
      return [{ lower: lower !== undefined && after(lower, behind) ? lower : behind, upper }];
    }
    if (lower !== undefined && !after(behind, lower)) return [];
    return [{ lower, upper: upper === undefined || after(upper, behind) ? behind : upper }];
  });
}
