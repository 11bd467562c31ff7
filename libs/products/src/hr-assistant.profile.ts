import { ENTERPRISE_USER_SCHEMA } from '#scim';
import { placeSource } from './place-source.js';
import type { ProductProfile } from './product-profile.js';

/** The namespace in which the HR assistant takes any attribute a customer likes to send. */
export const HR_ASSISTANT_EXTENSION = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';

/** The HR assistant answers people's questions the better the more it is told; only userName is a must. */
export const hrAssistant: ProductProfile = {
  id: 'hr-assistant',
  title: 'HR assistant',
  enabledByDefault: true,
  identityKey: 'user_name',
  deactivation: {
    loginBlocked: true,
    dataRetained: true,
    historyVisible: true,
    description: 'The person can no longer ask; past conversations are kept and return with the person.',
  },
  keys: [
    {
      key: 'user_name',
      namespace: 'core',
      sources: ['userName'],
      type: 'string',
      level: 'required',
      sensitive: false,
      description: 'Identifies the person. It may differ from the e-mail address.',
    },
    {
      key: 'first_name',
      namespace: 'core',
      sources: ['name.givenName'],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'Given name.',
    },
    {
      key: 'last_name',
      namespace: 'core',
      sources: ['name.familyName'],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'Family name.',
    },
    {
      key: 'email',
      namespace: 'core',
      // Not every provider marks a primary address. A home or other one is never taken for it, nor is userName.
      sources: [{ path: 'emails.value', pick: ['primary', { type: 'work' }, 'untyped'] }],
      type: 'email',
      level: 'recommended',
      sensitive: false,
      description: 'Primary e-mail address; where none is marked primary, the work or untyped one.',
    },
    {
      key: 'job_title',
      namespace: 'core',
      sources: ['title'],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'Job title.',
    },
    {
      key: 'street_address',
      namespace: 'core',
      sources: [placeSource('streetAddress')],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'Street and number.',
    },
    {
      key: 'city',
      namespace: 'core',
      sources: [placeSource('locality'), 'locality'],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'City.',
    },
    {
      key: 'state',
      namespace: 'core',
      sources: [placeSource('region'), 'region'],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'State or region.',
    },
    {
      key: 'country_code',
      namespace: 'core',
      sources: [placeSource('country'), 'country'],
      type: 'string',
      asks: 'countryCode',
      level: 'recommended',
      sensitive: false,
      description: 'ISO 3166 two-letter code. Anything else is kept as sent and reported.',
    },
    {
      key: 'cost_center',
      namespace: 'enterprise',
      sources: [`${ENTERPRISE_USER_SCHEMA}:costCenter`, 'costCenter'],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'Cost centre.',
    },
    {
      key: 'employment_type',
      namespace: 'core',
      sources: ['userType', `${ENTERPRISE_USER_SCHEMA}:employmentType`],
      type: 'string',
      level: 'recommended',
      sensitive: false,
      description: 'Full time or part time, in the words sent.',
    },
    {
      key: 'custom',
      namespace: 'extension',
      sources: [{ extension: HR_ASSISTANT_EXTENSION, names: ['employeeId', 'departmentCode', 'managerEmail'] }],
      type: 'object',
      level: 'optional',
      // What a customer puts here is unknown, so it is guarded like the worst that it may be.
      sensitive: true,
      description: "Every attribute of the assistant's own extension, under its own name and with its own type.",
    },
  ],
};
