export * from './certificate.js';
export * from './rollcall-config.js';
