export * from './token.js';
export * from './issue-token.js';
export * from './scope-mask.js';
export * from './admin-directory.js';
export * from './recent-settings.js';
export * from './credential-directory.js';
export * from './token-uses.js';
export * from './token-warnings.js';
