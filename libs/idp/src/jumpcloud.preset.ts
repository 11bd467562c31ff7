import type { IdpPreset } from './idp-preset.js';
import { createUser, deleteUser, LISTED_GROUPS, putUser, user, USER_NAME_LOOKUP } from './probes/calls.js';
import { ALL_GROUPS, ALL_USERS } from './scopes.js';

export const jumpcloud: IdpPreset = {
  id: 'jumpcloud',
  title: 'JumpCloud',
  vendorDocs: 'JumpCloud Help Center: Custom SCIM Identity Management',
  // Its lookup: unverified.
  matchingAttributes: ['userName'],
  matchingAttribute: 'userName',
  authentication: ['bearer'],
  scopes: [...ALL_USERS, ...ALL_GROUPS],
  capabilities: {
    users: { update: ['put', 'patch'], deactivation: ['active', 'delete'], passwords: false, clearsValues: true },
    groups: ['patch'],
    readsDiscovery: [],
    cadence: 'on change',
  },
  // It writes a test user and a test group, and deletes both; where DELETE fails it deactivates.
  connectionTest: [
    'POST /Users',
    'PUT /Users/…',
    'POST /Groups',
    'PATCH /Groups/…',
    'DELETE /Groups/…',
    'DELETE /Users/…',
  ],
  setup: [
    { field: 'SCIM Version', value: 'SCIM 2.0' },
    { field: 'Base URL', value: '{scimBaseUrl}' },
    { field: 'Token Key', value: '{token}' },
    { field: 'Test User Email', value: 'an address that belongs to nobody you provision' },
  ],
  probes: {
    // It writes, before anything is set up.
    connectionTest: [
      createUser(user()),
      putUser(user({ id: '{userId}', name: { givenName: 'Updated', familyName: 'Test' } }), {
        name: { givenName: 'Updated' },
      }),
      ...(LISTED_GROUPS.pushGroup ?? []),
      ...(LISTED_GROUPS.renameGroup ?? []),
      ...(LISTED_GROUPS.deleteGroup ?? []),
      ...deleteUser,
    ],
    lookup: { userName: USER_NAME_LOOKUP },
    createUser: [createUser(user({ externalId: '{externalId}' }))],
    updateUser: [
      putUser(user({ id: '{userId}', name: { givenName: 'Rollcall', familyName: 'Tested' }, addresses: [] }), {
        name: { familyName: 'Tested' },
      }),
    ],
    deactivateUser: [putUser(user({ active: false }), { active: false })],
    reactivateUser: [putUser(user({ active: true }), { active: true })],
    deleteUser,
    ...LISTED_GROUPS,
  },
  tolerances: {},
};
