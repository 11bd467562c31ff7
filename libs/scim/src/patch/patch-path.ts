import { parseFilteredPath } from '../filter/filter-parser.js';
import type { FilterNode } from '../filter/filter.types.js';
import { ownName } from '../filter/read-value.js';
import { resolvePath } from '../filter/resolve-path.js';
import { ScimError } from '../scim-error.js';
import { isAttributeName, quoteName } from '../schema/attribute-name.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributePath, ResourceAttributes } from '../schema/schema.types.js';

export interface PatchPath {
  readonly path: AttributePath;
  /** What stands in brackets behind the attribute. */
  readonly filter?: FilterNode;
}

/**
 * Takes `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub` and a bare schema URN apart, each with or without a
 * schema URN in front (RFC 7644 §3.5.2, figure 7).
 * @throws ScimError `invalidPath`, or `invalidFilter` for what is in the brackets
 */
export function parsePatchPath(model: ResourceModel, attributes: ResourceAttributes, text: string): PatchPath {
  const bracket = text.indexOf('[');
  if (bracket < 0) return { path: resolveStored(model, attributes, text) };
  const path = resolveStored(model, attributes, text.slice(0, bracket).trim());
  const { path: parsed, filter } = parseFilteredPath(text, model);
  const { subAttribute, subDefinition } = parsed;
  return {
    path: { ...path, ...(subAttribute !== undefined && { subAttribute }), ...(subDefinition && { subDefinition }) },
    filter,
  };
}

/** Where the resource has something under that very name, it is meant; a POST has put it there. */
function resolveStored(model: ResourceModel, attributes: ResourceAttributes, text: string): AttributePath {
  if (text.includes(':')) {
    const stored = ownName(attributes, text);
    return stored === undefined ? model.resolve(text) : { schema: stored };
  }
  const path = model.resolve(text);
  if (path.definition || path.attribute === undefined) return path;
  return ownName(attributes, path.attribute) === undefined ? resolvePath(model, text) : path;
}

/** Path of a name inside the object of the extension `schema`: `attr` or `attr.sub`, with brackets for known ones. */
export function parseExtensionKey(
  model: ResourceModel,
  attributes: ResourceAttributes,
  schema: string,
  key: string,
): PatchPath {
  if (model.findExtension(schema)) return parsePatchPath(model, attributes, `${schema}:${key}`);
  // An unknown URN has no border of its own to find: it is what the object stands under.
  const [attribute = '', ...rest] = key.split('.');
  const [subAttribute] = rest;
  if (
    !isAttributeName(attribute) ||
    rest.length > 1 ||
    (subAttribute !== undefined && !isAttributeName(subAttribute))
  ) {
    throw new ScimError('invalidPath', `${quoteName(`${schema}:${key}`)} is not an attribute path.`);
  }
  return { path: { schema, attribute, ...(subAttribute !== undefined && { subAttribute }) } };
}
