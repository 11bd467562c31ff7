import { defineAttribute } from './define-attribute.js';
import type { SchemaDefinition } from './schema.types.js';

const required = { mutability: 'readOnly', required: true } as const;

/** Schema of resource types, RFC 7643 §6. */
export const resourceTypeSchema: SchemaDefinition = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:ResourceType',
  name: 'ResourceType',
  description: 'A kind of resource that this service keeps.',
  attributes: [
    defineAttribute('id', 'string', 'Identifier, the same as the name.', { mutability: 'readOnly', caseExact: true }),
    defineAttribute('name', 'string', 'Name, as meta.resourceType has it.', { ...required, uniqueness: 'server' }),
    defineAttribute('description', 'string', 'What resources of this type stand for.', { mutability: 'readOnly' }),
    defineAttribute('endpoint', 'reference', 'Path of the endpoint below the base URL.', {
      ...required,
      uniqueness: 'server',
      referenceTypes: ['uri'],
    }),
    defineAttribute('schema', 'reference', 'URN of the core schema.', { ...required, referenceTypes: ['uri'] }),
    defineAttribute('schemaExtensions', 'complex', 'Schemas that may add to the core schema.', {
      mutability: 'readOnly',
      multiValued: true,
      subAttributes: [
        defineAttribute('schema', 'reference', 'URN of the extension.', { ...required, referenceTypes: ['uri'] }),
        defineAttribute('required', 'boolean', 'Whether every resource must have attributes of it.', required),
      ],
    }),
  ],
};
