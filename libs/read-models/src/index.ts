export * from './read-models.port.js';
export * from './scim-filter/index.js';
