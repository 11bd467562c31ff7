export * from './relay.js';
export { type RederivationProgress, readRederivations } from './read-rederivations.js';
export { SERVINGS, type ServingDocument } from './serving-book.js';
export * from './user-history.js';
