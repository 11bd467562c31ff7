import {
  applyPatch,
  groupModel,
  keepSpelling,
  type MemberOperation,
  type ResourceAttributes,
  ScimError,
  type Tolerances,
  validateResource,
} from '#scim';
import { diffAttributes } from '../attribute-changes.js';
import type { GroupEvent, GroupMember } from './group.events.js';
import type { Group } from './group.js';
import { type MembershipDelta, membershipDelta } from './membership.js';

/** Members that one GroupMembershipChanged may name, so that no event outgrows what a log accepts (about 1 MB). */
export const MEMBERS_PER_EVENT = 5_000;

/** Wishes about one Group. A patch `body` is the PatchOp message as it came. */
export type GroupCommand =
  | { type: 'CreateGroup'; attributes: ResourceAttributes; members: MemberOperation[] }
  | { type: 'ReplaceGroup'; groupId: string; attributes: ResourceAttributes; members: MemberOperation[] }
  | { type: 'PatchGroup'; groupId: string; body: unknown; tolerances?: Tolerances | undefined }
  | { type: 'ChangeGroupMembership'; groupId: string; members: MemberOperation[] }
  | { type: 'DeleteGroup'; groupId: string };

/** A decision before the types of the new members are known: whoever loads them turns it into events. */
export interface GroupDecision {
  readonly events: GroupEvent[];
  readonly membership: MembershipDelta;
  /** What happens after the membership changed. */
  readonly closing?: GroupEvent[];
}

const unchanged: MembershipDelta = { added: [], removed: [] };

/** @throws ScimError when the command cannot be granted */
export function decideGroup(group: Group, command: GroupCommand): GroupDecision {
  switch (command.type) {
    case 'CreateGroup':
      if (group.status !== 'absent') throw new ScimError('uniqueness', 'A group with this id exists already');
      validateResource(groupModel, command.attributes);
      return {
        events: [{ type: 'GroupCreated', data: { resource: command.attributes } }],
        membership: membershipDelta(group, command.members),
      };
    case 'ReplaceGroup':
      requirePresent(group, command.groupId);
      return become(group, command.attributes, command.members);
    case 'PatchGroup': {
      requirePresent(group, command.groupId);
      const { groupId: id, body, tolerances } = command;
      const patched = applyPatch(groupModel, group.attributes, body, { id }, tolerances);
      return become(group, patched.attributes, patched.memberOperations);
    }
    case 'ChangeGroupMembership':
      requirePresent(group, command.groupId);
      return { events: [], membership: membershipDelta(group, command.members) };
    case 'DeleteGroup':
      requirePresent(group, command.groupId);
      // Everybody leaves first, so that whoever follows memberships need not know what a deletion means.
      return {
        events: [],
        membership: { added: [], removed: [...group.members.keys()] },
        closing: [{ type: 'GroupDeleted', data: { reason: 'deleted' } }],
      };
  }
}

/** The membership events of a delta whose new members' types are known. */
export function membershipEvents(
  group: Group,
  delta: MembershipDelta,
  typeOf: (id: string) => GroupMember['type'],
): GroupEvent[] {
  const events: GroupEvent[] = [];
  const added = delta.added.map((value): GroupMember => ({ value, type: typeOf(value) }));
  const removed = delta.removed.map((value): GroupMember => ({ value, type: group.members.get(value) ?? 'User' }));
  for (let at = 0; at < Math.max(added.length, removed.length); at += MEMBERS_PER_EVENT) {
    const slice = (members: GroupMember[]) => members.slice(at, at + MEMBERS_PER_EVENT);
    events.push({ type: 'GroupMembershipChanged', data: { added: slice(added), removed: slice(removed) } });
  }
  return events;
}

function requirePresent(group: Group, groupId: string): void {
  if (group.status !== 'present') throw new ScimError('notFound', `Group ${groupId} not found`);
}

function become(group: Group, attributes: ResourceAttributes, members: readonly MemberOperation[]): GroupDecision {
  validateResource(groupModel, attributes);
  const before = group.attributes;
  const changes = attributes === before ? undefined : diffAttributes(before, keepSpelling(before, attributes));
  return {
    events: changes ? [{ type: 'GroupUpdated', data: { changes } }] : [],
    membership: members.length === 0 ? unchanged : membershipDelta(group, members),
  };
}
