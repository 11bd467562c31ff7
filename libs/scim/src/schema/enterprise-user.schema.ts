import { defineAttribute } from './define-attribute.js';
import type { SchemaDefinition } from './schema.types.js';

export const ENTERPRISE_USER_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** Enterprise extension of User, RFC 7643 §4.3. */
export const enterpriseUserSchema: SchemaDefinition = {
  id: ENTERPRISE_USER_SCHEMA,
  name: 'EnterpriseUser',
  description: 'What an employer records about a person.',
  attributes: [
    defineAttribute('employeeNumber', 'string', 'Number or code given by the employer; leading zeros are kept.'),
    defineAttribute('costCenter', 'string', 'Cost centre.'),
    defineAttribute('organization', 'string', 'Organisation.'),
    defineAttribute('division', 'string', 'Division.'),
    defineAttribute('department', 'string', 'Department.'),
    defineAttribute('manager', 'complex', 'The person this one reports to.', {
      subAttributes: [
        defineAttribute('value', 'string', "Identifier of the manager's User, as the client sends it.", {
          caseExact: true,
        }),
        defineAttribute('$ref', 'reference', "Address of the manager's User.", { referenceTypes: ['User'] }),
        // RFC 7643 §4.3 calls this readOnly. Providers send it and products map it, so it is accepted and given back.
        defineAttribute('displayName', 'string', "The manager's name, as the client sends it."),
      ],
    }),
  ],
};
