import { type AttributePath, leafDefinition, printPath, type ResourceModel, resolvePath, ScimError } from '#scim';
import type { Filter, Sort } from '../read-models.port.js';
import { NOTHING } from './compile-scim-filter.js';
import { relationOf } from './relations.js';
import { SHADOW_FIELD, shadowPath } from './shadow-key.js';

/** How to read a list in SCIM's order: two queries, one behind the other. */
export interface CompiledSort {
  /** Documents that have a value, to be read in the order of `sort`. */
  readonly present: Filter;
  /** The others: behind those with a value when ascending, in front of them when descending. */
  readonly missing: Filter;
  readonly sort: Sort;
  /** The attribute as the schema writes it, for messages. */
  readonly attribute: string;
  /** No schema knows the attribute, so a document may have several values there. */
  readonly isUnknown: boolean;
  /** No document lacks a value. */
  readonly always: boolean;
}

/**
 * Sorting by the primary or else first value of a multi-valued attribute, and with missing values last ascending, first
 * descending (RFC 7644 §3.4.2.3). MongoDB puts missing values first ascending, hence two filters: each goes together
 * with the list's own, and a caller pages through both lists as one. Where no value is ever missing, `missing` holds for
 * no document.
 * @param options `byDocumentId`: documents' `_id`s are in the order of ids, which is a sort any engine has an index for
 * @param sortBy an attribute path; what no schema knows is sorted by as well, multi-valued by its least value
 * @throws ScimError `invalidValue` when resources cannot be sorted by it, `sensitive` for a password
 */
export function compileSort(
  sortBy: string,
  sortOrder: 'ascending' | 'descending',
  model: ResourceModel,
  { field = SHADOW_FIELD, byDocumentId = false }: { readonly field?: string; readonly byDocumentId?: boolean } = {},
): CompiledSort {
  const path = sortPath(sortBy, model);
  const named = { attribute: printPath(path), isUnknown: leafDefinition(path) === undefined };
  const direction = sortOrder === 'descending' ? -1 : 1;
  if (byDocumentId && path.attribute === 'id' && path.schema === undefined) {
    return { ...named, always: true, present: {}, missing: NOTHING, sort: { _id: direction } };
  }
  const key = sortKey(shadowPath(field, path), path);
  // Ties go the same way, so that one index serves both directions.
  const sort: Sort = { [key]: direction, _id: direction };
  if (isAlwaysPresent(path)) return { ...named, always: true, present: {}, missing: NOTHING, sort };
  const present: Filter = { [key]: { $exists: true } };
  return { ...named, always: false, present, missing: { [key]: { $exists: false } }, sort };
}

function sortPath(sortBy: string, model: ResourceModel): AttributePath {
  let path: AttributePath;
  try {
    path = resolvePath(model, sortBy);
  } catch (cause) {
    throw new ScimError('invalidValue', 'sortBy must be an attribute path such as name.familyName.', { cause });
  }
  const { attribute, definition } = path;
  if (definition?.returned === 'never' || attribute?.toLowerCase() === 'password') {
    // Its order would tell, page by page, what the value is (RFC 7644 §7.5.2).
    throw new ScimError('sensitive', 'sortBy must not be a password.');
  }
  if (attribute === undefined || relationOf(path)) {
    throw new ScimError('invalidValue', `sortBy: resources cannot be sorted by ${printPath(path)}.`);
  }
  if (definition?.type !== 'complex' || path.subAttribute !== undefined) return path;
  const value = resolvePath(model, `${printPath(path)}.value`);
  if (value.subDefinition) return value;
  const names = (definition.subAttributes ?? []).map(({ name }) => name).join(', ');
  throw new ScimError('invalidValue', `sortBy: ${printPath(path)} is complex; add one of ${names} behind a dot.`);
}

/** The shadow has the primary element in front. */
function sortKey(key: string, { definition, subAttribute }: AttributePath): string {
  if (!definition?.multiValued) return key;
  if (subAttribute === undefined) return `${key}.0`;
  const dot = key.lastIndexOf('.');
  return `${key.slice(0, dot)}.0${key.slice(dot)}`;
}

function isAlwaysPresent({ schema, attribute, subAttribute, definition }: AttributePath): boolean {
  if (schema !== undefined) return false;
  if (attribute === 'id') return true;
  if (attribute === 'meta') return subAttribute === 'created' || subAttribute === 'lastModified';
  return definition?.required === true && subAttribute === undefined;
}
