import type { FilterNode } from '../filter/filter.types.js';
import type { ResourceAttributes } from '../schema/schema.types.js';

export interface Member {
  /** Id of a User or Group of the same tenant. */
  readonly value: string;
  readonly type?: 'User' | 'Group';
}

/**
 * One step of a change of membership. Adding a present member and removing an absent one change nothing
 * (RFC 7644 §3.5.2.1 and §3.5.2.2).
 */
export type MemberOperation =
  | { readonly op: 'add'; readonly members: readonly Member[] }
  | MemberRemoval
  /** The members are these and no others. */
  | { readonly op: 'replace'; readonly members: readonly Member[] }
  /** Puts members in the place of some; RFC 7644 §3.5.2.3: noTarget where nobody would leave. */
  | { readonly op: 'exchange'; readonly leaving: MemberRemoval; readonly members: readonly Member[] };

export type MemberRemoval =
  | { readonly op: 'remove'; readonly ids: readonly string[] }
  /** Removes whoever satisfies a filter whose paths are relative to a member, `{value, type}`. */
  | { readonly op: 'removeWhere'; readonly filter: FilterNode };

export interface PatchResult {
  /** Canonical; the very object that was given when nothing changed. */
  readonly attributes: ResourceAttributes;
  /** `active` was named by a `remove` and has no value now. A value of null or "" is no such wish. */
  readonly activeRemoved?: true;
  /** Whether a password came; it was checked and dropped. */
  readonly passwordGiven: boolean;
  /** In the order of the request; empty for resources without members. */
  readonly memberOperations: readonly MemberOperation[];
}
