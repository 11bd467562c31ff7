import type { IdpPreset } from './idp-preset.js';
import { createUser, deleteUser, get, putUser, RFC_GROUPS, user } from './probes/calls.js';
import { ALL_GROUPS, ALL_USERS } from './scopes.js';

export const onelogin: IdpPreset = {
  id: 'onelogin',
  title: 'OneLogin',
  vendorDocs: 'OneLogin Developers: SCIM Provisioner with SAML (SCIM v2)',
  matchingAttributes: ['userName'],
  matchingAttribute: 'userName',
  authentication: ['bearer'],
  scopes: [...ALL_USERS, ...ALL_GROUPS],
  capabilities: {
    users: { update: ['put'], deactivation: ['active', 'delete'], passwords: false, clearsValues: true },
    groups: ['patch'],
    // At save: unverified.
    readsDiscovery: ['ServiceProviderConfig'],
    cadence: 'on change, or once an admin has approved it',
  },
  connectionTest: ['GET /Users?filter=userName eq "…"'],
  setup: [
    { field: 'SCIM Base URL', value: '{scimBaseUrl}' },
    { field: 'SCIM Bearer Token', value: '{token}' },
    { field: 'Custom Headers', value: 'Content-Type: application/scim+json' },
  ],
  probes: {
    connectionTest: [get('/Users?filter=userName+eq+%22{nobody}%22&', { status: [200, 404] })],
    discovery: [get('/ServiceProviderConfig?')],
    lookup: { userName: '/Users?filter=userName+eq+%22{userName}%22&' },
    // Its admin's template writes the boolean as text, and the only address as an object.
    createUser: [createUser(user({ id: null, active: 'true', emails: { value: '{userName}', type: 'work' } }))],
    updateUser: [
      putUser(user({ active: 'true', name: { givenName: 'Rollcall', familyName: 'Tested' } }), {
        name: { familyName: 'Tested' },
      }),
    ],
    deactivateUser: [putUser(user({ active: 'false' }), { active: false })],
    reactivateUser: [putUser(user({ active: 'true' }), { active: true })],
    deleteUser,
    ...RFC_GROUPS,
  },
  tolerances: { scim1GroupPatch: true, blankIsUnassigned: true },
};
