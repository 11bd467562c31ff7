import { quoteName } from '../schema/attribute-name.js';
import { ScimError } from '../scim-error.js';
import type { BulkOperation } from './bulk-request.js';

export type BulkEndpoint = 'Users' | 'Groups';

/** What an operation is about. */
export interface BulkTarget {
  readonly endpoint: BulkEndpoint;
  /** Id as the path has it, which may be a reference such as `bulkId:u1`; absent for a POST. */
  readonly id?: string;
}

/**
 * Takes the path of an operation apart. A query, doubled slashes and one at the end are passed over, as in a URL.
 * @throws ScimError `notFound` or `methodNotAllowed`, as the single request would be answered
 */
export function bulkTarget({ method, path }: Pick<BulkOperation, 'method' | 'path'>): BulkTarget {
  const [endpoint, id, ...rest] = (path.split('?', 1)[0] ?? '').split('/').filter((segment) => segment !== '');
  if ((endpoint !== 'Users' && endpoint !== 'Groups') || rest.length > 0) {
    throw new ScimError(
      'notFound',
      `There is nothing at ${quoteName(path)}; a path is /Users, /Groups or one of these with an id.`,
    );
  }
  if (method === 'POST' && id !== undefined) {
    throw new ScimError('methodNotAllowed', `POST is for /${endpoint}; use PUT, PATCH or DELETE with an id.`);
  }
  if (method !== 'POST' && id === undefined) {
    throw new ScimError('methodNotAllowed', `${method} needs a path with an id: /${endpoint}/{id}.`);
  }
  return { endpoint, ...(id !== undefined && { id: decoded(id) }) };
}

/** Text without its percent-encoding, or as it is where it has none that is valid. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
