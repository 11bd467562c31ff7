export { type LeaseClock, systemClock } from './lease-clock.js';
export { type LeasedWork, type LeasedWorkOptions, type LeaseLog, leasePrefix, workUnderLease } from './leased-work.js';
export { isFree, type LeasePlace } from './lease-place.js';
