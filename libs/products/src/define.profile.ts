import type { ProductProfile } from './product-profile.js';

/** A SaaS product with roles: it wants to know who may sign in, and as what, and nothing else of a person. */
export const define: ProductProfile = {
  id: 'define',
  title: 'SaaS with roles',
  identityKey: 'email',
  roles: {
    key: 'roles',
    from: 'mappedGroups',
    description: 'Roles that the tenant’s role mapping gives to groups. Permissions are set in the product.',
  },
  deactivation: {
    loginBlocked: true,
    dataRetained: true,
    historyVisible: true,
    description: 'A soft delete: the person can no longer sign in; edits and contributions stay visible for audit.',
  },
  keys: [
    {
      key: 'user_id',
      namespace: 'core',
      // What the provider calls the person; where it sends nothing of the kind, what we do.
      sources: ['externalId', 'id'],
      type: 'string',
      literals: ['number'],
      level: 'required',
      sensitive: false,
      description: 'Id of the person at the identity provider; where it sends none, our own.',
    },
    {
      key: 'email',
      namespace: 'core',
      // Who signs in under a short name has the address among the e-mails; a private one is never taken for it.
      sources: [
        { path: 'userName', onlyWithAt: true },
        { path: 'emails.value', pick: ['primary', { type: 'work' }, 'untyped'] },
      ],
      type: 'email',
      level: 'required',
      sensitive: false,
      description: 'Identifies the person. Read from emails only when userName holds no "@".',
    },
    {
      key: 'first_name',
      namespace: 'core',
      sources: ['name.givenName'],
      type: 'string',
      level: 'optional',
      sensitive: false,
      description: 'Given name.',
    },
    {
      key: 'last_name',
      namespace: 'core',
      sources: ['name.familyName'],
      type: 'string',
      level: 'optional',
      sensitive: false,
      description: 'Family name.',
    },
  ],
};
