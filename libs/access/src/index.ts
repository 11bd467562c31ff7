export * from './token.js';
export * from './credential-directory.js';
