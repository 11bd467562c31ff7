export * from './authenticate.hook.js';
export * from './scim-body.parser.js';
export { OTHER_ERRORS } from './scim-error.filter.js';
export * from './scim-error.response.js';
export * from './scim-http.module.js';
export * from './scim-http.options.js';
export * from './scim-request.js';
export * from './scim-url.js';
export * from './create-http-app.js';
