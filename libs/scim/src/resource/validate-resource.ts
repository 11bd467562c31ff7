import { ScimError } from '../scim-error.js';
import { quoteName } from '../schema/attribute-name.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { JsonValue, ResourceAttributes, SchemaDefinition } from '../schema/schema.types.js';

/**
 * Checks a whole resource in canonical form: required attributes are there (RFC 7643 §2.2 and §7), of extensions too
 * where the resource has any of their attributes or must have.
 * @throws ScimError `invalidValue` naming all that is missing
 */
export function validateResource(model: ResourceModel, attributes: ResourceAttributes): void {
  const missing = missingIn(model.coreSchema, attributes);
  for (const extension of model.extensions) {
    const present = attributes[extension.id];
    const required = model.resourceType.schemaExtensions.some((one) => one.schema === extension.id && one.required);
    if (present === undefined && !required) continue;
    const object = typeof present === 'object' && present !== null && !Array.isArray(present) ? present : {};
    missing.push(...missingIn(extension, object).map((name) => `${extension.id}:${name}`));
  }
  if (missing.length === 0) return;
  const names = missing.map(quoteName).join(', ');
  const verb = missing.length === 1 ? 'Attribute' : 'Attributes';
  throw new ScimError('invalidValue', `${verb} ${names} must be given for a ${model.resourceType.name}.`);
}

function missingIn(schema: SchemaDefinition, attributes: { readonly [name: string]: JsonValue }): string[] {
  return requiredBy(schema).filter((name) => isBlank(attributes[name]));
}

const required = new WeakMap<SchemaDefinition, readonly string[]>();

/** Names of the attributes that clients must give. */
function requiredBy(schema: SchemaDefinition): readonly string[] {
  let names = required.get(schema);
  if (!names) {
    names = schema.attributes
      .filter((one) => one.required && one.mutability !== 'readOnly' && one.mutability !== 'writeOnly')
      .map(({ name }) => name);
    required.set(schema, names);
  }
  return names;
}

/** A name of nothing but white space can be neither shown nor searched for. */
function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}
