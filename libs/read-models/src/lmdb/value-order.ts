import { EMPTY_ARRAY } from './document-paths.js';

/**
 * Place of a value's type in MongoDB's order. Values of one rank compare with each other; `$gt` and its kin match only
 * within a rank. Undefined (a missing value) and null are one.
 */
export function typeRank(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return 2;
    case 'string':
      return 3;
    case 'boolean':
      return 6;
    case 'object':
      return value === null ? 1 : Array.isArray(value) ? 5 : 4;
    default:
      return value === EMPTY_ARRAY ? 0 : 1;
  }
}

/** Orders any two JSON values as MongoDB does; 0 also means `$eq`. Members of objects compare in the order they stand. */
export function compareValues(a: unknown, b: unknown): number {
  const rank = typeRank(a);
  const difference = rank - typeRank(b);
  if (difference !== 0) return difference;
  switch (rank) {
    case 2:
    case 6:
      return Number(a) - Number(b);
    case 3:
      return compareText(a as string, b as string);
    case 4:
      return compareObjects(a as Record<string, unknown>, b as Record<string, unknown>);
    case 5:
      return compareLists(a as unknown[], b as unknown[], compareValues);
    default:
      return 0;
  }
}

/** UTF-16 units whose order among each other is not that of the code points they stand for. */
const HIGH_UNITS = /[\ud800-\uffff]/;

/**
 * Orders by code point, which is the order of UTF-8 bytes and so of keys in the file. JavaScript's own `<` orders by
 * UTF-16 unit and puts U+1F600 before U+FB00; where at most one text has such characters the two agree.
 */
export function compareText(a: string, b: string): number {
  if (HIGH_UNITS.test(a) && HIGH_UNITS.test(b)) return compareByCodePoint(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareByCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      if (left >= 0xd800 && right >= 0xd800) return codePointOrder(left) - codePointOrder(right);
      return left - right;
    }
  }
  return a.length - b.length;
}

/** Surrogates (code points from U+10000) after U+E000 to U+FFFF. */
function codePointOrder(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

function compareObjects(a: Record<string, unknown>, b: Record<string, unknown>): number {
  return compareLists(
    Object.entries(a),
    Object.entries(b),
    ([name, value], [otherName, otherValue]) =>
      typeRank(value) - typeRank(otherValue) || compareText(name, otherName) || compareValues(value, otherValue),
  );
}

function compareLists<T>(a: readonly T[], b: readonly T[], compare: (left: T, right: T) => number): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = compare(a[i] as T, b[i] as T);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
