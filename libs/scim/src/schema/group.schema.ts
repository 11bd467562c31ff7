import { defineAttribute } from './define-attribute.js';
import type { SchemaDefinition } from './schema.types.js';

export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** Group, RFC 7643 §4.2. */
export const groupSchema: SchemaDefinition = {
  id: GROUP_SCHEMA,
  name: 'Group',
  description: 'A named set of people and other groups.',
  attributes: [
    // RFC 7643 §4.2 says REQUIRED, the listing in §8.7.1 says not; the prose is followed.
    defineAttribute('displayName', 'string', 'Name of the group.', { required: true }),
    defineAttribute('members', 'complex', 'Who belongs to the group.', {
      multiValued: true,
      subAttributes: [
        defineAttribute('value', 'string', "Identifier of the member's resource.", {
          required: true,
          caseExact: true,
          mutability: 'immutable',
        }),
        defineAttribute('$ref', 'reference', "Address of the member's resource.", {
          mutability: 'immutable',
          referenceTypes: ['User', 'Group'],
        }),
        defineAttribute('type', 'string', 'Kind of member.', {
          mutability: 'immutable',
          canonicalValues: ['User', 'Group'],
        }),
      ],
    }),
  ],
};
