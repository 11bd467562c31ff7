import type { Answer } from './http-client.js';
import type { ScimOptions, TenantClient } from './tenant-client.js';

export const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
export const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

export interface BulkAnswer extends Answer {
  /** Statuses of the operations, in the order of the answer. */
  readonly statuses: string[];
  /** Id of the resource that each operation tells a location of. */
  readonly ids: (string | undefined)[];
}

/** A BulkRequest with these operations; `more` is added to it. */
export async function bulk(
  tenant: TenantClient,
  operations: readonly object[],
  more: object = {},
  options?: ScimOptions,
): Promise<BulkAnswer> {
  const body = { schemas: [BULK_REQUEST], ...more, Operations: operations };
  const answer = await tenant.scim('POST', '/Bulk', body, options);
  const results = (answer.body?.Operations ?? []) as { status: string; location?: string }[];
  const ids = results.map(({ location }) => location?.split('/').pop());
  return { ...answer, statuses: results.map(({ status }) => status), ids };
}
