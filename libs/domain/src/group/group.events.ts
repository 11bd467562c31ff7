import type { ResourceAttributes } from '#scim';
import type { AttributeChanges } from '../attribute-changes.js';

/** A member as the log holds it: the id of a User or of a nested Group of the same tenant. */
export interface GroupMember {
  readonly value: string;
  readonly type: 'User' | 'Group';
}

/** Facts about one Group. Membership is told as deltas, whatever the group's size. */
export type GroupEvent =
  /** Attributes as accepted, without members; those follow as GroupMembershipChanged. */
  | { type: 'GroupCreated'; data: { resource: ResourceAttributes } }
  | { type: 'GroupUpdated'; data: { changes: AttributeChanges } }
  | { type: 'GroupMembershipChanged'; data: { added: readonly GroupMember[]; removed: readonly GroupMember[] } }
  | { type: 'GroupDeleted'; data: { reason: string } };
