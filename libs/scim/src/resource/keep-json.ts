import { ScimError } from '../scim-error.js';
import { isAttributeName, quoteName } from '../schema/attribute-name.js';
import type { JsonValue } from '../schema/schema.types.js';

/** How far one request may go; beyond it the work it causes would no longer be in proportion. */
export const LIMITS = {
  /** Objects and arrays inside each other in a value that no schema knows. */
  nesting: 20,
  /** Elements of all arrays of one body together. */
  elements: 100_000,
  /** Attributes of a resource with its extensions, and names in any one object. */
  attributes: 1_000,
  /** UTF-16 code units of one string. */
  stringLength: 1_048_576,
} as const;

/** Where a walk through a body stands: what an error message names, and what counts across the whole body. */
export interface Walk {
  /** Full path of the attribute being read, e.g. `urn:…:User:manager`. */
  path: string;
  /** Array elements met so far. */
  elements: number;
  /** Which element of the attribute is being read, 0-based; absent where it is no list. */
  element?: number | undefined;
  /**
   * Given while a PATCH is between two of its operations: elements with nothing but labels are kept, and `found` tells of
   * them. A later operation may say what they label.
   */
  drafts?: { found: boolean };
}

/** What an error calls the place: `emails[1].primary` for the sub-attribute of an element that came in a list. */
export function placeOf({ path, element }: Walk, below: string): string {
  return element === undefined ? path + below : `${path}[${element}]${below}`;
}

/** The error for a value of the wrong shape: says what came and what is expected, never the value itself. */
export function wrongValue(path: string, value: unknown, expected: string): ScimError {
  return new ScimError('invalidValue', `Attribute ${quoteName(path)} must be ${expected}, but ${kindOf(value)} came.`);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * @throws ScimError `invalidValue` for U+0000, which databases and logs cut strings at, for half a surrogate pair, which
 *   no UTF-8 can hold, and for excessive length
 */
export function checkString(value: string, walk: Walk, below = ''): void {
  const fault =
    value.length > LIMITS.stringLength
      ? `is longer than ${LIMITS.stringLength} characters.`
      : value.includes('\u0000')
        ? 'holds the character U+0000, which is not allowed.'
        : !value.isWellFormed() && 'holds half of a surrogate pair: a character was cut in two at its source.';
  if (fault) throw new ScimError('invalidValue', `Attribute ${quoteName(placeOf(walk, below))} ${fault}`);
}

/**
 * Digits of a larger integer were lost when the body was parsed (RFC 8259 §6), and which, nobody can tell any more; an employee's
 * number would become somebody else's. Node 20 shows no parser the text of a number, and looking for such numbers in every body
 * costs more than a create may.
 * @throws ScimError `invalidValue`
 */
export function checkNumber(value: number, walk: Walk, below = ''): void {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return;
  const place = quoteName(placeOf(walk, below));
  throw new ScimError(
    'invalidValue',
    `Attribute ${place} must be sent as text: a JSON number beyond ${Number.MAX_SAFE_INTEGER} loses digits.`,
  );
}

export function countElements(walk: Walk, count: number): void {
  walk.elements += count;
  if (walk.elements > LIMITS.elements) {
    throw new ScimError('invalidValue', `The body has more than ${LIMITS.elements} array elements.`);
  }
}

/** @param names names of one object, or of the whole resource so far */
export function checkNameCount(names: number, path: string): void {
  if (names <= LIMITS.attributes) return;
  const where = path === '' ? 'The resource' : `Attribute ${quoteName(path)}`;
  throw new ScimError('invalidValue', `${where} has more than ${LIMITS.attributes} attributes.`);
}

export function invalidName(name: string): ScimError {
  return new ScimError(
    'invalidSyntax',
    `${quoteName(name)} is not an attribute name; expected a letter, then letters, digits, "-" or "_".`,
  );
}

/**
 * A value that no schema knows, kept as JSON of the types it came in. Only what SCIM calls unassigned (RFC 7643 §2.5)
 * goes: nulls, empty strings, and what is empty once they are gone. Shares structure with `value` where nothing went.
 * @returns undefined when nothing is left
 */
export function keepJson(value: unknown, walk: Walk, depth = 1): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
      if (value === '') return undefined;
      checkString(value, walk);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw wrongValue(walk.path, value, 'a JSON value');
      checkNumber(value, walk);
      return value;
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return undefined;
      if (depth > LIMITS.nesting) {
        throw new ScimError(
          'invalidValue',
          `Attribute ${quoteName(walk.path)} is nested deeper than ${LIMITS.nesting} levels.`,
        );
      }
      return Array.isArray(value) ? keepArray(value, walk, depth) : keepObject(value, walk, depth);
    case 'undefined':
      return undefined;
    default:
      throw wrongValue(walk.path, value, 'a JSON value');
  }
}

function keepArray(array: readonly unknown[], walk: Walk, depth: number): JsonValue | undefined {
  countElements(walk, array.length);
  let changed: JsonValue[] | undefined;
  for (let i = 0; i < array.length; i++) {
    const kept = keepJson(array[i], walk, depth + 1);
    if (changed === undefined) {
      if (kept !== undefined && kept === array[i]) continue;
      changed = array.slice(0, i) as JsonValue[];
    }
    if (kept !== undefined) changed.push(kept);
  }
  const result = changed ?? (array as JsonValue[]);
  return result.length === 0 ? undefined : result;
}

function keepObject(object: object, walk: Walk, depth: number): JsonValue | undefined {
  const source = object as Record<string, unknown>;
  const names = Object.keys(source);
  checkNameCount(names.length, walk.path);
  let changed: Record<string, JsonValue> | undefined;
  let count = 0;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (!isAttributeName(name)) throw invalidName(name);
    const kept = keepJson(source[name], walk, depth + 1);
    if (kept !== undefined) count++;
    if (changed === undefined) {
      if (kept !== undefined && kept === source[name]) continue;
      changed = {};
      for (let j = 0; j < i; j++) changed[names[j]!] = source[names[j]!] as JsonValue;
    }
    if (kept !== undefined) changed[name] = kept;
  }
  return count === 0 ? undefined : (changed ?? (source as Record<string, JsonValue>));
}
