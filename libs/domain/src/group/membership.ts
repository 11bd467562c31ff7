import { matchesFilter, type MemberOperation, type MemberRemoval, ScimError } from '#scim';
import type { Group } from './group.js';

/** Who joins and who leaves. Ids in `added` are not members yet, ids in `removed` are. */
export interface MembershipDelta {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/**
 * What a series of member operations comes to for this group. Adding a present member and removing an absent one
 * change nothing (RFC 7644 §3.5.2). The work grows with the operations; only `replace` and a filter look at the members.
 * @throws ScimError `noTarget` for an exchange in which nobody would leave
 */
export function membershipDelta(group: Group, operations: readonly MemberOperation[]): MembershipDelta {
  const wanted = new Map<string, boolean>();
  const isMember = (id: string) => wanted.get(id) ?? group.members.has(id);
  const selected = (removal: MemberRemoval): string[] =>
    removal.op === 'remove'
      ? removal.ids.filter(isMember)
      : present(group, wanted).filter((id) =>
          matchesFilter(removal.filter, { value: id, type: group.members.get(id) ?? 'User' }),
        );
  for (const operation of operations) {
    switch (operation.op) {
      case 'add':
        for (const { value } of operation.members) if (!isMember(value)) wanted.set(value, true);
        break;
      case 'remove':
      case 'removeWhere':
        for (const id of selected(operation)) wanted.set(id, false);
        break;
      case 'replace': {
        const target = new Set(operation.members.map((member) => member.value));
        for (const id of present(group, wanted)) if (!target.has(id)) wanted.set(id, false);
        for (const id of target) if (!isMember(id)) wanted.set(id, true);
        break;
      }
      case 'exchange': {
        const leaving = selected(operation.leaving);
        if (leaving.length === 0) {
          throw new ScimError(
            'noTarget',
            'No member is selected by the filter; to add members use the path "members".',
          );
        }
        for (const id of leaving) wanted.set(id, false);
        for (const { value } of operation.members) if (!isMember(value)) wanted.set(value, true);
        break;
      }
    }
  }
  const added: string[] = [];
  const removed: string[] = [];
  for (const [id, member] of wanted) {
    if (member && !group.members.has(id)) added.push(id);
    if (!member && group.members.has(id)) removed.push(id);
  }
  return { added, removed };
}

function present(group: Group, wanted: ReadonlyMap<string, boolean>): string[] {
  const ids: string[] = [];
  for (const id of group.members.keys()) if (wanted.get(id) !== false) ids.push(id);
  for (const [id, member] of wanted) if (member && !group.members.has(id)) ids.push(id);
  return ids;
}
