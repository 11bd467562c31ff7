import type { JsonValue } from '../schema/schema.types.js';

export type JsonObject = { [name: string]: JsonValue };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The own name of `object` that equals `name` without regard to case, or undefined. With `exactFirst` the name itself
 * wins where it is there, which is all that a canonical attribute needs.
 */
export function ownName(object: JsonObject, name: string, exactFirst = true): string | undefined {
  if (exactFirst && Object.hasOwn(object, name)) return name;
  const lowered = name.toLowerCase();
  for (const candidate of Object.keys(object)) {
    if (candidate.length === name.length && candidate.toLowerCase() === lowered) return candidate;
  }
  return undefined;
}

export function ownValue(owner: JsonValue | undefined, name: string, exactFirst = true): JsonValue | undefined {
  if (!isObject(owner)) return undefined;
  const own = ownName(owner, name, exactFirst);
  return own === undefined ? undefined : owner[own];
}

/** null, `""`, `[]`, `{}` and what holds nothing else are no values (RFC 7643 §2.5). */
export function isAssigned(value: JsonValue | undefined): value is Exclude<JsonValue, null> {
  if (value === undefined || value === null || value === '') return false;
  if (typeof value !== 'object') return true;
  return (Array.isArray(value) ? value : Object.values(value)).some(isAssigned);
}

/** The assigned elements of a multi-valued attribute, or the one value of a singular one. */
export function readElements(value: JsonValue | undefined): JsonValue[] {
  if (Array.isArray(value)) return value.filter((element) => !Array.isArray(element) && isAssigned(element));
  return isAssigned(value) ? [value] : [];
}
