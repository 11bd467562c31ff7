import { GROUP_STREAMS, type GroupEvent, parseStream } from '#domain';
import type { CollectionDefinition, Document } from '#read-models';
import type { Projection, Touch } from './projection.js';

/** One member of one group. */
export interface MembershipDocument extends Document {
  readonly tenant: string;
  readonly groupId: string;
  readonly memberId: string;
}

/** Users in groups, to be found from the user's side; the group's side knows its members itself. */
export const MEMBERSHIPS: CollectionDefinition = {
  name: 'memberships',
  indexes: [{ name: 'member', fields: ['tenant', 'memberId'] }],
};

/** Groups in groups: few, and apart, so that a user without nested groups pays nothing for them. */
export const NESTINGS: CollectionDefinition = {
  name: 'nestings',
  indexes: [{ name: 'member', fields: ['tenant', 'memberId'] }],
};

export const memberships: Projection = {
  name: 'memberships',
  collections: [MEMBERSHIPS, NESTINGS],
  streamPrefixes: [GROUP_STREAMS],
  touches(event): readonly Touch[] {
    const fact = event as unknown as GroupEvent;
    if (fact.type !== 'GroupMembershipChanged') return [];
    const { tenant, id: groupId } = parseStream(event.stream);
    const collection = (type: string) => (type === 'Group' ? NESTINGS.name : MEMBERSHIPS.name);
    const documentId = (memberId: string) => `${tenant}/${groupId}/${memberId}`;
    return [
      ...fact.data.removed.map(({ value, type }): Touch => ({
        collection: collection(type),
        delete: documentId(value),
      })),
      ...fact.data.added.map(({ value: memberId, type }): Touch => {
        const document: MembershipDocument = { _id: documentId(memberId), tenant, groupId, memberId };
        return { collection: collection(type), put: document };
      }),
    ];
  },
  apply: (document) => document,
};
