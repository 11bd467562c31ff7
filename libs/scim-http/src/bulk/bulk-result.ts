import type { BulkEndpoint, BulkMethod, BulkOperation } from '#scim';

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
export function bulkResponse(
  operations: readonly BulkOperation[],
  results: readonly (BulkResult | undefined)[],
): string {
  const texts = operations.flatMap(({ method, bulkId }, index) => {
    const result = results[index];
    if (!result) return [];
    const { location, version, status, response } = result;
    const text = JSON.stringify({ location, method, bulkId, version, status: String(status) });
    return [response === undefined ? text : `${text.slice(0, -1)},"response":${response}}`];
  });
  return `{"schemas":["${BULK_RESPONSE_SCHEMA}"],"Operations":[${texts.join(',')}]}`;
}
