export * from './token.js';
export * from './issue-token.js';
export * from './scope-mask.js';
export * from './admin-directory.js';
export * from './credential-directory.js';
