import { matchesFilter } from '../filter/filter-matcher.js';
import type { FilterNode } from '../filter/filter.types.js';
import { type JsonObject, isObject, ownValue } from '../filter/read-value.js';
import { findSubAttribute } from '../filter/resolve-path.js';
import { searchable } from '../filter/searchable.js';
import { ScimError } from '../scim-error.js';
import { quoteName } from '../schema/attribute-name.js';
import type { AttributeDefinition, JsonValue } from '../schema/schema.types.js';
import { type AttributeEdit, isUnassigned, onlyElement } from './attribute-edit.js';
import { editElements } from './edit-elements.js';
import { editSub, firstObject, mergeObject } from './edit-object.js';
import { sameJson } from './same-json.js';

/**
 * What an operation makes of an attribute's value; undefined when no value is left. Whether the attribute may be changed
 * is the caller's to ask.
 */
export function editAttribute(current: JsonValue | undefined, edit: AttributeEdit): JsonValue | undefined {
  const shape = shapeOf(current, edit);
  const { filter } = edit;
  const { subAttribute } = edit.path;
  if (shape === 'simple' && (filter || subAttribute !== undefined)) {
    throw new ScimError('invalidPath', `${quoteName(edit.label)}: the attribute has no sub-attributes.`);
  }
  if (shape === 'plural') {
    const elements = current === undefined ? [] : Array.isArray(current) ? current : [current];
    if (filter) return editElements(elements, filter, edit);
    return subAttribute === undefined ? editList(elements, edit) : editSubOfAll(elements, edit);
  }
  if (filter) return editSingle(current, filter, edit);
  if (subAttribute !== undefined) return nonEmpty(editSub(isObject(current) ? current : {}, edit));
  if (edit.op === 'remove') return undefined;
  return shape === 'complex' ? editComplex(current, edit) : edit.read(edit.value);
}

/** The schema says, and where none does, what is there and what comes. */
function shapeOf(
  current: JsonValue | undefined,
  { path, filter, value }: AttributeEdit,
): 'simple' | 'complex' | 'plural' {
  const { definition } = path;
  if (definition) return definition.multiValued ? 'plural' : definition.type === 'complex' ? 'complex' : 'simple';
  if (Array.isArray(current)) return 'plural';
  if (filter) return isObject(current) ? 'complex' : 'plural';
  if (path.subAttribute !== undefined) return 'complex';
  if (current === undefined) return Array.isArray(value) ? 'plural' : 'simple';
  return isObject(current) && isObject(value) ? 'complex' : 'simple';
}

function editComplex(current: JsonValue | undefined, edit: AttributeEdit): JsonValue | undefined {
  const value = onlyElement(edit.value);
  if (isUnassigned(value)) {
    // Adding no sub-attributes adds none; anything else unassigns, as Entra ID does with manager and "".
    return edit.op === 'add' && typeof value === 'object' && value !== null ? current : undefined;
  }
  // A list in a list, or of several: refused as in a POST, with the same words.
  if (Array.isArray(value)) edit.read(edit.value);
  return nonEmpty(mergeObject(isObject(current) ? current : {}, value, edit));
}

/** A filter on a single complex attribute: its value is the only element there can be. */
function editSingle(current: JsonValue | undefined, filter: FilterNode, edit: AttributeEdit): JsonValue | undefined {
  if (current !== undefined && !matchesFilter(filter, current)) {
    if (edit.op === 'remove') return current;
    throw new ScimError('noTarget', `The value of ${quoteName(edit.label)} does not satisfy the filter.`);
  }
  const read = (value: unknown) => {
    const canonical = edit.read(onlyElement(value as JsonValue));
    return canonical === undefined ? undefined : [canonical];
  };
  return nonEmpty(firstObject(editElements(current === undefined ? [] : [current], filter, { ...edit, read })));
}

function editList(current: JsonValue[], edit: AttributeEdit): JsonValue | undefined {
  const { op, value } = edit;
  switch (op) {
    case 'remove':
      return isUnassigned(value) ? removeAll(current, value) : removeListed(current, edit);
    case 'replace':
      return listOf(edit.read(value));
    case 'add': {
      const additions = listOf(edit.read(value)) ?? [];
      const fresh = notIn(current, additions);
      return fresh.length === 0 ? nonEmptyList(current) : listOf(edit.read([...current, ...fresh]));
    }
  }
}

/** `remove` with `[]` names nothing to remove; without a value it means everything (RFC 7644 §3.5.2.2). */
function removeAll(current: JsonValue[], value: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(value) ? nonEmptyList(current) : undefined;
}

/**
 * Those of `elements` that are not there yet. Elements with a `value` pass: whoever reads the list tells them apart by
 * it, and comparing all with all would not end on long lists.
 */
function notIn(current: readonly JsonValue[], elements: readonly JsonValue[]): JsonValue[] {
  const simple = new Set(current.filter((element) => !isObject(element)));
  const nameless = current.filter((element) => isObject(element) && typeof element.value !== 'string');
  return elements.filter((element) =>
    isObject(element)
      ? typeof element.value === 'string' || !nameless.some((present) => sameJson(present, element))
      : !simple.has(element),
  );
}

/** Removes the elements that a value names, the way Entra ID removes members. */
function removeListed(current: JsonValue[], edit: AttributeEdit): JsonValue | undefined {
  const { definition } = edit.path;
  const valueDefinition = definition?.type === 'complex' ? findSubAttribute(definition, 'value') : definition;
  const typeDefinition = findSubAttribute(definition, 'type');
  const named = new Map<unknown, Set<unknown>>();
  const others: JsonObject[] = [];
  for (const item of Array.isArray(edit.value) ? edit.value : [edit.value]) {
    const value = isObject(item) ? ownValue(item, 'value') : item;
    if (!isUnassigned(value)) {
      const key = comparable(valueDefinition, value);
      const type = comparable(typeDefinition, ownValue(item, 'type')) ?? ANY_TYPE;
      named.set(key, (named.get(key) ?? new Set()).add(type));
    } else if (isObject(item) && Object.keys(item).length > 0) others.push(item);
  }
  return nonEmptyList(
    current.filter((element) => {
      const types = named.get(comparable(valueDefinition, isObject(element) ? ownValue(element, 'value') : element));
      if (types?.has(ANY_TYPE) || types?.has(comparable(typeDefinition, ownValue(element, 'type')))) return false;
      return !others.some((item) =>
        Object.keys(item).every((name) => isUnassigned(item[name]) || sameJson(ownValue(element, name), item[name])),
      );
    }),
  );
}

const ANY_TYPE = Symbol('any type');

function comparable(definition: AttributeDefinition | undefined, value: JsonValue | undefined): unknown {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  return searchable(definition, typeof value === 'number' ? String(value) : value);
}

/** `emails.type` without a filter means that of every element; with none there, the first one is made. */
function editSubOfAll(current: JsonValue[], edit: AttributeEdit): JsonValue | undefined {
  const elements = current.length === 0 && edit.op !== 'remove' ? [{}] : current;
  return listOf(edit.read(elements.map((element) => (isObject(element) ? editSub(element, edit) : element))));
}

const nonEmpty = (object: JsonObject): JsonObject | undefined =>
  Object.keys(object).length === 0 ? undefined : object;
const nonEmptyList = (list: JsonValue[]): JsonValue[] | undefined => (list.length === 0 ? undefined : list);
const listOf = (value: JsonValue | undefined): JsonValue[] | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? value : [value];
