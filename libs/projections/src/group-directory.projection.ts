import { applyChanges, GROUP_STREAMS, type GroupEvent, parseStream } from '#domain';
import { type CollectionDefinition, type Document, searchShadow } from '#read-models';
import { attributesOf, groupModel, type ResourceAttributes, resourceJson } from '#scim';
import type { ProjectedEvent, Projection } from './projection.js';
import { documentId } from './user-directory.projection.js';

/** A group as lists show it, without its members. */
export interface GroupDocument extends Document {
  /** The tenant; every query binds it. */
  readonly scope: string;
  readonly id: string;
  readonly displayName: string;
  /** Revision of the group's stream. */
  readonly version: number;
  readonly created: string;
  readonly lastModified: string;
  readonly memberCount: number;
  readonly json: string;
  readonly shadow: object;
}

export const GROUPS: CollectionDefinition = {
  name: 'groups',
  indexes: [
    { name: 'scope', fields: ['scope', '_id'], counted: true },
    { name: 'displayName', fields: ['scope', 'shadow.displayname'] },
    { name: 'externalId', fields: ['scope', 'shadow.externalid'] },
  ],
};

/** All groups of all tenants, searchable. */
export const groupDirectory: Projection = {
  name: 'group-directory',
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
      const attributes = applyChanges(attributesOf(document.json), fact.data.changes);
      return describe(event, attributes, { ...document, lastModified });
    }
    case 'GroupMembershipChanged': {
      if (!document) return undefined;
      const memberCount = document.memberCount + fact.data.added.length - fact.data.removed.length;
      const shadow = { ...document.shadow, meta: { ...metaOf(document.shadow), lastmodified: lastModified } };
      return { ...document, memberCount, lastModified, version: event.revision, shadow };
    }
    case 'GroupDeleted':
      return undefined;
  }
}

const metaOf = (shadow: object): object => ('meta' in shadow ? (shadow.meta as object) : {});

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
    shadow: searchShadow(groupModel, { id, attributes, created, lastModified }),
  };
}
