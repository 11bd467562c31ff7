import type { AttributeDefinition, JsonValue } from '../schema/schema.types.js';
import { simpleReader } from './read-simple-value.js';
import { complexReader, pluralComplexReader, pluralReader, singularComplexReader } from './read-complex-value.js';
import type { Walk } from './keep-json.js';

/** Reads one value into its canonical form, or undefined where it says "unassigned". Throws ScimError `invalidValue`. */
export type ReadValue = (value: unknown, walk: Walk) => JsonValue | undefined;

/**
 * Compiles a definition into a function, once; what a request then costs is a call.
 * @param below path below `Walk.path`, for error messages: empty for an attribute, `.value` for a sub-attribute
 * @param lenient whether a boolean may stand for a string; extension attributes of the HR kind come so
 */
export function compileReader(definition: AttributeDefinition, below = '', lenient = false): ReadValue {
  if (definition.type !== 'complex') {
    const one = simpleReader(definition.type, below, lenient);
    return definition.multiValued ? pluralReader(one, below) : one;
  }
  const subReaders = (definition.subAttributes ?? []).map((sub) => ({
    definition: sub,
    read: compileReader(sub, `${below}.${sub.name}`, lenient),
  }));
  const one = complexReader(definition, subReaders, below);
  return definition.multiValued ? pluralComplexReader(one) : singularComplexReader(one, below);
}

const readers = new WeakMap<AttributeDefinition, ReadValue>();
const lenientReaders = new WeakMap<AttributeDefinition, ReadValue>();

/**
 * Canonical form of one attribute's value (or one sub-attribute's), as POST and PUT would store it: booleans from
 * strings, one object as a list of one, two primaries as one, and so on. May share structure with `value`.
 * @param path as an error should name it
 * @param inExtension whether the attribute is one of an extension, where a boolean may stand for a string
 * @returns undefined when the value means "unassigned" (RFC 7643 §2.5): null, `""`, `[]`, `{}`, or nothing but such;
 *   what that means for a required or readOnly attribute is the caller's to say
 * @throws ScimError `invalidValue` naming `path`, what came and what is expected
 */
export function normalizeValue(
  definition: AttributeDefinition,
  value: unknown,
  path: string,
  inExtension = false,
): JsonValue | undefined {
  const cache = inExtension ? lenientReaders : readers;
  let read = cache.get(definition);
  if (!read) cache.set(definition, (read = compileReader(definition, '', inExtension)));
  return read(value, { path, elements: 0 });
}
