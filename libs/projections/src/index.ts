import { activity } from './activity.projection.js';
import { admins } from './admins.projection.js';
import { groupDirectory } from './group-directory.projection.js';
import { memberships } from './memberships.projection.js';
import type { Projection } from './projection.js';
import { tenantSchemas } from './tenant-schemas.projection.js';
import { tenantSettings } from './tenant-settings.projection.js';
import { userDirectory } from './user-directory.projection.js';

export * from './projection.js';
export * from './user-directory.projection.js';
export * from './group-directory.projection.js';
export * from './memberships.projection.js';
export * from './learn-schemas.js';
export * from './tenant-schemas.projection.js';
export * from './tenant-settings.projection.js';
export * from './product-settings.projection.js';
export * from './admins.projection.js';
export * from './activity.projection.js';

/** Every projection the gateway reads from. */
export const PROJECTIONS: readonly Projection[] = [
  tenantSettings,
  userDirectory,
  groupDirectory,
  memberships,
  tenantSchemas,
  admins,
  activity,
];
