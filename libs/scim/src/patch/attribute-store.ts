import { isObject, ownName, ownValue } from '../filter/read-value.js';
import type { AttributePath, JsonValue, ResourceAttributes } from '../schema/schema.types.js';
import { sameJson } from './same-json.js';

/** Value at the attribute of a path, its sub-attribute aside. */
export function readAttribute(
  attributes: ResourceAttributes,
  { schema, attribute }: AttributePath,
): JsonValue | undefined {
  const owner = schema === undefined ? attributes : ownValue(attributes, schema);
  return attribute === undefined ? owner : ownValue(owner, attribute);
}

/**
 * The attributes with another value there: a copy that shares all the rest, or the very same object when the value is
 * the same. A name that no schema knows keeps the spelling under which it is stored: `extension_{GUID}_x` comes in
 * several.
 */
export function writeAttribute(
  attributes: ResourceAttributes,
  path: AttributePath,
  value: JsonValue | undefined,
): ResourceAttributes {
  const { schema, attribute } = path;
  if (schema === undefined) return attribute === undefined ? attributes : withName(attributes, attribute, value);
  if (attribute === undefined) return withName(attributes, schema, value);
  const present = ownValue(attributes, schema);
  const owner = isObject(present) ? present : {};
  const changed = withName(owner, attribute, value);
  if (changed === owner) return attributes;
  return withName(attributes, schema, Object.keys(changed).length === 0 ? undefined : changed);
}

function withName(owner: ResourceAttributes, name: string, value: JsonValue | undefined): ResourceAttributes {
  const own = ownName(owner, name) ?? name;
  const present = Object.hasOwn(owner, own) ? owner[own] : undefined;
  if (sameJson(present, value)) return owner;
  if (value !== undefined) return { ...owner, [own]: value };
  const { [own]: _removed, ...rest } = owner;
  return rest;
}
