import type { FilterNode } from '../filter/filter.types.js';
import { keepJson } from '../resource/keep-json.js';
import { normalizeValue } from '../resource/normalize-value.js';
import { ScimError } from '../scim-error.js';
import { quoteName } from '../schema/attribute-name.js';
import type { AttributeDefinition, AttributePath, JsonValue } from '../schema/schema.types.js';

/** One operation on one attribute. */
export interface AttributeEdit {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: AttributePath;
  readonly filter?: FilterNode;
  readonly value: JsonValue | undefined;
  /** The path as an error should name it. */
  readonly label: string;
  /** Whether the request named the path; what merely stands in a pathless value may be readOnly and is passed over. */
  readonly explicit: boolean;
  /** Canonical form of a whole value of the attribute, in which elements may have nothing but labels yet. */
  readonly read: ReadWhole;
}

export type ReadWhole = (value: unknown) => JsonValue | undefined;

/** Canonical form of what no schema knows. */
export const readUnknown =
  (label: string): ReadWhole =>
  (value) =>
    keepJson(value, { path: label, elements: 0 });

export function readSub(
  definition: AttributeDefinition | undefined,
  value: unknown,
  { label, path }: AttributeEdit,
): JsonValue | undefined {
  return definition ? normalizeValue(definition, value, label, path.schema !== undefined) : readUnknown(label)(value);
}

/** A single value that stands where a list of one might (Entra ID's `manager`). */
export const onlyElement = (value: JsonValue | undefined): JsonValue | undefined =>
  Array.isArray(value) && value.length === 1 ? value[0] : value;

/** Null, `""`, `[]`, `{}` and a list of nothing else say "no value" (RFC 7643 §2.5). Looks no deeper: bodies may be deep. */
export function isUnassigned(value: JsonValue | undefined): boolean {
  return Array.isArray(value) ? value.every(isEmpty) : isEmpty(value);
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

export function mutabilityFault(label: string, characteristic: string): ScimError {
  return new ScimError('mutability', `Attribute ${quoteName(label)} is ${characteristic} and cannot be changed.`);
}
