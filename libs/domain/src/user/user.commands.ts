import type { ResourceAttributes, Tolerances } from '#scim';
import type { UserDeletion } from '../tenant/tenant-settings.js';

/** Wishes about one User. `attributes` are canonical; a patch `body` is the PatchOp message as it came. */
export type UserCommand =
  | { type: 'ProvisionUser'; attributes: ResourceAttributes }
  | { type: 'ReplaceUser'; userId: string; attributes: ResourceAttributes }
  | { type: 'PatchUser'; userId: string; body: unknown; tolerances?: Tolerances | undefined }
  /** `deletion`: what the tenant means by it; default `deactivate`. */
  | { type: 'DeprovisionUser'; userId: string; deletion?: UserDeletion }
  /** Brings back somebody who was deactivated or deleted, as they were. */
  | { type: 'RestoreUser'; userId: string; reason: string };
