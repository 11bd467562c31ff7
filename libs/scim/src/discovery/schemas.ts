import { groupModel, userModel } from '../schema/models.js';
import { resourceTypeSchema } from '../schema/resource-type.schema.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributeDefinition, JsonValue, SchemaDefinition } from '../schema/schema.types.js';
import { schemaSchema } from '../schema/schema.schema.js';
import { serviceProviderConfigSchema } from '../schema/service-provider-config.schema.js';

/**
 * The resources of `GET /Schemas`, RFC 7643 §7; each is also the answer to `GET /Schemas/{urn}`. Every schema stands
 * once, with all characteristics of every attribute.
 * @param baseUrl absolute, without a trailing slash
 * @param models of a tenant that declares attributes of its own, else ours
 */
export function schemas(
  baseUrl: string,
  models: readonly ResourceModel[] = [userModel, groupModel],
): { [name: string]: JsonValue }[] {
  const definitions = new Map<string, SchemaDefinition>();
  for (const model of models) {
    for (const schema of [model.coreSchema, ...model.extensions]) {
      const present = definitions.get(schema.id);
      definitions.set(schema.id, present ? together(present, schema) : schema);
    }
  }
  for (const schema of [serviceProviderConfigSchema, resourceTypeSchema, schemaSchema]) {
    definitions.set(schema.id, schema);
  }
  return [...definitions.values()].map((schema) => representSchema(baseUrl, schema));
}

/** One URN on two resource types: what either has. */
function together(a: SchemaDefinition, b: SchemaDefinition): SchemaDefinition {
  const names = new Set(a.attributes.map(({ name }) => name.toLowerCase()));
  return { ...a, attributes: [...a.attributes, ...b.attributes.filter(({ name }) => !names.has(name.toLowerCase()))] };
}

function representSchema(baseUrl: string, schema: SchemaDefinition): { [name: string]: JsonValue } {
  return {
    schemas: [schemaSchema.id],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: schema.attributes.map(representAttribute),
    meta: {
      resourceType: 'Schema',
      location: `${baseUrl}/Schemas/${encodeURIComponent(schema.id).replaceAll('%3A', ':')}`,
    },
  };
}

function representAttribute(attribute: AttributeDefinition): { [name: string]: JsonValue } {
  const { canonicalValues, referenceTypes, subAttributes } = attribute;
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    description: attribute.description,
    required: attribute.required,
    caseExact: attribute.caseExact,
    mutability: attribute.mutability,
    returned: attribute.returned,
    uniqueness: attribute.uniqueness,
    ...(canonicalValues ? { canonicalValues: [...canonicalValues] } : {}),
    ...(referenceTypes ? { referenceTypes: [...referenceTypes] } : {}),
    ...(subAttributes ? { subAttributes: subAttributes.map(representAttribute) } : {}),
  };
}
