import type { IncomingMessage } from 'node:http';
import type { Caller } from '#access';
import type { RequestContext } from '#handlers';
import type { FastifyRequest } from 'fastify';
import type { ScimUrl } from './scim-url.js';

export { sendScim } from './send-scim.js';

const SCIM = Symbol('scim');

/** What the edge knows about a SCIM request before a controller sees it. */
export interface ScimScope {
  readonly tenant: string;
  /** Absolute base URL the client used, without a trailing slash; `meta.location` builds on it. */
  readonly baseUrl: string;
  /** Absent on the public discovery endpoints when no token came. */
  readonly caller: Caller | undefined;
}

type Carrier = IncomingMessage & { [SCIM]?: ScimUrl };

export function rememberScimUrl(raw: IncomingMessage, url: ScimUrl): void {
  (raw as Carrier)[SCIM] = url;
}

export const scimUrlOf = (request: FastifyRequest): ScimUrl | undefined => (request.raw as Carrier)[SCIM];

export interface ScimRequest extends FastifyRequest {
  scim: ScimScope;
}

/** Parsed query string; a parameter that came twice is a list, of which the first counts. */
export type ScimQuery = Readonly<Record<string, string | string[] | undefined>>;

/** On whose behalf the request acts. Only routes that require a token ask. */
export function contextOf({ scim: { tenant, caller }, id }: ScimRequest): RequestContext {
  if (!caller) throw new Error('a route that acts must require a token');
  const { connectionId: connection, credentialId: credential, idp, tolerances } = caller;
  return { tenant, connection, credential, idp, tolerances, correlationId: id };
}
