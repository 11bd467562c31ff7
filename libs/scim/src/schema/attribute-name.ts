/** Ours; no provider comes near it. */
const MAX_NAME_LENGTH = 256;

const ATTRIBUTE_NAME = /^[A-Za-z$][A-Za-z0-9_-]*$/;

/** `constructor`, `toString` and their kin: legal ATTRNAMEs, yet every plain object already answers to them. */
const INHERITED_NAMES: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * Whether `name` may name an attribute: ATTRNAME of RFC 7643 §2.1, with `$` in front allowed for `$ref` and for custom
 * names such as `$CustomAttribute`. `__proto__` breaks the grammar; names inherited by every object are refused too, so
 * that no reader of a resource can mistake a function for a value.
 */
export function isAttributeName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && ATTRIBUTE_NAME.test(name) && !INHERITED_NAMES.has(name);
}

/** A foreign name as it may stand in an error: quoted, escaped, and cut to a length that fits a log line. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > 120 ? `${name.slice(0, 120)}…` : name);
}
