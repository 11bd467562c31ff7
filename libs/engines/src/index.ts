export * from './admin-key.js';
export * from './directory-lock.js';
export * from './directory-service.js';
export * from './engines.js';
export * from './engines.module.js';
