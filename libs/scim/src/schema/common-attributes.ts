import { defineAttribute } from './define-attribute.js';
import type { AttributeDefinition } from './schema.types.js';

/** Attributes that every resource has, whatever its schemas (RFC 7643 §3 and §3.1). */
export const commonAttributes: readonly AttributeDefinition[] = [
  defineAttribute('schemas', 'reference', 'URNs of the schemas that this resource has attributes of.', {
    multiValued: true,
    required: true,
    returned: 'always',
    referenceTypes: ['uri'],
  }),
  defineAttribute('id', 'string', 'Identifier given by this service; never changes and is never given out again.', {
    caseExact: true,
    mutability: 'readOnly',
    returned: 'always',
    uniqueness: 'server',
  }),
  defineAttribute('externalId', 'string', 'Identifier that the provisioning client knows this resource by.', {
    caseExact: true,
  }),
  defineAttribute('meta', 'complex', 'What this service records about the resource.', {
    mutability: 'readOnly',
    subAttributes: [
      defineAttribute('resourceType', 'string', 'Name of the resource type.', {
        caseExact: true,
        mutability: 'readOnly',
      }),
      defineAttribute('created', 'dateTime', 'When the resource was created here.', { mutability: 'readOnly' }),
      defineAttribute('lastModified', 'dateTime', 'When the resource last really changed.', { mutability: 'readOnly' }),
      defineAttribute('location', 'reference', 'Absolute URL of the resource.', {
        mutability: 'readOnly',
        referenceTypes: ['uri'],
      }),
      defineAttribute('version', 'string', 'Entity tag of the present state.', {
        caseExact: true,
        mutability: 'readOnly',
      }),
    ],
  }),
];
