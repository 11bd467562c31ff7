import { GROUP_STREAMS, type GroupEvent, parseStream } from '#domain';
import type { CollectionDefinition, Document } from '#read-models';
import type { FoldTouch, Projection } from './projection.js';
import { documentId } from './user-directory.projection.js';

/** The groups that one user, or one nested group, is directly in; whoever is in none has no document. */
export interface MembershipDocument extends Document {
  readonly groups: readonly string[];
}

/** Membership seen from the member, found by `tenant/memberId`. The group's side knows its members itself. */
export const MEMBERSHIPS: CollectionDefinition = { name: 'memberships', indexes: [] };

/** A touch that says what happens to its member, so that nobody searches a long event for it. */
interface MemberTouch extends FoldTouch {
  readonly joins: boolean;
}

export const memberships: Projection = {
  name: 'memberships',
  collections: [MEMBERSHIPS],
  streamPrefixes: [GROUP_STREAMS],
  touches(event): readonly MemberTouch[] {
    const fact = event as unknown as GroupEvent;
    if (fact.type !== 'GroupMembershipChanged') return [];
    const { tenant } = parseStream(event.stream);
    const touch = (value: string, joins: boolean): MemberTouch => ({
      collection: MEMBERSHIPS.name,
      id: documentId(tenant, value),
      joins,
    });
    const { added, removed } = fact.data;
    return [...removed.map(({ value }) => touch(value, false)), ...added.map(({ value }) => touch(value, true))];
  },
  apply(document, event, touch) {
    const { id: groupId } = parseStream(event.stream);
    const before = (document as MembershipDocument | undefined)?.groups ?? [];
    const { joins } = touch as MemberTouch;
    if (joins === before.includes(groupId)) return document;
    const groups = joins ? [...before, groupId] : before.filter((group) => group !== groupId);
    return groups.length === 0 ? undefined : ({ _id: touch.id, groups } satisfies MembershipDocument);
  },
};
