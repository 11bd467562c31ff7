export * from './relay.js';
export { StandbyRelay, type StandbyRelayOptions } from './standby-relay.js';
export { type PersonView, readView } from './read-view.js';
export { type RederivationProgress, readRederivations } from './read-rederivations.js';
export { INCOMPLETE, type IncompleteDocument, type IncompletePage, readIncomplete } from './incomplete-people.js';
export { SERVINGS, type ServingDocument } from './serving-book.js';
export * from './user-history.js';
export { SWEEPS, type SweepDocument } from './sweeps.js';
export { GUARDS, HELD, type HeldDocument } from './guard.js';
