import { isObject, ownValue } from '../filter/read-value.js';
import { quoteName } from '../schema/attribute-name.js';
import type { JsonValue } from '../schema/schema.types.js';
import { ScimError } from '../scim-error.js';

export type BulkMethod = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One operation of a bulk job as the client wrote it, RFC 7644 §3.7. */
export interface BulkOperation {
  readonly method: BulkMethod;
  /** Relative to the base URL, e.g. `/Users` or `/Groups/bulkId:g1`; whether anything is there shows when it is carried out. */
  readonly path: string;
  /** The client's own name for the operation; a POST always has one, and no two are alike. */
  readonly bulkId?: string;
  /** Version the resource must be at, in any form that `If-Match` may have. */
  readonly version?: string;
  /** Body of the operation, undefined where there is none. */
  readonly data: JsonValue | undefined;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** After so many failed operations no other is begun; absent: all are tried. */
  readonly failOnErrors?: number;
}

/**
 * Reads a BulkRequest. Only what makes the job as a whole unclear is refused here; an operation that cannot be granted
 * fails by itself later and leaves the others alone. Names and methods count in any case, `schemas` is not looked at.
 * @param maxOperations most operations that one job may have
 * @throws ScimError `payloadTooLarge` beyond `maxOperations`, `invalidSyntax` or `invalidValue` naming the operation
 */
export function parseBulkRequest(body: unknown, maxOperations: number): BulkRequest {
  if (!isObject(body)) throw new ScimError('invalidSyntax', 'The body must be a JSON object with "Operations".');
  const given = ownValue(body, 'Operations');
  if (!Array.isArray(given) || given.length === 0) {
    throw new ScimError('invalidSyntax', 'The body must have "Operations", a list with at least one operation.');
  }
  if (given.length > maxOperations) {
    throw new ScimError(
      'payloadTooLarge',
      `The request has ${given.length} operations; maxOperations is ${maxOperations}. Send them in several bulk requests.`,
    );
  }
  const failOnErrors = readFailOnErrors(ownValue(body, 'failOnErrors'));
  const operations = given.map(readOperation);
  refuseRepeatedBulkIds(operations);
  return { operations, ...(failOnErrors !== undefined && { failOnErrors }) };
}

function readFailOnErrors(value: JsonValue | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new ScimError(
    'invalidValue',
    '"failOnErrors" must be an integer above 0; leave it out to try every operation.',
  );
}

const METHODS: ReadonlySet<string> = new Set<BulkMethod>(['POST', 'PUT', 'PATCH', 'DELETE']);
const isMethod = (text: string): text is BulkMethod => METHODS.has(text);

function readOperation(operation: JsonValue, index: number): BulkOperation {
  const fault = (detail: string) => new ScimError('invalidSyntax', `Operation ${index + 1}: ${detail}.`);
  if (!isObject(operation)) throw fault('it must be an object with "method", "path" and "data"');
  const text = (name: string): string | undefined => {
    const value = ownValue(operation, name);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') throw fault(`"${name}" must be a string`);
    return value;
  };
  const method = text('method')?.trim().toUpperCase();
  if (method === undefined || !isMethod(method)) throw fault('"method" must be "POST", "PUT", "PATCH" or "DELETE"');
  const path = text('path')?.trim();
  if (!path) throw fault('"path" is missing; it must be /Users, /Groups or one of these with an id');
  const bulkId = text('bulkId');
  if (method === 'POST' && bulkId === undefined) throw fault('a POST must have a "bulkId"');
  const version = text('version');
  const data = ownValue(operation, 'data');
  return { method, path, data, ...(bulkId !== undefined && { bulkId }), ...(version !== undefined && { version }) };
}

function refuseRepeatedBulkIds(operations: readonly BulkOperation[]): void {
  const seen = new Map<string, number>();
  operations.forEach(({ bulkId }, index) => {
    if (bulkId === undefined) return;
    const first = seen.get(bulkId);
    if (first !== undefined) {
      throw new ScimError(
        'invalidValue',
        `Operation ${index + 1}: bulkId ${quoteName(bulkId)} is that of operation ${first + 1} already; each must have its own.`,
      );
    }
    seen.set(bulkId, index);
  });
}
