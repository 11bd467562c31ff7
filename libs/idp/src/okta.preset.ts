import type { IdpPreset } from './idp-preset.js';
import { createUser, get, patchedGroups, patchUser, PUT_GROUPS, putBack, readUser, user } from './probes/calls.js';
import { ALL_GROUPS, READ_WRITE_USERS } from './scopes.js';

export const okta: IdpPreset = {
  id: 'okta',
  title: 'Okta',
  vendorDocs: 'Okta Help Center: Add SCIM provisioning to app integrations',
  matchingAttributes: ['userName'],
  matchingAttribute: 'userName',
  authentication: ['rawHeader', 'bearer', 'basic', 'authorizationCode'],
  oauthClient: {
    // Okta asks for all of its cells; which of them a customer lives in, only Okta knows.
    redirectUris: [
      'https://system-admin.okta.com/admin/app/cpc/{appName}/oauth/callback',
      'https://system-admin.okta-emea.com/admin/app/cpc/{appName}/oauth/callback',
      'https://system-admin.oktapreview.com/admin/app/cpc/{appName}/oauth/callback',
      'https://system-admin.trexcloud.com/admin/app/cpc/{appName}/oauth/callback',
    ],
    clientAuthentication: ['client_secret_basic', 'client_secret_post'],
    pkce: 'unknown',
  },
  oauthSetup: [
    { field: 'SCIM connector base URL', value: '{scimBaseUrl}' },
    { field: 'Unique identifier field for users', value: 'userName' },
    { field: 'Supported provisioning actions', value: 'Push New Users, Push Profile Updates, Push Groups' },
    { field: 'Authentication Mode', value: 'OAuth 2' },
    { field: 'Access token endpoint URI', value: '{tokenEndpoint}' },
    { field: 'Authorization endpoint URI', value: '{authorizationEndpoint}' },
    { field: 'Client ID', value: '{clientId}' },
    { field: 'Client Secret', value: '{clientSecret}' },
  ],
  scopes: [...READ_WRITE_USERS, 'patch:users', ...ALL_GROUPS],
  variants: [
    {
      id: 'wizard',
      title: 'App made in the App Integration Wizard',
      about:
        'Reads a user or group and puts the whole of it back with what changed; deactivates with PUT. Also knows Basic.',
      scopes: [...READ_WRITE_USERS, 'get:groups', 'post:groups', 'put:groups', 'delete:groups'],
      probes: {
        deactivateUser: putBack({ active: false }),
        reactivateUser: putBack({ active: true }),
        ...PUT_GROUPS,
      },
    },
    {
      id: 'catalogue',
      title: 'App from the Okta Integration Network',
      about: 'Puts profiles, patches `active` and passwords without a path, and patches groups.',
      scopes: [...READ_WRITE_USERS, 'patch:users', ...ALL_GROUPS],
    },
  ],
  capabilities: {
    users: { update: ['put', 'patch'], deactivation: ['active'], passwords: true, clearsValues: true },
    groups: ['put', 'patch'],
    readsDiscovery: [],
    cadence: 'seconds after the change',
  },
  connectionTest: ['GET /Users?startIndex=1&count=2', 'GET /Groups?startIndex=1&count=100'],
  setup: [
    { field: 'SCIM connector base URL', value: '{scimBaseUrl}' },
    { field: 'Unique identifier field for users', value: 'userName' },
    { field: 'Supported provisioning actions', value: 'Push New Users, Push Profile Updates, Push Groups' },
    { field: 'Authentication Mode', value: 'HTTP Header' },
    { field: 'Authorization', value: '{token}' },
  ],
  probes: {
    connectionTest: [get('/Users?startIndex=1&count=2'), get('/Groups?startIndex=1&count=100')],
    lookup: { userName: '/Users?filter=userName%20eq%20%22{userName}%22&startIndex=1&count=100' },
    createUser: [
      createUser(
        user({
          displayName: 'Rollcall Test',
          locale: 'en-US',
          externalId: '{externalId}',
          groups: [],
          password: 'not-to-be-kept',
        }),
      ),
    ],
    updateUser: putBack({ name: { givenName: 'Rollcall', familyName: 'Tested' }, displayName: 'Rollcall Tested' }),
    deactivateUser: [patchUser({ op: 'replace', value: { active: false } }), readUser({ active: false })],
    reactivateUser: [patchUser({ op: 'replace', value: { active: true } }), readUser({ active: true })],
    ...patchedGroups({
      add: { op: 'add', path: 'members', value: [{ value: '{userId}', display: '{userName}' }] },
      remove: { op: 'remove', path: 'members[value eq "{userId}"]' },
      rename: { op: 'replace', value: { id: '{groupId}', displayName: '{groupName} 2' } },
    }),
  },
  tolerances: {},
};
