import {
  absentUser,
  evolveUser,
  type Fact,
  isLive,
  parseStream,
  type User,
  type UserEvent,
  USER_STREAMS,
} from '#domain';
import { type CollectionDefinition, type Document, type Filter, SHADOW_FIELD, searchShadow } from '#read-models';
import { foldUserName, resourceJson, userModel } from '#scim';
import { ATTRIBUTES, attributesIn, type DescribesAttributes } from './described-attributes.js';
import type { ProjectedEvent, Projection } from './projection.js';

/** A user as lists show them. One the IdP deleted stays, out of every list's scope, because they may come back. */
export interface UserDocument extends Document, DescribesAttributes {
  /** Every query binds it: the tenant for a user that SCIM shows, {@link deprovisionedScope} for one it does not. */
  readonly scope: string;
  readonly id: string;
  readonly status: User['status'];
  /** Revision of the user's stream. */
  readonly version: number;
  readonly created: string;
  readonly lastModified: string;
}

export const USERS: CollectionDefinition = {
  name: 'users',
  indexes: [
    { name: 'scope', fields: ['scope', '_id'], counted: true },
    { name: 'userName', fields: ['scope', 'shadow.username'] },
    { name: 'externalId', fields: ['scope', 'shadow.externalid'] },
    { name: 'email', fields: ['scope', 'shadow.emails.value'] },
  ],
  derived: {
    name: SHADOW_FIELD,
    // Nobody searches for those that SCIM does not show.
    of(document, members) {
      const user = document as UserDocument;
      return isLive(user) ? searchShadow(userModel, { ...user, attributes: attributesIn(user) }, members) : {};
    },
  },
};

export const documentId = (tenant: string, id: string): string => `${tenant}/${id}`;

/** A slug holds no slash, so no tenant's scope is another's. */
export const deprovisionedScope = (tenant: string): string => `${tenant}/deprovisioned`;

/** The documents of living users with this userName, in whatever case it is written. */
export const userNameFilter = (tenant: string, userName: string): Filter => ({
  scope: tenant,
  'shadow.username': foldUserName(userName),
});

/** All users of all tenants, searchable. */
export const userDirectory: Projection = {
  name: 'user-directory-2',
  collections: [USERS],
  streamPrefixes: [USER_STREAMS],
  touches(event) {
    // Before its first event a stream has no document, so none need be looked for.
    const first = event.revision === 0 ? fold(undefined, event) : undefined;
    if (first) return [{ collection: USERS.name, put: first }];
    const { tenant, id } = parseStream(event.stream);
    return [{ collection: USERS.name, id: documentId(tenant, id) }];
  },
  apply(document, event) {
    return fold(document as UserDocument | undefined, event);
  },
};

function fold(document: UserDocument | undefined, event: ProjectedEvent): UserDocument | undefined {
  const { tenant, id } = parseStream(event.stream);
  const user = evolveUser(document ? userOf(document) : absentUser, event as unknown as Fact<UserEvent>);
  if (user.status === 'absent') return undefined;
  return {
    _id: documentId(tenant, id),
    scope: isLive(user) ? tenant : deprovisionedScope(tenant),
    id,
    status: user.status,
    version: event.revision,
    created: user.created,
    lastModified: user.lastModified,
    json: resourceJson(userModel, id, user.attributes),
    [ATTRIBUTES]: user.attributes,
  };
}

function userOf(document: UserDocument): User {
  const { status, created, lastModified } = document;
  return { status, attributes: attributesIn(document), created, lastModified };
}
