import { compileMatcher } from '../filter/filter-matcher.js';
import type { FilterNode } from '../filter/filter.types.js';
import { type JsonObject, isObject } from '../filter/read-value.js';
import { isDraft } from '../resource/settle-elements.js';
import { ScimError } from '../scim-error.js';
import { quoteName } from '../schema/attribute-name.js';
import type { JsonValue } from '../schema/schema.types.js';
import { type AttributeEdit, isUnassigned, onlyElement } from './attribute-edit.js';
import { editSub, firstObject, mergeObject } from './edit-object.js';

/**
 * Applies an operation whose path ends in `[filter]` or `[filter].sub` to the elements that satisfy the filter. Where
 * none does, `remove` changes nothing (identity providers retry), while `add` and `replace` make an element out of what
 * the filter demands, because Entra ID relies on it; RFC 7644 §3.5.2.3 would answer noTarget.
 * @throws ScimError `noTarget` when no element can be made out of the filter
 */
export function editElements(
  current: readonly JsonValue[],
  filter: FilterNode,
  edit: AttributeEdit,
): JsonValue | undefined {
  const satisfies = compileMatcher(filter);
  // A simple multi-valued attribute has its values themselves as elements.
  const isTarget = (element: JsonValue) => satisfies(isObject(element) ? element : { value: element });
  const { op, value } = edit;
  const wholeElement = edit.path.subAttribute === undefined;
  if (wholeElement && (op === 'remove' || (op === 'replace' && isUnassigned(value)))) {
    return edit.read(current.filter((element) => !isTarget(element)));
  }
  if (!current.some(isTarget)) {
    if (op === 'remove' || isUnassigned(value)) return edit.read(current);
    return settleTouched(current, [...current, createElement(filter, edit)], edit);
  }
  return settleTouched(
    current,
    current.map((element) => (isTarget(element) ? editElement(element, filter, edit) : element)),
    edit,
  );
}

function editElement(element: JsonValue, filter: FilterNode, edit: AttributeEdit): JsonValue {
  if (!isObject(element))
    return edit.path.subAttribute === 'value' || !edit.path.subAttribute ? (edit.value ?? '') : element;
  if (edit.path.subAttribute !== undefined) return editSub(element, edit);
  const value = onlyElement(edit.value);
  if (edit.op === 'add') return mergeObject(element, value, edit);
  // The element is replaced (RFC 7644 §3.5.2.3), yet stays what the path calls it: `emails[type eq "work"]` a work one.
  return { ...seedOf(filter), ...firstObject(edit.read(value)) };
}

function createElement(filter: FilterNode, edit: AttributeEdit): JsonValue {
  const seed = seedOf(filter);
  if (!seed) {
    throw new ScimError(
      'noTarget',
      `No value of ${quoteName(edit.label)} satisfies the filter, and the filter does not say what a new one would be.`,
    );
  }
  if (edit.path.subAttribute !== undefined) return editSub(seed, edit);
  return { ...seed, ...firstObject(edit.read(onlyElement(edit.value))) };
}

/** What an element must hold to satisfy `a eq 1 and b eq 2`; undefined for filters that leave it open. */
function seedOf(filter: FilterNode): JsonObject | undefined {
  if (filter.type === 'and') {
    const seeds = filter.children.map(seedOf);
    return seeds.every((seed) => seed !== undefined) ? (Object.assign({}, ...seeds) as JsonObject) : undefined;
  }
  if (filter.type !== 'compare' || filter.operator !== 'eq') return undefined;
  const { attribute } = filter.path;
  return attribute === undefined || filter.value === null || filter.value === ''
    ? undefined
    : { [attribute]: filter.value };
}

/** Canonical elements. Of those that this edit makes the primary one the last is it, wherever in the list it stands. */
function settleTouched(
  before: readonly JsonValue[],
  elements: readonly JsonValue[],
  edit: AttributeEdit,
): JsonValue | undefined {
  const settled = elements.map((element, index) => {
    if (element === before[index]) return element;
    const read = edit.read([element]);
    return Array.isArray(read) ? read[0] : undefined;
  });
  const primary = settled.findLastIndex(
    (element, index) => isPrimary(element, edit) && !isPrimary(before[index], edit),
  );
  const exclusive = settled.map((element, index) =>
    primary >= 0 && index !== primary && isObject(element) && element.primary === true
      ? { ...element, primary: false }
      : element,
  );
  return edit.read(exclusive.filter((element) => element !== undefined));
}

/** One that has labels alone becomes the primary with its first content, as it may never get any. */
function isPrimary(element: JsonValue | undefined, { path }: AttributeEdit): boolean {
  if (!isObject(element) || element.primary !== true) return false;
  return !path.definition?.multiValued || !isDraft(element);
}
