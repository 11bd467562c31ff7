export { applyPatch, type PresentValues } from './apply-patch.js';
export { readMembers } from './member-operations.js';
export { MAX_PATCH_OPERATIONS } from './patch-body.js';
export type { Member, MemberOperation, MemberRemoval, PatchResult } from './patch.types.js';
export { sameJson } from './same-json.js';
