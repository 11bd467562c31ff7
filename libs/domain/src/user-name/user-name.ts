import type { Fact } from '../facts.js';

/** Facts about one userName of one tenant: who may use it. */
export type UserNameEvent =
  | { type: 'UserNameClaimed'; data: { userId: string } }
  | { type: 'UserNameReleased'; data: { userId: string; reason: string } };

/** Who holds the claim, if anybody. */
export interface UserNameClaim {
  readonly holder?: string;
}

export const unclaimed: UserNameClaim = {};

export function evolveUserName(_claim: UserNameClaim, event: Fact<UserNameEvent>): UserNameClaim {
  return event.type === 'UserNameClaimed' ? { holder: event.data.userId } : unclaimed;
}

/** Gives the name to `userId`, taking it from the present holder first. Whether that is allowed, the caller knows. */
export function claimUserName(claim: UserNameClaim, userId: string, reason: string): UserNameEvent[] {
  if (claim.holder === userId) return [];
  return [...releaseUserName(claim, claim.holder, reason), { type: 'UserNameClaimed', data: { userId } }];
}

/** Gives the name up if `userId` still holds it. */
export function releaseUserName(claim: UserNameClaim, userId: string | undefined, reason: string): UserNameEvent[] {
  if (userId === undefined || claim.holder !== userId) return [];
  return [{ type: 'UserNameReleased', data: { userId, reason } }];
}
