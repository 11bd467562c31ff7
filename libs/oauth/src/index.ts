export * from './oauth.module.js';
export { endpointsAt } from './metadata.controller.js';
export { redirectUrisOf } from './redirect-uris.js';
