import type { ResourceAttributes } from '#scim';
import { Map as PersistentMap } from 'immutable';
import { applyChanges } from '../attribute-changes.js';
import type { Fact } from '../facts.js';
import type { GroupEvent } from './group.events.js';

/**
 * One group as the log tells it. Members are a persistent map (id → type), so that a change of one member costs the same
 * in a group of ten and of a hundred thousand, while `evolve` stays pure.
 */
export interface Group {
  readonly status: 'absent' | 'present' | 'deleted';
  /** Canonical, without members. */
  readonly attributes: ResourceAttributes;
  readonly members: PersistentMap<string, 'User' | 'Group'>;
  /** UTC with milliseconds; empty while absent. */
  readonly created: string;
  readonly lastModified: string;
}

const nobody = PersistentMap<string, 'User' | 'Group'>();

export const absentGroup: Group = { status: 'absent', attributes: {}, members: nobody, created: '', lastModified: '' };

/** What is so once `event` has happened. Told facts only: it does not refuse. */
export function evolveGroup(group: Group, event: Fact<GroupEvent>): Group {
  const lastModified = event.metadata.occurredAt;
  switch (event.type) {
    case 'GroupCreated':
      return {
        status: 'present',
        attributes: event.data.resource,
        members: nobody,
        created: lastModified,
        lastModified,
      };
    case 'GroupUpdated':
      return { ...group, attributes: applyChanges(group.attributes, event.data.changes), lastModified };
    case 'GroupMembershipChanged': {
      const members = group.members.withMutations((map) => {
        for (const { value } of event.data.removed) map.delete(value);
        for (const { value, type } of event.data.added) map.set(value, type);
      });
      return { ...group, members, lastModified };
    }
    case 'GroupDeleted':
      return { ...group, status: 'deleted', members: nobody, lastModified };
  }
}

/** A group as JSON can hold it, for a snapshot. */
export interface GroupSnapshot {
  readonly status: Group['status'];
  readonly attributes: ResourceAttributes;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly created: string;
  readonly lastModified: string;
}

export function snapshotGroup(group: Group): GroupSnapshot {
  const users: string[] = [];
  const groups: string[] = [];
  group.members.forEach((type, id) => void (type === 'User' ? users : groups).push(id));
  const { status, attributes, created, lastModified } = group;
  return { status, attributes, users, groups, created, lastModified };
}

export function restoreGroup(snapshot: GroupSnapshot): Group {
  const { status, attributes, created, lastModified } = snapshot;
  const members = nobody.withMutations((map) => {
    for (const id of snapshot.users) map.set(id, 'User');
    for (const id of snapshot.groups) map.set(id, 'Group');
  });
  return { status, attributes, members, created, lastModified };
}
