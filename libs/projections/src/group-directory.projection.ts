import { applyChanges, GROUP_STREAMS, type GroupEvent, parseStream } from '#domain';
import { type CollectionDefinition, type Document, SHADOW_FIELD, searchShadow } from '#read-models';
import { groupModel, type ResourceAttributes, resourceJson } from '#scim';
import { ATTRIBUTES, attributesIn, type DescribesAttributes } from './described-attributes.js';
import type { ProjectedEvent, Projection } from './projection.js';
import { documentId } from './user-directory.projection.js';

/** A group as lists show it, without its members. */
export interface GroupDocument extends Document, DescribesAttributes {
  /** The tenant; every query binds it. */
  readonly scope: string;
  readonly id: string;
  readonly displayName: string;
  /** Revision of the group's stream. */
  readonly version: number;
  readonly created: string;
  readonly lastModified: string;
  readonly memberCount: number;
}

export const GROUPS: CollectionDefinition = {
  name: 'groups',
  indexes: [
    { name: 'scope', fields: ['scope', '_id'], counted: true },
    { name: 'displayName', fields: ['scope', 'shadow.displayname'] },
    { name: 'externalId', fields: ['scope', 'shadow.externalid'] },
  ],
  derived: {
    name: SHADOW_FIELD,
    of(document, members) {
      const group = document as GroupDocument;
      return searchShadow(groupModel, { ...group, attributes: attributesIn(group) }, members);
    },
  },
};

/** All groups of all tenants, searchable. */
export const groupDirectory: Projection = {
  name: 'group-directory-2',
  collections: [GROUPS],
  streamPrefixes: [GROUP_STREAMS],
  touches(event) {
    const { tenant, id } = parseStream(event.stream);
    return [{ collection: GROUPS.name, id: documentId(tenant, id) }];
  },
  apply(document, event) {
    return fold(document as GroupDocument | undefined, event);
  },
};

function fold(document: GroupDocument | undefined, event: ProjectedEvent): GroupDocument | undefined {
  const fact = event as unknown as GroupEvent;
  const lastModified = event.metadata.occurredAt;
  switch (fact.type) {
    case 'GroupCreated':
      return describe(event, fact.data.resource, { created: lastModified, lastModified, memberCount: 0 });
    case 'GroupUpdated': {
      if (!document) return undefined;
      const attributes = applyChanges(attributesIn(document), fact.data.changes);
      return describe(event, attributes, { ...document, lastModified });
    }
    case 'GroupMembershipChanged': {
      if (!document) return undefined;
      const memberCount = document.memberCount + fact.data.added.length - fact.data.removed.length;
      return { ...document, memberCount, lastModified, version: event.revision };
    }
    case 'GroupDeleted':
      return undefined;
  }
}

function describe(
  event: ProjectedEvent,
  attributes: ResourceAttributes,
  { created, lastModified, memberCount }: { created: string; lastModified: string; memberCount: number },
): GroupDocument {
  const { tenant, id } = parseStream(event.stream);
  const { displayName } = attributes;
  return {
    _id: documentId(tenant, id),
    scope: tenant,
    id,
    displayName: typeof displayName === 'string' ? displayName : '',
    version: event.revision,
    created,
    lastModified,
    memberCount,
    json: resourceJson(groupModel, id, attributes),
    [ATTRIBUTES]: attributes,
  };
}
