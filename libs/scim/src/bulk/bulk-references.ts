import { isObject } from '../filter/read-value.js';
import { MAX_FILTER_LENGTH } from '../filter/filter-parser.js';
import type { JsonValue } from '../schema/schema.types.js';
import { ScimError } from '../scim-error.js';
import { decoded } from './bulk-target.js';

/** What a reference comes to once the operation with that bulkId has made its resource. */
export interface ResolvedReference {
  readonly id: string;
  /** Absolute URL of the resource. */
  readonly location: string;
}

/** Gives what the operation with this bulkId has made, or throws. */
export type ResolveBulkId = (bulkId: string) => ResolvedReference;

/** Deeper than any resource that is accepted. */
const MAX_DEPTH = 64;

const PREFIX = 'bulkId:';

/** The bulkId in `bulkId:u1`; undefined for any other text. */
export const bulkIdIn = (text: string): string | undefined =>
  text.startsWith(PREFIX) && text.length > PREFIX.length ? text.slice(PREFIX.length) : undefined;

/**
 * The body of an operation with each `bulkId:…` replaced (RFC 7644 §3.7.2): as a whole value, at the end of the address
 * of a user or group, and in the quotes of a PATCH path. A `$ref` that is nothing else becomes the resource's location.
 * @returns what was given where it refers to nothing
 * @throws ScimError `invalidValue` for a body that is nested too deep, and whatever `resolve` throws
 */
export function resolveReferences(data: JsonValue | undefined, resolve: ResolveBulkId): JsonValue | undefined {
  return data === undefined ? undefined : resolveValue(data, '', resolve, 0);
}

function resolveValue(value: JsonValue, name: string, resolve: ResolveBulkId, depth: number): JsonValue {
  if (typeof value === 'string') {
    if (!value.includes(PREFIX)) return value;
    return name.toLowerCase() === 'path' ? resolveQuoted(value, resolve) : resolveText(value, name, resolve);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) throw new ScimError('invalidValue', `"data" is nested deeper than ${MAX_DEPTH} levels.`);
  if (Array.isArray(value)) {
    const elements = value.map((element) => resolveValue(element, name, resolve, depth + 1));
    return elements.some((element, index) => element !== value[index]) ? elements : value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, part]): [string, JsonValue] => {
    const resolvedKey = key.includes(PREFIX) ? resolveQuoted(key, resolve) : key;
    const resolved = resolveValue(part, key, resolve, depth + 1);
    changed ||= resolvedKey !== key || resolved !== part;
    return [resolvedKey, resolved];
  });
  // Object.fromEntries defines names, so that `__proto__` stays one like any other.
  return changed ? Object.fromEntries(entries) : value;
}

function resolveText(text: string, name: string, resolve: ResolveBulkId): string {
  const whole = bulkIdIn(text);
  if (whole !== undefined) {
    const { id, location } = resolve(whole);
    return name === '$ref' ? location : id;
  }
  const address = /^(.*\/)?(?:Users|Groups)\/$/s.exec(text.slice(0, text.lastIndexOf(PREFIX)));
  const last = text.slice(text.lastIndexOf(PREFIX) + PREFIX.length);
  if (!address || last === '' || /[/?#]/.test(last)) return text;
  return address[0] + resolve(decoded(last)).id;
}

/** References in the literals of a filter: `members[value eq "bulkId:u1"]`. */
function resolveQuoted(path: string, resolve: ResolveBulkId): string {
  if (path.length > MAX_FILTER_LENGTH) return path;
  return path.replace(/"(?:[^"\\]|\\.)*"/g, (quoted) => {
    let text: unknown;
    try {
      text = JSON.parse(quoted);
    } catch {
      return quoted;
    }
    const resolved = resolveText(text as string, '', resolve);
    return resolved === text ? quoted : JSON.stringify(resolved);
  });
}

/** The bulkIds that a body refers to, each once, in the order in which they come. */
export function referencedBulkIds(data: JsonValue | undefined): Set<string> {
  const found = new Set<string>();
  resolveReferences(data, (bulkId) => {
    found.add(bulkId);
    return { id: '', location: '' };
  });
  return found;
}

type Split = { kept: JsonValue | undefined; postponed: JsonValue | undefined };

/**
 * Parts a new resource into what can be written now, and the attributes and elements that refer to a bulkId of which
 * `mustWait` holds. Both together are the whole again. A value that refers goes with all of its sub-attributes: a member
 * without its `value` would be none.
 */
export function postponeReferences(
  data: { [name: string]: JsonValue },
  mustWait: (bulkId: string) => boolean,
): { kept: { [name: string]: JsonValue }; postponed: { [name: string]: JsonValue } } {
  const waits = (value: JsonValue, name: string) => [...referencedBulkIds({ [name]: value })].some(mustWait);
  const splitElements = (elements: JsonValue[], name: string): Split => {
    const kept = elements.filter((element) => !waits(element, name));
    return { kept, postponed: elements.filter((element) => waits(element, name)) };
  };
  const splitValue = (value: JsonValue, name: string): Split => {
    if (!waits(value, name)) return { kept: value, postponed: undefined };
    if (Array.isArray(value)) return splitElements(value, name);
    // The object under a schema's URN holds attributes as the resource itself does.
    return isObject(value) && name.includes(':') ? splitObject(value) : { kept: undefined, postponed: value };
  };
  const splitObject = (object: { [name: string]: JsonValue }) => {
    const kept: [string, JsonValue][] = [];
    const postponed: [string, JsonValue][] = [];
    for (const [name, value] of Object.entries(object)) {
      const split = splitValue(value, name);
      if (split.kept !== undefined) kept.push([name, split.kept]);
      if (split.postponed !== undefined) postponed.push([name, split.postponed]);
    }
    return { kept: Object.fromEntries(kept), postponed: Object.fromEntries(postponed) };
  };
  return splitObject(data);
}
