import type { JsonValue } from '../schema/schema.types.js';

type JsonObject = { [name: string]: JsonValue };

/**
 * Makes a list of elements lawful (RFC 7643 §2.4): the last of several primaries wins, and elements of the same type and
 * value become one, as PingOne sends an address twice when one of two mappings is empty. The later element's
 * sub-attributes win. An element that has nothing but labels yet takes the primary from nobody. Gives `elements` itself back when there is nothing to settle.
 */
export function settleElements(elements: JsonObject[], byValueAlone = false): JsonObject[] {
  if (elements.length < 2) return elements;
  return collapse(onePrimary(elements), byValueAlone);
}

/** Whether an element has no more than the labels of RFC 7643 §2.4: as it is between two operations of a PATCH. */
export function isDraft(element: JsonObject): boolean {
  return Object.keys(element).every((name) => name === 'type' || name === 'primary');
}

function onePrimary(elements: JsonObject[]): JsonObject[] {
  let primaries = 0;
  for (let i = 0; i < elements.length; i++) if (elements[i]!.primary === true) primaries++;
  if (primaries < 2) return elements;
  const isPrimary = (element: JsonObject) => element.primary === true && !isDraft(element);
  const last = elements.findLastIndex(isPrimary);
  return elements.map((element, i) => (i !== last && isPrimary(element) ? { ...element, primary: false } : element));
}

function collapse(elements: JsonObject[], byValueAlone: boolean): JsonObject[] {
  const places = new Map<string, number>();
  let changed: JsonObject[] | undefined;
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]!;
    const identity = identify(element, byValueAlone);
    const place = places.get(identity);
    if (place === undefined) {
      places.set(identity, changed ? changed.length : i);
      changed?.push(element);
    } else {
      changed ??= elements.slice(0, i);
      changed[place] = { ...changed[place], ...element };
    }
  }
  return changed ?? elements;
}

/** Without a `value` (addresses) only elements alike in everything but `primary` are the same. */
function identify(element: JsonObject, byValueAlone: boolean): string {
  const { value, type } = element;
  if (typeof value !== 'string') return JSON.stringify({ ...element, primary: null });
  // U+0000 is refused in strings, so the two halves cannot run into each other.
  return byValueAlone || typeof type !== 'string' ? value : `${value}\u0000${type}`;
}
