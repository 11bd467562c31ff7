import { ScimError } from '#scim';
import type { ScimQuery } from './scim-request.js';

/** Parameters of a list request, RFC 7644 §3.4.2, as they count for us. */
export interface ListQuery {
  readonly filter: string | undefined;
  /** 1-based. */
  readonly startIndex: number;
  readonly count: number;
  readonly sortBy: string | undefined;
  readonly sortOrder: 'ascending' | 'descending';
}

/** The first of a parameter that came more than once. */
export function parameter(query: ScimQuery, name: string): string | undefined {
  const value = query[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Values below the least are taken as the least, counts above the most as the most (RFC 7644 §3.4.2.4).
 * @throws ScimError `invalidValue` where a number is none, `invalidFilter` for a filter that is there but empty
 */
export function parseListQuery(query: ScimQuery, page: { defaultSize: number; maxSize: number }): ListQuery {
  const filter = parameter(query, 'filter');
  if (filter !== undefined && filter.trim() === '') {
    throw new ScimError('invalidFilter', 'The filter parameter is empty; leave it out to list everything.');
  }
  const sortOrder = parameter(query, 'sortOrder')?.toLowerCase() ?? 'ascending';
  if (sortOrder !== 'ascending' && sortOrder !== 'descending') {
    throw new ScimError('invalidValue', 'sortOrder must be "ascending" or "descending".');
  }
  return {
    filter,
    startIndex: Math.max(1, integer(query, 'startIndex') ?? 1),
    count: Math.min(page.maxSize, Math.max(0, integer(query, 'count') ?? page.defaultSize)),
    sortBy: parameter(query, 'sortBy') || undefined,
    sortOrder,
  };
}

function integer(query: ScimQuery, name: string): number | undefined {
  const text = parameter(query, name)?.trim();
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new ScimError('invalidValue', `${name} must be an integer.`);
  return Number(text);
}

export const LIST_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** A ListResponse around resources that are JSON text already. */
export function listResponse(resources: readonly string[], totalResults: number, startIndex: number): string {
  return (
    `{"schemas":["${LIST_RESPONSE_SCHEMA}"],"totalResults":${totalResults},"startIndex":${startIndex},` +
    `"itemsPerPage":${resources.length},"Resources":[${resources.join(',')}]}`
  );
}
