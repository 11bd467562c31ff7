import type { IdpPreset } from './idp-preset.js';
import { createUser, deleteUser, get, putUser, RFC_GROUPS, user, USER_NAME_LOOKUP } from './probes/calls.js';
import { ALL_GROUPS, ALL_USERS } from './scopes.js';

export const ping: IdpPreset = {
  id: 'ping',
  title: 'PingOne / PingFederate',
  vendorDocs: 'Ping Identity: SCIM Provisioner settings reference; PingOne: SCIM outbound connection',
  matchingAttributes: ['userName', 'email'],
  matchingAttribute: 'userName',
  authentication: ['bearer', 'basic', 'clientCredentials', 'rawHeader'],
  oauthClient: {
    redirectUris: [],
    clientAuthentication: ['client_secret_basic', 'client_secret_post'],
    pkce: 'notSent',
  },
  scopes: [...ALL_USERS, ...ALL_GROUPS],
  variants: [
    { id: 'pingone', title: 'PingOne', about: 'Matches by a filter template and patches groups.' },
    {
      id: 'pingfederate',
      title: 'PingFederate',
      about: 'Finds groups by listing them all and puts or patches them; membership is merged or overwritten.',
      setup: [
        { field: 'SCIM URL', value: '{scimBaseUrl}' },
        { field: 'SCIM Version', value: '2.0' },
        { field: 'Authentication Methods', value: 'OAuth 2 Bearer Token' },
        { field: 'Access Token', value: '{token}' },
        { field: 'Unique User Identifier', value: 'userName' },
      ],
    },
  ],
  capabilities: {
    users: { update: ['put'], deactivation: ['active', 'delete'], passwords: false, clearsValues: false },
    groups: ['patch', 'put'],
    readsDiscovery: [],
    // Unverified.
    cadence: 'on change',
  },
  // Unverified for PingOne; the connector on GitHub probes before each operation and needs a plain 404.
  connectionTest: ['GET /Users/0'],
  setup: [
    { field: 'SCIM Base URL', value: '{scimBaseUrl}' },
    { field: 'Users Resource', value: '/Users' },
    { field: 'SCIM Version', value: '2.0' },
    { field: 'Authentication Method', value: 'OAuth 2 Bearer Token' },
    { field: 'OAuth Access Token', value: '{token}' },
    { field: 'Auth Type Header', value: 'Bearer' },
    { field: 'User Identifier', value: 'userName' },
    { field: 'User Filter Expression', value: 'userName eq "%s"' },
  ],
  probes: {
    connectionTest: [get('/Users/0', { status: [404] })],
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
    ...RFC_GROUPS,
  },
  tolerances: {},
};
