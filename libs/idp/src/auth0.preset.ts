import type { IdpPreset } from './idp-preset.js';
import { createUser, deleteUser, putUser, user, USER_NAME_LOOKUP } from './probes/calls.js';
import { ALL_USERS } from './scopes.js';

/** Auth0 as a source: the outbound SCIM template of its Event Streams. It knows users by its own id. */
export const auth0: IdpPreset = {
  id: 'auth0',
  title: 'Auth0',
  vendorDocs: 'Auth0 Docs: How to Synchronize User Changes with Outbound SCIM Requests using Event Streams',
  matchingAttributes: ['externalId', 'userName'],
  matchingAttribute: 'externalId',
  authentication: ['bearer'],
  scopes: ALL_USERS,
  capabilities: {
    users: { update: ['put', 'patch'], deactivation: ['active', 'delete'], passwords: false, clearsValues: true },
    groups: [],
    readsDiscovery: [],
    cadence: 'seconds after the change; a failed one is retried, then kept in a dead-letter queue',
  },
  // It tests nothing when it is set up; the first event does.
  connectionTest: [],
  setup: [
    { field: 'SCIM_BASE_URL', value: '{scimBaseUrl}' },
    { field: 'SCIM_BEARER_TOKEN', value: '{token}' },
  ],
  probes: {
    lookup: { externalId: '/Users?filter=externalId%20eq%20%22{externalId}%22', userName: USER_NAME_LOOKUP },
    createUser: [createUser(user({ externalId: '{externalId}' }))],
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
