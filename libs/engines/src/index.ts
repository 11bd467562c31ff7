export * from './directory-lock.js';
export * from './directory-service.js';
export * from './engines.js';
export * from './engines.module.js';
export * from './installed-products.js';
export * from './kept-keys.js';
