import type { IdpPreset } from './idp-preset.js';
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
  tolerances: { scim1GroupPatch: true, blankIsUnassigned: true },
};
