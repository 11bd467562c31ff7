import type { IdpPreset } from './idp-preset.js';
import { createUser, deleteUser, get, putUser, RFC_GROUPS, user, USER_NAME_LOOKUP } from './probes/calls.js';
import { ALL_GROUPS, ALL_USERS } from './scopes.js';

/** Whoever else speaks SCIM 2.0: Rippling, SailPoint, authentik, Keycloak's connectors, Rauthy, a script. */
export const generic: IdpPreset = {
  id: 'generic',
  title: 'Any SCIM 2.0 client',
  vendorDocs: 'RFC 7643 and RFC 7644',
  matchingAttributes: ['userName', 'externalId', 'email'],
  matchingAttribute: 'userName',
  authentication: ['bearer', 'rawHeader', 'basic', 'authorizationCode', 'clientCredentials'],
  oauthClient: {
    // Its admin names them.
    redirectUris: [],
    clientAuthentication: ['client_secret_basic', 'client_secret_post'],
    pkce: 'unknown',
  },
  scopes: [...ALL_USERS, ...ALL_GROUPS],
  capabilities: {
    users: { update: ['put', 'patch'], deactivation: ['active', 'delete'], passwords: true, clearsValues: true },
    groups: ['put', 'patch'],
    readsDiscovery: ['ServiceProviderConfig', 'ResourceTypes', 'Schemas'],
    cadence: 'as the client decides',
  },
  groupPatchAnswer: 'resource',
  connectionTest: ['GET /ServiceProviderConfig', 'GET /Users?count=1'],
  setup: [
    { field: 'SCIM base URL', value: '{scimBaseUrl}' },
    { field: 'Authorization', value: 'Bearer {token}' },
  ],
  probes: {
    connectionTest: [get('/ServiceProviderConfig'), get('/Users?count=1')],
    discovery: [get('/ServiceProviderConfig'), get('/ResourceTypes'), get('/Schemas')],
    lookup: {
      userName: USER_NAME_LOOKUP,
      externalId: '/Users?filter=externalId%20eq%20%22{externalId}%22',
      email: '/Users?filter=emails%20eq%20%22{userName}%22',
    },
    createUser: [createUser(user({ externalId: '{externalId}' }))],
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
  tolerances: { jsonTextValue: true },
};
