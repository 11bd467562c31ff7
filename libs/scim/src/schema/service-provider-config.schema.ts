import { defineAttribute } from './define-attribute.js';
import type { AttributeDefinition, SchemaDefinition } from './schema.types.js';

const readOnly = { mutability: 'readOnly' } as const;
const required = { mutability: 'readOnly', required: true } as const;

/** A feature that is either there or not. */
function feature(name: string, description: string, more: readonly AttributeDefinition[] = []): AttributeDefinition {
  return defineAttribute(name, 'complex', description, {
    ...required,
    subAttributes: [defineAttribute('supported', 'boolean', 'Whether the service can do this.', required), ...more],
  });
}

/** Schema of the service's own description, RFC 7643 §5. */
export const serviceProviderConfigSchema: SchemaDefinition = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
  name: 'ServiceProviderConfig',
  description: 'What this service can do.',
  attributes: [
    defineAttribute('documentationUri', 'reference', 'Address of the documentation.', {
      ...readOnly,
      referenceTypes: ['external'],
    }),
    feature('patch', 'Changing parts of a resource with PATCH.'),
    feature('bulk', 'Many operations in one request.', [
      defineAttribute('maxOperations', 'integer', 'Most operations in one request.', required),
      defineAttribute('maxPayloadSize', 'integer', 'Largest request, in bytes.', required),
    ]),
    feature('filter', 'Searching with a filter.', [
      defineAttribute('maxResults', 'integer', 'Most resources in one response.', required),
    ]),
    feature('changePassword', 'Setting passwords.'),
    feature('sort', 'Sorting of results.'),
    feature('etag', 'Entity tags, for conditional requests.'),
    // RFC 9865 §4.
    defineAttribute('pagination', 'complex', 'Ways of reading a list page by page.', {
      ...readOnly,
      subAttributes: [
        defineAttribute('cursor', 'boolean', 'Whether lists can be paged by cursor.', required),
        defineAttribute('index', 'boolean', 'Whether lists can be paged by startIndex.', required),
        defineAttribute('defaultPaginationMethod', 'string', 'How a list is paged that is asked for neither way.', {
          ...readOnly,
          canonicalValues: ['cursor', 'index'],
        }),
        defineAttribute('defaultPageSize', 'integer', 'Resources on a page when no count is given.', readOnly),
        defineAttribute('maxPageSize', 'integer', 'Most resources on a page.', readOnly),
        defineAttribute('cursorTimeout', 'integer', 'How long a cursor is good for, in seconds.', readOnly),
      ],
    }),
    defineAttribute('authenticationSchemes', 'complex', 'Ways in which a client may say who it is.', {
      ...required,
      multiValued: true,
      subAttributes: [
        defineAttribute('type', 'string', 'Kind of scheme.', {
          ...required,
          canonicalValues: ['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest'],
        }),
        defineAttribute('name', 'string', 'Name of the scheme, for people.', required),
        defineAttribute('description', 'string', 'How to use the scheme.', required),
        defineAttribute('specUri', 'reference', 'Address of its specification.', {
          ...readOnly,
          referenceTypes: ['external'],
        }),
        defineAttribute('documentationUri', 'reference', 'Address of its documentation.', {
          ...readOnly,
          referenceTypes: ['external'],
        }),
        defineAttribute('primary', 'boolean', 'Marks the scheme to prefer.', readOnly),
      ],
    }),
  ],
};
