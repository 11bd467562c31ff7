import type { ResourceAttributes } from '#scim';
import type { AttributeChanges } from '../attribute-changes.js';

/** Facts about one User. A stored type is never renamed or reshaped; a new version supersedes it, with an upcaster. */
export type UserEvent =
  /** The whole resource as accepted, `active` included, without the password. */
  | { type: 'UserProvisioned'; data: { resource: ResourceAttributes } }
  /**
   * Only what really changed. `active` is here only where it was removed or shown again while the user's status stayed;
   * coming and going are the events below.
   */
  | { type: 'UserUpdated'; data: { changes: AttributeChanges } }
  | { type: 'UserDeactivated'; data: { reason: string } }
  | { type: 'UserReactivated'; data: { reason: string } }
  /**
   * Deleted by the IdP: gone from SCIM, kept for audit. Back under the same id when its userName is provisioned again, unless
   * the name was released with it: then that is another person.
   */
  | { type: 'UserDeprovisioned'; data: { reason: string; nameReleased?: true } }
  /**
   * Somebody took over the name of a user who is gone, or ends a membership that was given to them late. Nothing about the
   * user changes; whoever was about to append here must look again.
   */
  | { type: 'UserNameClaimFenced'; data: { reason: string } };
