import type { IdpPreset } from './idp-preset.js';
import {
  CORE,
  createGroup,
  createUser,
  deleteUser,
  ENTERPRISE,
  get,
  GROUP,
  patchedGroups,
  patchUser,
  readUser,
  RFC_GROUPS,
} from './probes/calls.js';
import { ALL_GROUPS, ALL_USERS } from './scopes.js';

export const entraId: IdpPreset = {
  id: 'entra-id',
  title: 'Microsoft Entra ID',
  vendorDocs: 'Microsoft Learn: Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID',
  matchingAttributes: ['userName', 'externalId', 'email'],
  matchingAttribute: 'userName',
  authentication: ['bearer', 'authorizationCode', 'clientCredentials'],
  oauthClient: {
    redirectUris: ['https://portal.azure.com/TokenAuthorize'],
    clientAuthentication: ['client_secret_basic', 'client_secret_post'],
    pkce: 'unknown',
  },
  oauthSetup: [
    { field: 'Tenant URL', value: '{scimBaseUrl}' },
    { field: 'Authorization Endpoint', value: '{authorizationEndpoint}' },
    { field: 'Token Endpoint', value: '{tokenEndpoint}' },
    { field: 'Client Identifier', value: '{clientId}' },
    { field: 'Client Secret', value: '{clientSecret}' },
  ],
  scopes: [...ALL_USERS, ...ALL_GROUPS],
  variants: [
    {
      id: 'default',
      title: 'Without the feature flag',
      about: 'Capital verbs, booleans as strings, members removed by a list of values. On-demand provisioning always.',
    },
    {
      id: 'aadOptscim062020',
      title: 'Tenant URL with ?aadOptscim062020',
      about: 'Lower-case verbs, JSON booleans, one operation without a path whose keys are dotted or URNs.',
      probes: {
        updateUser: [
          patchUser({
            op: 'replace',
            value: {
              displayName: 'Rollcall Tested',
              'name.familyName': 'Tested',
              'addresses[type eq "work"].locality': 'Oslo',
              [`${ENTERPRISE}:department`]: 'Care',
            },
          }),
          readUser({ displayName: 'Rollcall Tested', addresses: [{ type: 'work', locality: 'Oslo' }] }),
        ],
        deactivateUser: [patchUser({ op: 'replace', value: { active: false } }), readUser({ active: false })],
        reactivateUser: [patchUser({ op: 'replace', value: { active: true } }), readUser({ active: true })],
        ...RFC_GROUPS,
      },
    },
  ],
  capabilities: {
    users: { update: ['patch'], deactivation: ['active', 'delete'], passwords: false, clearsValues: false },
    groups: ['patch'],
    readsDiscovery: ['Schemas'],
    cadence: 'every 40 minutes; the first cycle takes longer; at once with “Provision on demand”',
  },
  connectionTest: ['GET /Users?filter=userName eq "…"'],
  setup: [
    { field: 'Provisioning Mode', value: 'Automatic' },
    { field: 'Tenant URL', value: '{scimBaseUrl}' },
    { field: 'Secret Token', value: '{token}' },
  ],
  probes: {
    connectionTest: [get('/Users?filter=userName+eq+%22{nobody}%22', { shows: { totalResults: 0 } })],
    discovery: [get('/Schemas')],
    lookup: {
      userName: '/Users?filter=userName+eq+%22{userName}%22',
      externalId: '/Users?filter=externalId+eq+%22{externalId}%22',
      email: '/Users?filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22{userName}%22',
    },
    createUser: [
      createUser({
        schemas: [CORE, ENTERPRISE],
        externalId: '{externalId}',
        userName: '{userName}',
        active: true,
        displayName: 'Rollcall Test',
        emails: [{ primary: true, type: 'work', value: '{userName}' }],
        meta: { resourceType: 'User' },
        name: { formatted: 'Rollcall Test', familyName: 'Test', givenName: 'Rollcall' },
        roles: [],
      }),
    ],
    updateUser: [
      patchUser(
        { op: 'Replace', path: 'displayName', value: 'Rollcall Tested' },
        { op: 'Replace', path: 'name.familyName', value: 'Tested' },
        { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
        { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Care' },
      ),
      readUser({ displayName: 'Rollcall Tested', addresses: [{ type: 'work', locality: 'Oslo' }] }),
    ],
    deactivateUser: [
      patchUser({ op: 'Replace', path: 'active', value: 'False' }),
      // It looks for whom it has disabled.
      get('/Users?filter=userName+eq+%22{userName}%22', { shows: { totalResults: 1, Resources: [{ active: false }] } }),
    ],
    reactivateUser: [patchUser({ op: 'Replace', path: 'active', value: 'True' }), readUser({ active: true })],
    deleteUser,
    ...patchedGroups({
      create: createGroup({
        schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
        externalId: '{externalId}',
        meta: { resourceType: 'Group' },
      }),
      add: { op: 'Add', path: 'members', value: [{ $ref: null, value: '{userId}' }] },
      remove: { op: 'Remove', path: 'members', value: [{ $ref: null, value: '{userId}' }] },
      rename: { op: 'Replace', path: 'displayName', value: '{groupName} 2' },
    }),
  },
  tolerances: { lenientUnquoted: true, addReplacesExtensionLists: true },
};
