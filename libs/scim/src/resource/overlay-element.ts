import { isObject, type JsonObject, ownValue } from '../filter/read-value.js';
import type { JsonValue } from '../schema/schema.types.js';

/**
 * The elements of a list with what dotted keys say of one of them (`addresses.locality`). Okta's app wizard sends our own
 * representation back with such keys laid over it, so they mean the element that they made before: the one of their `type`,
 * or without a `type` the one that has none either. Only where there is none they make one.
 * @param dotted sub-attributes as they came, empty values too, which unassign
 */
export function overlayElement(elements: readonly JsonValue[], dotted: JsonObject): JsonValue[] {
  const place = placeOf(elements, dotted);
  const before = elements[place];
  if (!isObject(before)) return [...elements, dotted];
  const given = new Set(Object.keys(dotted).map((name) => name.toLowerCase()));
  const others = Object.entries(before).filter(([name]) => !given.has(name.toLowerCase()));
  return elements.with(place, { ...Object.fromEntries(others), ...dotted });
}

/** Of several that it could be, the first that has nothing but what the keys say. */
function placeOf(elements: readonly JsonValue[], dotted: JsonObject): number {
  const type = typeOf(dotted);
  const fits = (element: JsonValue): boolean => isObject(element) && typeOf(element) === type;
  const made = elements.findIndex(
    (element) =>
      fits(element) && Object.keys(element as JsonObject).every((name) => ownValue(dotted, name) !== undefined),
  );
  return made >= 0 ? made : elements.findIndex(fits);
}

function typeOf(element: JsonObject): string | undefined {
  const type = ownValue(element, 'type');
  return typeof type === 'string' && type !== '' ? type.toLowerCase() : undefined;
}
