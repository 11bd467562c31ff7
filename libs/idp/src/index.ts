export * from './find-preset.js';
export type * from './idp-preset.js';
export * from './probes/probe.types.js';
export { matchesRedirectUri } from './matches-redirect-uri.js';
export { type ConnectionSetup, type OAuthClientSecrets, oauthSetupFor, setupFor } from './setup-for.js';
