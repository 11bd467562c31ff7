import { groupModel, userModel } from '../schema/models.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { JsonValue } from '../schema/schema.types.js';

const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

/**
 * The resources of `GET /ResourceTypes`, RFC 7643 §6; each is also the answer to `GET /ResourceTypes/{id}`.
 * @param baseUrl absolute, without a trailing slash
 */
export function resourceTypes(
  baseUrl: string,
  models: readonly ResourceModel[] = [userModel, groupModel],
): { [name: string]: JsonValue }[] {
  return models.map(({ resourceType }) => ({
    schemas: [SCHEMA],
    id: resourceType.id,
    name: resourceType.name,
    description: resourceType.description,
    endpoint: resourceType.endpoint,
    schema: resourceType.schema,
    schemaExtensions: resourceType.schemaExtensions.map(({ schema, required }) => ({ schema, required })),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${resourceType.id}` },
  }));
}
