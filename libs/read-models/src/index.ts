export * from './read-models.port.js';
export * from './scim-filter/index.js';
export * from './update-documents.js';
