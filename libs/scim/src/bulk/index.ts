export { factsOf, type OperationFacts } from './bulk-facts.js';
export { bulkPrecedence, type Precedence } from './bulk-order.js';
export {
  bulkIdIn,
  postponeReferences,
  referencedBulkIds,
  type ResolveBulkId,
  resolveReferences,
  type ResolvedReference,
} from './bulk-references.js';
export { type BulkMethod, type BulkOperation, type BulkRequest, parseBulkRequest } from './bulk-request.js';
export { type BulkStep, bulkSteps } from './bulk-steps.js';
export { type BulkEndpoint, bulkTarget, type BulkTarget } from './bulk-target.js';
export { type BulkPace, runBulk } from './run-bulk.js';
