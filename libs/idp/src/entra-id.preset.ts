import type { IdpPreset } from './idp-preset.js';
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
  tolerances: { lenientUnquoted: true, addReplacesExtensionLists: true },
};
