import {
  type AttributeShape,
  definitionOf,
  mergeShapeLists,
  type SchemaShape,
  subDefinitionOf,
} from './attribute-shape.js';
import { createResourceModel } from './create-resource-model.js';
import type { ResourceModel } from './resource-model.js';
import type { AttributeDefinition, SchemaDefinition } from './schema.types.js';

/**
 * A resource type with what a tenant has beyond its schemas, for discovery: attributes are added to the schema whose URN
 * they stand under, in any case, and a URN unknown so far becomes an extension that is not required. What a schema of
 * `model` defines stays as it is, but for sub-attributes that are added to it.
 * @param shapes may name a URN or an attribute more than once; the last description of a URN is told
 */
export function widenModel(model: ResourceModel, shapes: readonly SchemaShape[]): ResourceModel {
  const added = new Map<string, SchemaShape>();
  for (const shape of shapes) {
    const present = added.get(shape.id.toLowerCase());
    added.set(shape.id.toLowerCase(), present ? mergeSchemas(present, shape) : shape);
  }
  const take = (schema: SchemaDefinition): SchemaDefinition => {
    const shape = added.get(schema.id.toLowerCase());
    added.delete(schema.id.toLowerCase());
    if (!shape) return schema;
    const attributes = widenAttributes(schema.attributes, shape.attributes);
    return { ...schema, ...(shape.description !== undefined && { description: shape.description }), attributes };
  };
  const coreSchema = take(model.coreSchema);
  const extensions = [...model.extensions.map(take), ...[...added.values()].map(schemaOf)];
  const required = new Set(model.resourceType.schemaExtensions.filter((one) => one.required).map((one) => one.schema));
  const schemaExtensions = extensions.map(({ id }) => ({ schema: id, required: required.has(id) }));
  return createResourceModel({ ...model.resourceType, schemaExtensions }, coreSchema, extensions);
}

function mergeSchemas(a: SchemaShape, b: SchemaShape): SchemaShape {
  return { ...a, ...b, id: a.id, attributes: mergeShapeLists(a.attributes, b.attributes) };
}

function widenAttributes(
  defined: readonly AttributeDefinition[],
  shapes: readonly AttributeShape[],
): AttributeDefinition[] {
  const rest = new Map(shapes.map((shape) => [shape.name.toLowerCase(), shape]));
  const widened = defined.map((definition) => {
    const shape = rest.get(definition.name.toLowerCase());
    rest.delete(definition.name.toLowerCase());
    const known = new Set(definition.subAttributes?.map(({ name }) => name.toLowerCase()));
    const subs = shape?.subAttributes?.filter(({ name }) => !known.has(name.toLowerCase())) ?? [];
    if (!definition.subAttributes || subs.length === 0) return definition;
    return { ...definition, subAttributes: [...definition.subAttributes, ...subs.map(subDefinitionOf)] };
  });
  // Without a type it is only said to hold something, of a schema that is not this one any more.
  return [...widened, ...[...rest.values()].filter(({ types }) => types.length > 0).map(definitionOf)];
}

function schemaOf({ id, name, description, attributes }: SchemaShape): SchemaDefinition {
  return {
    id,
    name: name ?? nameIn(id),
    description: description ?? 'Custom attributes of this tenant.',
    attributes: attributes.map(definitionOf),
  };
}

/** What a URN calls its schema: the word in front of the version, or else its last. */
function nameIn(urn: string): string {
  const parts = urn.split(/[:/]/).filter((part) => part !== '');
  const version = parts.findIndex((part) => /^v?\d+(?:\.\d+)*$/i.test(part));
  return parts[version > 0 ? version - 1 : parts.length - 1] ?? urn;
}
