import type { JsonValue, ResourceAttributes } from '#scim';

/**
 * What changed in a resource: attribute path → new value, null for removed. Paths are `title`, `name.givenName` (a
 * complex single value is told sub-attribute by sub-attribute), `emails` (a multi-valued one is told whole) and
 * `urn:…:User:department` (extension attributes one by one, never a bare URN).
 */
export type AttributeChanges = Readonly<Record<string, JsonValue>>;

type JsonObject = { [name: string]: JsonValue };

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A colon is in the name of an extension only: `urn:…:User` in any case, or `https://…`. */
const isExtension = (name: string): boolean => name.includes(':');

/** Equality of JSON values; the order of names does not count, nor does the order of a multi-valued attribute. */
export function sameValue(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && sameElements(a, b);
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameValue(a[name], b[name]))
  );
}

function sameElements(a: readonly JsonValue[], b: readonly JsonValue[]): boolean {
  if (a.length !== b.length) return false;
  if (a.every((element, index) => sameValue(element, b[index]))) return true;
  // SCIM's multi-valued attributes are unordered (RFC 7643 §2.4): an IdP that reorders them has changed nothing.
  const text = (element: JsonValue) => JSON.stringify(sortNames(element));
  const [left, right] = [a.map(text).sort(), b.map(text).sort()];
  return left.every((element, index) => element === right[index]);
}

function sortNames(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortNames);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sortNames(value[name] ?? null)]),
  );
}

/** Changes that lead from `before` to `after`; undefined when there are none. */
export function diffAttributes(before: ResourceAttributes, after: ResourceAttributes): AttributeChanges | undefined {
  const changes: Record<string, JsonValue> = {};
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) collect(changes, name, before[name], undefined);
  }
  for (const name of Object.keys(after)) {
    collect(changes, name, Object.hasOwn(before, name) ? before[name] : undefined, after[name]);
  }
  return Object.keys(changes).length === 0 ? undefined : changes;
}

function collect(
  changes: Record<string, JsonValue>,
  name: string,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): void {
  if (sameValue(before, after)) return;
  const separator = isExtension(name) ? ':' : '.';
  const perPart = isExtension(name)
    ? isObject(before ?? {}) && isObject(after ?? {})
    : isObject(before) && isObject(after);
  if (!perPart) {
    changes[name] = after ?? null;
    return;
  }
  const [left, right] = [(before ?? {}) as JsonObject, (after ?? {}) as JsonObject];
  for (const part of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const [was, is] = [left[part], right[part]];
    if (!sameValue(was, is)) changes[`${name}${separator}${part}`] = is ?? null;
  }
}

/** Applies what {@link diffAttributes} found; an object left without content goes. Never changes its argument. */
export function applyChanges(attributes: ResourceAttributes, changes: AttributeChanges): ResourceAttributes {
  const result: ResourceAttributes = { ...attributes };
  for (const [path, value] of Object.entries(changes)) {
    const [owner, part] = splitPath(path);
    if (part === undefined) {
      if (value === null) delete result[owner];
      else result[owner] = value;
      continue;
    }
    const existing = result[owner];
    const object: JsonObject = isObject(existing) ? { ...existing } : {};
    if (value === null) delete object[part];
    else object[part] = value;
    if (Object.keys(object).length === 0) delete result[owner];
    else result[owner] = object;
  }
  return result;
}

/**
 * An extension's name contains dots and colons; its attribute stands behind the last colon. Other names hold no dot
 * themselves.
 */
function splitPath(path: string): [string, string | undefined] {
  const at = isExtension(path) ? path.lastIndexOf(':') : path.indexOf('.');
  return at < 0 ? [path, undefined] : [path.slice(0, at), path.slice(at + 1)];
}
