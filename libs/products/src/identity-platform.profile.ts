import type { ProductProfile } from './product-profile.js';

/**
 * A platform that signs people in for others. Which attributes it is told beyond who somebody is, is each customer's own
 * choice: a mapping adds keys, from any namespace.
 */
export const identityPlatform: ProductProfile = {
  id: 'identity-platform',
  title: 'Identity platform',
  identityKey: 'user_id',
  ownKeys: true,
  deactivation: {
    loginBlocked: true,
    dataRetained: true,
    historyVisible: true,
    description:
      'The person is blocked at every application behind it; the profile is kept and returns with the person.',
  },
  keys: [
    {
      key: 'user_id',
      namespace: 'core',
      sources: ['externalId'],
      type: 'string',
      literals: ['number'],
      level: 'required',
      sensitive: false,
      description: 'Identifies the person, as the identity provider calls them in sign-ins.',
    },
    {
      key: 'user_name',
      namespace: 'core',
      sources: ['userName'],
      type: 'string',
      level: 'required',
      sensitive: false,
      description: 'The unique identifier that the provider finds people by.',
    },
    {
      key: 'email',
      namespace: 'core',
      // The guide has the types of address and phone removed, so the address that is left says only that it is primary.
      sources: [{ path: 'emails.value', pick: ['primary', { type: 'work' }, 'untyped'] }],
      type: 'email',
      level: 'optional',
      sensitive: false,
      description: 'Primary e-mail address; where none is marked primary, the work or untyped one.',
    },
    {
      key: 'given_name',
      namespace: 'core',
      sources: ['name.givenName'],
      type: 'string',
      level: 'optional',
      sensitive: false,
      description: 'Given name.',
    },
    {
      key: 'family_name',
      namespace: 'core',
      sources: ['name.familyName'],
      type: 'string',
      level: 'optional',
      sensitive: false,
      description: 'Family name.',
    },
  ],
};
