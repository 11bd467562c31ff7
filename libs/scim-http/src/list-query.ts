import type { TenantSettings } from '#domain';
import { ScimError } from '#scim';
import type { ScimQuery } from './scim-request.js';

/** Parameters of a list request, RFC 7644 §3.4.2, as they count for us. */
export interface ListQuery {
  readonly filter: string | undefined;
  /** 1-based. */
  readonly startIndex: number;
  readonly count: number;
  /** Cursor of the page before, empty for the first page (RFC 9865); undefined: paged by index. */
  readonly cursor: string | undefined;
  readonly sortBy: string | undefined;
  readonly sortOrder: 'ascending' | 'descending';
}

/** How many resources a page holds: when the client names no count, and at most. */
export interface PageSizes {
  readonly defaultSize: number;
  readonly maxSize: number;
}

/** What the tenant wants, within what the installation allows. */
export function pageSizesFor(settings: TenantSettings | undefined, installation: PageSizes): PageSizes {
  const { defaultPageSize = installation.defaultSize, maxPageSize = Infinity } = settings ?? {};
  const maxSize = Math.min(maxPageSize, installation.maxSize);
  return { defaultSize: Math.min(defaultPageSize, maxSize), maxSize };
}

/** The first of a parameter that came more than once. */
export function parameter(query: ScimQuery, name: string): string | undefined {
  const value = query[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * Values below the least are taken as the least, counts above the most as the most (RFC 7644 §3.4.2.4).
 * With a cursor a count must be one that can be served (RFC 9865 §2.3).
 * @throws ScimError `invalidValue` where a number is none, `invalidCount` for one that goes with no cursor, `invalidFilter` for a filter that is there but empty
 */
export function parseListQuery(query: ScimQuery, page: PageSizes): ListQuery {
  const filter = parameter(query, 'filter');
  if (filter !== undefined && filter.trim() === '') {
    throw new ScimError('invalidFilter', 'The filter parameter is empty; leave it out to list everything.');
  }
  const sortOrder = parameter(query, 'sortOrder')?.toLowerCase() ?? 'ascending';
  if (sortOrder !== 'ascending' && sortOrder !== 'descending') {
    throw new ScimError('invalidValue', 'sortOrder must be "ascending" or "descending".');
  }
  const cursor = parameter(query, 'cursor')?.trim();
  if (cursor !== undefined && parameter(query, 'startIndex') !== undefined) {
    throw new ScimError('invalidValue', 'Give either "startIndex" or "cursor", not both.');
  }
  return {
    filter,
    startIndex: Math.max(1, integer(query, 'startIndex') ?? 1),
    count:
      cursor === undefined
        ? Math.min(page.maxSize, Math.max(0, integer(query, 'count') ?? page.defaultSize))
        : countWithCursor(query, page),
    cursor,
    sortBy: parameter(query, 'sortBy') || undefined,
    sortOrder,
  };
}

function countWithCursor(query: ScimQuery, page: PageSizes): number {
  const text = parameter(query, 'count')?.trim();
  if (text === undefined || text === '') return Math.min(page.defaultSize, page.maxSize);
  const count = /^\+?\d{1,15}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= page.maxSize) return count;
  throw new ScimError('invalidCount', `With a cursor, count must be an integer from 1 to ${page.maxSize}.`);
}

function integer(query: ScimQuery, name: string): number | undefined {
  const text = parameter(query, name)?.trim();
  if (text === undefined || text === '') return undefined;
  if (!/^[+-]?\d{1,15}$/.test(text)) throw new ScimError('invalidValue', `${name} must be an integer.`);
  return Number(text);
}

export const LIST_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** What a ListResponse says of its page. */
export interface PageFacts {
  readonly totalResults: number;
  /** Undefined: paged by cursor. */
  readonly startIndex: number | undefined;
  readonly nextCursor?: string | undefined;
  readonly previousCursor?: string | undefined;
}

/** A ListResponse around resources that are JSON text already. Cursors are base64url and need no escaping. */
export function listResponse(resources: readonly string[], facts: PageFacts): string {
  const { totalResults, startIndex, nextCursor, previousCursor } = facts;
  return (
    `{"schemas":["${LIST_RESPONSE_SCHEMA}"],"totalResults":${totalResults},` +
    (startIndex === undefined ? '' : `"startIndex":${startIndex},`) +
    `"itemsPerPage":${resources.length},` +
    (nextCursor === undefined ? '' : `"nextCursor":"${nextCursor}",`) +
    (previousCursor === undefined ? '' : `"previousCursor":"${previousCursor}",`) +
    `"Resources":[${resources.join(',')}]}`
  );
}
