/** A path split at its dots, e.g. `shadow.emails.value`. */
export type PathParts = readonly string[];

/** Stands for `[]` in sort and index keys: MongoDB orders it before null and before a missing value. */
export const EMPTY_ARRAY = Symbol('empty array');

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member of that name, undefined where there is none; never one inherited from a prototype. */
export function memberOf(record: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

export function isArrayPosition(part: string): boolean {
  return /^(0|[1-9][0-9]*)$/.test(part);
}

/**
 * Whether `visit` accepts any value the path leads to, as MongoDB's matching walks it: through the objects of an array
 * at any depth of the path, an absent member counts as undefined, and an array of scalars leads nowhere. An array at the
 * end of the path is given as it is; looking into it is the visitor's business.
 */
export function anyValueAt(value: unknown, path: PathParts, visit: (found: unknown) => boolean, depth = 0): boolean {
  const part = path[depth];
  if (part === undefined) return visit(value);
  if (Array.isArray(value)) {
    for (const element of value) if (isRecord(element) && anyValueAt(element, path, visit, depth)) return true;
    return isArrayPosition(part) && Number(part) < value.length
      ? anyValueAt(value[Number(part)], path, visit, depth + 1)
      : false;
  }
  return isRecord(value) ? anyValueAt(memberOf(value, part), path, visit, depth + 1) : visit(undefined);
}

/**
 * The values a document is ordered and indexed by under this path, as MongoDB makes index keys: at least one, an element
 * without the member counts as undefined, an empty array at the end as EMPTY_ARRAY. Whatever `anyValueAt` would find
 * equal to null has undefined or null here, so an index entry exists for every document a null filter can match.
 */
export function keyValuesAt(value: unknown, path: PathParts, depth = 0): readonly unknown[] {
  const part = path[depth];
  if (part === undefined) {
    if (!Array.isArray(value)) return [value];
    return value.length === 0 ? [EMPTY_ARRAY] : value;
  }
  if (Array.isArray(value)) {
    if (isArrayPosition(part)) return keyValuesAt(value[Number(part)], path, depth + 1);
    if (value.length === 0) return [undefined];
    if (value.length === 1) return isRecord(value[0]) ? keyValuesAt(value[0], path, depth) : [undefined];
    return value.flatMap((element) => (isRecord(element) ? keyValuesAt(element, path, depth) : [undefined]));
  }
  return isRecord(value) ? keyValuesAt(memberOf(value, part), path, depth + 1) : [undefined];
}
