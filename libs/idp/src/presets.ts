/** One line per provider; a new one is known everywhere from here on. */
export { auth0 } from './auth0.preset.js';
export { cyberark } from './cyberark.preset.js';
export { entraId } from './entra-id.preset.js';
export { generic } from './generic.preset.js';
export { google } from './google.preset.js';
export { jumpcloud } from './jumpcloud.preset.js';
export { okta } from './okta.preset.js';
export { onelogin } from './onelogin.preset.js';
export { ping } from './ping.preset.js';
