import { defineAttribute } from './define-attribute.js';
import type { AttributeDefinition, SchemaDefinition } from './schema.types.js';

const readOnly = { mutability: 'readOnly' } as const;
const required = { mutability: 'readOnly', required: true } as const;

/** What is said of an attribute, RFC 7643 §7. */
function characteristics(): AttributeDefinition[] {
  return [
    defineAttribute('name', 'string', 'Name of the attribute.', { ...required, caseExact: true }),
    defineAttribute('type', 'string', 'Data type.', {
      ...required,
      caseExact: true,
      canonicalValues: ['string', 'complex', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary'],
    }),
    defineAttribute('multiValued', 'boolean', 'Whether the attribute is a list.', required),
    defineAttribute('description', 'string', 'What the attribute means.', { ...readOnly, caseExact: true }),
    defineAttribute('required', 'boolean', 'Whether a resource must have the attribute.', readOnly),
    defineAttribute('canonicalValues', 'string', 'Values that are suggested; others are accepted.', {
      ...readOnly,
      multiValued: true,
      caseExact: true,
    }),
    defineAttribute('caseExact', 'boolean', 'Whether letter case tells values apart.', readOnly),
    defineAttribute('mutability', 'string', 'Who may set the attribute, and when.', {
      ...readOnly,
      caseExact: true,
      canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
    }),
    defineAttribute('returned', 'string', 'When the attribute is part of a response.', {
      ...readOnly,
      caseExact: true,
      canonicalValues: ['always', 'never', 'default', 'request'],
    }),
    defineAttribute('uniqueness', 'string', 'How far values must differ between resources.', {
      ...readOnly,
      caseExact: true,
      canonicalValues: ['none', 'server', 'global'],
    }),
    defineAttribute('referenceTypes', 'string', 'What a reference may point at.', {
      ...readOnly,
      multiValued: true,
      caseExact: true,
    }),
  ];
}

/** Schema of schemas, RFC 7643 §7. */
export const schemaSchema: SchemaDefinition = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Schema',
  name: 'Schema',
  description: 'The attributes of a kind of resource, or those that an extension adds.',
  attributes: [
    defineAttribute('id', 'string', 'URN of the schema.', { ...required, caseExact: true, uniqueness: 'server' }),
    defineAttribute('name', 'string', 'Name of the schema, for people.', required),
    defineAttribute('description', 'string', 'What the schema is for.', readOnly),
    defineAttribute('attributes', 'complex', 'The attributes of the schema.', {
      ...required,
      multiValued: true,
      subAttributes: [
        ...characteristics(),
        defineAttribute('subAttributes', 'complex', 'The attributes of a complex attribute.', {
          ...readOnly,
          multiValued: true,
          subAttributes: characteristics(),
        }),
      ],
    }),
  ],
};
