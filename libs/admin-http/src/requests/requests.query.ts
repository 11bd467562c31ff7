import { CALLS_CURSOR, type CallKind, type CallsQuery, type CauseCode, CAUSES } from '#request-log';
import { DateTime, OneOf, Pattern, QueryInt, Text } from '../openapi/fields.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const KINDS = /^(all|(success|refusal|hint)(,(success|refusal|hint))*)$/;

/** What calls of a connection are asked for by. Filters narrow together. */
export class CallsOfConnectionQuery {
  @Pattern(KINDS, 'kind must be all, or some of success, refusal, hint separated by commas', {
    optional: true,
    description: 'Some of `success`, `refusal` and `hint`, separated by commas, or `all`.',
  })
  kind?: string;

  @Pattern(/^([2-5]\d\d|[2-5]xx)$/, 'status must be a status such as 409, or a class of them such as 4xx', {
    optional: true,
    description: 'A status, or a class such as `4xx`; hints have that of their success.',
  })
  status?: string;

  @OneOf(METHODS, { optional: true })
  method?: string;

  @OneOf(Object.keys(CAUSES), { optional: true, description: 'A code of the reference of refused requests.' })
  cause?: CauseCode;

  @Text({ optional: true, max: 200, description: 'Text that the path holds, such as `/Groups` or `filter=`.' })
  path?: string;

  @Pattern(UUID, 'requestId must be a UUID', { optional: true, description: 'Only records of this request.' })
  requestId?: string;

  @Pattern(UUID, 'resource must be a UUID', {
    optional: true,
    description: 'Id of a user or group: only calls about it, or that name it in path, detail or kept bodies.',
  })
  resource?: string;

  @DateTime({ optional: true, description: 'Answered at this time or later.' })
  from?: string;

  @DateTime({ optional: true, description: 'Answered before this time.' })
  to?: string;

  @QueryInt({ min: 1, max: 200, description: 'Most calls to return; default 50.' })
  limit?: number;

  @Pattern(CALLS_CURSOR, 'cursor must be the nextCursor of another page', {
    optional: true,
    description: '`nextCursor` of the page before, of the same filters.',
  })
  cursor?: string;
}

export class CallsOfTenantQuery extends CallsOfConnectionQuery {
  @Text({ optional: true, max: 100, description: 'Only calls of this connection.' })
  connection?: string;
}

/** @param defaults kinds where the query names none; undefined: all */
export function callsQuery(
  tenant: string,
  { kind, status, resource, from, to, limit = 50, connection, ...rest }: CallsOfTenantQuery,
  defaults?: readonly CallKind[],
): CallsQuery {
  const named = kind === undefined ? defaults : kind === 'all' ? undefined : (kind.split(',') as CallKind[]);
  return {
    ...rest,
    tenant,
    connectionId: connection,
    kinds: named,
    // Of a class its digit.
    status: status === undefined ? undefined : parseInt(status, 10),
    resourceId: resource,
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
    limit,
  };
}
