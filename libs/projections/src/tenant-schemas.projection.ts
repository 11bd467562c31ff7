import { applyChanges, GROUP_STREAMS, type GroupEvent, parseStream, USER_STREAMS, type UserEvent } from '#domain';
import type { CollectionDefinition, Document } from '#read-models';
import { groupModel, type ResourceAttributes, type ResourceModel, userModel, visitUnknown } from '#scim';
import { isLearned, learn, type LearnedSchemas, NOTHING_LEARNED, type Sighting } from './learn-schemas.js';
import type { ProjectedEvent, Projection } from './projection.js';

/** What one tenant's users, or groups, have carried beyond the schemas; `_id` is `{tenant}/User` or `{tenant}/Group`. */
export interface TenantSchemasDocument extends Document, LearnedSchemas {}

export const TENANT_SCHEMAS: CollectionDefinition = { name: 'tenant-schemas', indexes: [] };

export const tenantSchemasId = (tenant: string, resourceType: 'User' | 'Group'): string => `${tenant}/${resourceType}`;

/**
 * The custom attributes of each tenant, for `/Schemas`. What was met once stays declared: it is still in the log, and may
 * be in the resources. Most events have nothing of interest, and most that do say nothing new: those cost a look at the
 * document in memory, and no write.
 */
export const tenantSchemas: Projection = {
  name: 'tenant-schemas',
  collections: [TENANT_SCHEMAS],
  streamPrefixes: [USER_STREAMS, GROUP_STREAMS],
  touches(event) {
    const attributes = attributesIn(event);
    if (!attributes) return [];
    const model = modelOf(event);
    if (!visitUnknown(model, attributes, isThere)) return [];
    const { tenant } = parseStream(event.stream);
    return [{ collection: TENANT_SCHEMAS.name, id: tenantSchemasId(tenant, model === userModel ? 'User' : 'Group') }];
  },
  apply(document, event, { id }) {
    const learned = (document as TenantSchemasDocument | undefined) ?? NOTHING_LEARNED;
    const sightings: Sighting[] = [];
    visitUnknown(modelOf(event), attributesIn(event) ?? {}, (schema, name, sub, value) => {
      if (!isLearned(learned, schema, name, sub, value)) sightings.push({ schema, name, sub, value });
      return false;
    });
    const now = learn(learned, sightings);
    return now === learned ? document : { _id: id, schemas: now.schemas, names: now.names, complete: now.complete };
  },
};

const isThere = (): boolean => true;

const modelOf = ({ stream }: ProjectedEvent): ResourceModel =>
  stream.startsWith(USER_STREAMS) ? userModel : groupModel;

/** Attributes that the event gives a value. */
function attributesIn(event: ProjectedEvent): ResourceAttributes | undefined {
  const fact = event as unknown as UserEvent | GroupEvent;
  switch (fact.type) {
    case 'UserProvisioned':
    case 'GroupCreated':
      return fact.data.resource;
    case 'UserUpdated':
    case 'GroupUpdated':
      return applyChanges({}, fact.data.changes);
    default:
      return undefined;
  }
}
