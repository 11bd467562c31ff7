export * from './relay.js';
export * from './user-history.js';
