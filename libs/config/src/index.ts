export * from './rollcall-config.js';
