import type { IdpPreset } from './idp-preset.js';
import { createUser, deleteUser, get, putUser, user, USER_NAME_LOOKUP } from './probes/calls.js';
import { ALL_USERS } from './scopes.js';

/** Google pushes to the apps of its own catalogue only; an arbitrary SCIM URL cannot be added by a customer. */
export const google: IdpPreset = {
  id: 'google',
  title: 'Google Workspace',
  vendorDocs: 'Google Workspace Admin Help: Automated user provisioning',
  // Unverified.
  matchingAttributes: ['email', 'userName'],
  matchingAttribute: 'email',
  authentication: ['bearer'],
  scopes: ALL_USERS,
  capabilities: {
    // PUT: unverified.
    users: { update: ['put'], deactivation: ['active', 'delete'], passwords: false, clearsValues: true },
    groups: [],
    readsDiscovery: [],
    cadence: 'every few hours; leaving takes effect after 24 hours, 1, 7 or 30 days, as its admin chose',
  },
  // Unverified.
  connectionTest: ['GET /Users?count=1'],
  setup: [
    { field: 'Endpoint URL', value: '{scimBaseUrl}' },
    { field: 'Access token', value: '{token}' },
  ],
  probes: {
    connectionTest: [get('/Users?count=1')],
    lookup: { userName: USER_NAME_LOOKUP, email: '/Users?filter=emails%20eq%20%22{userName}%22' },
    createUser: [createUser(user())],
    updateUser: [
      putUser(user({ id: '{userId}', name: { givenName: 'Rollcall', familyName: 'Tested' } }), {
        name: { familyName: 'Tested' },
      }),
    ],
    deactivateUser: [putUser(user({ active: false }), { active: false })],
    reactivateUser: [putUser(user({ active: true }), { active: true })],
    deleteUser,
  },
  tolerances: {},
};
