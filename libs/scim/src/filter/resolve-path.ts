import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributeDefinition, AttributePath } from '../schema/schema.types.js';

/**
 * Like `model.resolve`, but the bare name of a complex attribute that the core schema does not know and exactly one
 * extension does is taken as that extension's: Entra ID filters on and patches plain `manager`. Other bare names are the
 * core schema's (RFC 7644 §3.10), where a POST keeps them too.
 * @throws ScimError `invalidPath`
 */
export function resolvePath(model: ResourceModel, text: string): AttributePath {
  const path = model.resolve(text);
  const { schema, attribute, definition, subAttribute } = path;
  if (schema !== undefined || definition || attribute === undefined) return path;
  const owners = model.extensions.filter(({ id }) => model.findAttribute(attribute, id)?.type === 'complex');
  const [owner] = owners;
  const owned = owner && model.findAttribute(attribute, owner.id);
  if (owners.length !== 1 || !owner || !owned) return path;
  return withSubAttribute({ schema: owner.id, attribute: owned.name, definition: owned }, subAttribute);
}

export function withSubAttribute(path: AttributePath, name: string | undefined): AttributePath {
  if (name === undefined) return path;
  const subDefinition = findSubAttribute(path.definition, name);
  return { ...path, subAttribute: subDefinition?.name ?? name, ...(subDefinition && { subDefinition }) };
}

export function findSubAttribute(
  definition: AttributeDefinition | undefined,
  name: string,
): AttributeDefinition | undefined {
  const lowered = name.toLowerCase();
  return definition?.subAttributes?.find((candidate) => candidate.name.toLowerCase() === lowered);
}

/** The definition of what the path ends at; absent when no schema knows it. */
export function leafDefinition(path: AttributePath): AttributeDefinition | undefined {
  return path.subAttribute === undefined ? path.definition : path.subDefinition;
}

/** The path as a client writes it: `urn:…:attr.sub`. */
export function printPath({ schema, attribute, subAttribute }: AttributePath): string {
  const sub = subAttribute === undefined ? '' : `.${subAttribute}`;
  if (attribute === undefined) return schema ?? '';
  return `${schema === undefined ? '' : `${schema}:`}${attribute}${sub}`;
}
