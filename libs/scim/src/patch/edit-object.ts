import { type JsonObject, isObject, ownName } from '../filter/read-value.js';
import { findSubAttribute } from '../filter/resolve-path.js';
import type { AttributeDefinition, JsonValue } from '../schema/schema.types.js';
import { type AttributeEdit, isUnassigned, mutabilityFault, readSub } from './attribute-edit.js';
import { sameJson } from './same-json.js';

/** `object` with one sub-attribute added, replaced or removed. Does not change `object`. */
export function editSub(object: JsonObject, edit: AttributeEdit): JsonObject {
  const { subAttribute = '', subDefinition } = edit.path;
  const next = edit.op === 'remove' ? undefined : readSub(subDefinition, edit.value, edit);
  return withSub(object, ownName(object, subAttribute) ?? subAttribute, next, subDefinition, edit);
}

/**
 * `object` with the sub-attributes of `value` put in (RFC 7644 §3.5.2.1 and §3.5.2.3: those that are not mentioned stay);
 * those given as null or `""` go.
 */
export function mergeObject(object: JsonObject, value: JsonValue | undefined, edit: AttributeEdit): JsonObject {
  const { definition } = edit.path;
  let merged = object;
  if (isObject(value)) {
    for (const given of Object.keys(value).filter((name) => isUnassigned(value[name]))) {
      const sub = findSubAttribute(definition, given);
      const name = ownName(merged, sub?.name ?? given);
      if (name !== undefined) merged = withSub(merged, name, undefined, sub, { ...edit, explicit: false });
    }
  }
  const additions = firstObject(edit.read(value));
  for (const given of Object.keys(additions)) {
    const name = ownName(merged, given) ?? given;
    merged = withSub(merged, name, additions[given], findSubAttribute(definition, given), { ...edit, explicit: false });
  }
  return merged;
}

/** What a reader made of one object: the object itself, or the only element where the attribute is multi-valued. */
export function firstObject(value: JsonValue | undefined): JsonObject {
  const first = Array.isArray(value) ? value[0] : value;
  return isObject(first) ? first : {};
}

function withSub(
  object: JsonObject,
  name: string,
  value: JsonValue | undefined,
  definition: AttributeDefinition | undefined,
  edit: AttributeEdit,
): JsonObject {
  const present = Object.hasOwn(object, name) ? object[name] : undefined;
  if (sameJson(present, value)) return object;
  if (definition?.mutability === 'readOnly') {
    if (edit.explicit) throw mutabilityFault(edit.label, 'readOnly');
    return object;
  }
  if (definition?.mutability === 'immutable' && present !== undefined) throw mutabilityFault(edit.label, 'immutable');
  const { [name]: _previous, ...rest } = object;
  return value === undefined ? rest : { ...object, [name]: value };
}
