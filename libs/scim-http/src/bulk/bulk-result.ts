import type { BulkEndpoint, BulkMethod, BulkOperation } from '#scim';
import { Stretch } from '#turns';

/** What became of one operation, RFC 7644 §3.7. */
export interface BulkResult {
  readonly status: number;
  /** Absolute URL of the resource; absent for a POST that failed. */
  readonly location?: string;
  readonly version?: string;
  /** JSON text of the SCIM error; absent when all went well, as RFC 7644 §3.7 leaves to the server. */
  readonly response?: string;
}

/** The statuses with which the single requests are answered. */
export const SUCCESS_STATUS: Readonly<Record<BulkEndpoint, Readonly<Record<BulkMethod, number>>>> = {
  Users: { POST: 201, PUT: 200, PATCH: 200, DELETE: 204 },
  Groups: { POST: 201, PUT: 200, PATCH: 204, DELETE: 204 },
};

export const BULK_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** A BulkResponse: results in the order of the request, without the operations that were not begun. */
export async function bulkResponse(
  operations: readonly BulkOperation[],
  results: readonly (BulkResult | undefined)[],
): Promise<string> {
  const stretch = new Stretch();
  const texts: string[] = [];
  for (const [index, { method, bulkId }] of operations.entries()) {
    const result = results[index];
    if (!result) continue;
    const { location, version, status, response } = result;
    const text = JSON.stringify({ location, method, bulkId, version, status: String(status) });
    texts.push(response === undefined ? text : `${text.slice(0, -1)},"response":${response}}`);
    if (stretch.isOver) await stretch.rest();
  }
  return `{"schemas":["${BULK_RESPONSE_SCHEMA}"],"Operations":[${texts.join(',')}]}`;
}
