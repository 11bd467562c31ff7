import type { IdpPreset } from './idp-preset.js';
import {
  CORE,
  createUser,
  deleteUser,
  ENTERPRISE,
  get,
  putUser,
  RFC_GROUPS,
  user,
  USER_NAME_LOOKUP,
} from './probes/calls.js';
import { ALL_GROUPS, ALL_USERS } from './scopes.js';

export const cyberark: IdpPreset = {
  id: 'cyberark',
  title: 'CyberArk Identity',
  vendorDocs: 'CyberArk developer site: SCIM API requirements',
  matchingAttributes: ['userName'],
  matchingAttribute: 'userName',
  authentication: ['bearer'],
  scopes: [...ALL_USERS, ...ALL_GROUPS],
  capabilities: {
    // Its setting speaks of “deactivate or delete”; which of them when: unverified.
    users: { update: ['put'], deactivation: ['active', 'delete'], passwords: false, clearsValues: true },
    groups: ['patch'],
    readsDiscovery: ['ServiceProviderConfig', 'ResourceTypes', 'Schemas'],
    cadence: 'when a role or the directory changes, and at each scheduled synchronisation',
  },
  connectionTest: ['GET /ServiceProviderConfig', 'GET /Users?count=1'],
  setup: [
    { field: 'SCIM Service URL', value: '{scimBaseUrl}' },
    { field: 'Bearer Token', value: '{token}' },
  ],
  probes: {
    connectionTest: [get('/ServiceProviderConfig'), get('/Users?count=1')],
    discovery: [
      get('/ServiceProviderConfig'),
      get('/ResourceTypes/User'),
      get('/ResourceTypes/Group'),
      get(`/Schemas/${CORE}`),
      get(`/Schemas/${ENTERPRISE}`),
    ],
    lookup: { userName: USER_NAME_LOOKUP },
    createUser: [createUser(user())],
    updateUser: [
      putUser(user({ id: '{userId}', name: { givenName: 'Rollcall', familyName: 'Tested' } }), {
        name: { familyName: 'Tested' },
      }),
    ],
    deactivateUser: [putUser(user({ active: false }), { active: false })],
    reactivateUser: [putUser(user({ active: true }), { active: true })],
    deleteUser,
    ...RFC_GROUPS,
  },
  tolerances: {},
};
