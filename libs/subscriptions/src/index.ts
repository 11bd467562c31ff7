export { BackOff, DEFAULT_RETRY, type RetryOptions } from './back-off.js';
export { PermanentFailure, SILENT, type SubscriptionLog } from './failures.js';
export { followLog, type FollowLogOptions, type LogFollower } from './follow-log.js';
export { type Progress, ProgressTracker } from './progress.js';
export type { OnParked } from './projection-loop.js';
export { CheckpointFollower, type CheckpointFollowerOptions } from './checkpoint-follower.js';
export {
  ProjectionRunner,
  type ProjectionRunnerOptions,
  type ProjectionSource,
  type ProjectionStatus,
} from './projection-runner.js';
export * from './events-behind.js';
export { storedPosition } from './stored-position.js';
