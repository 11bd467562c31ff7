export type { Advised, Cause } from './causes/cause.types.js';
export { type CauseCode, CAUSES } from './causes/causes.js';
export { explainCause, findCause } from './causes/find-cause.js';
export { hintsIn, unknownAttributesIn } from './causes/find-hints.js';
export type { Call, CallKind, Omission } from './calls/call.js';
export { CALLS_CURSOR, type CallsPage, type CallsQuery, type FoundCall } from './calls/find-calls.js';
export {
  CONNECTION_STATES,
  type ConnectionState,
  FAILING_FROM,
  stateOf,
  type StateOfConnection,
} from './connection-state.js';
export type { Contact } from './contact.js';
export { maskDetail, maskTarget } from './mask.js';
export type { ContactRecord, StrangersRecord } from './request-log.documents.js';
export { PerSecond } from './per-second.js';
export * from './request-log.js';
export { REQUEST_LOG } from './request-log.token.js';
