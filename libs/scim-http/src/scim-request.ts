import type { IncomingMessage } from 'node:http';
import type { Caller } from '#access';
import type { RequestContext } from '#handlers';
import type { Contact } from '#request-log';
import { ScimError } from '#scim';
import { type RequestMeter, type RouteCount, type TenantCount, type TraceSpan, validTraceparent } from '#telemetry';
import type { FastifyRequest } from 'fastify';
import type { ScimUrl } from './scim-url.js';

export { sendEmpty, sendScim } from './send-scim.js';

const SEEN = Symbol('seen URL');

/** What the edge knows about a SCIM request before a controller sees it. */
export interface ScimScope {
  readonly tenant: string;
  /** Absolute base URL the client used, without a trailing slash; `meta.location` builds on it. */
  readonly baseUrl: string;
  /** Absent on the public discovery endpoints when no token came. */
  readonly caller: Caller | undefined;
  /** What is remembered of the connection; absent where nobody knows whose request it is. */
  readonly contact: Contact | undefined;
  /** Of the token that came, where we know it. */
  readonly credentialId: string | undefined;
  /** When the request came: milliseconds since the epoch, and by the clock that only goes forward. */
  readonly at: number;
  readonly startedAt: number;
}

/** How a request looks from the client's side. */
export interface SeenUrl {
  readonly scim: ScimUrl;
  /** Scheme, host and what a proxy cut off: in front of our own paths. */
  readonly origin: string;
  /** What is wrong with the headers that name the host. */
  readonly fault: string | undefined;
  /** When it was seen, by the clock that only goes forward; milliseconds. */
  readonly startedAt: number;
  /** Who counts it; undefined where nobody does. */
  readonly meter: RequestMeter | undefined;
  /** What it is counted under, as far as it has come. */
  route: RouteCount | undefined;
  tenant: TenantCount | undefined;
  /** The piece of a trace that it is; undefined where nobody collects them. */
  readonly span: TraceSpan | undefined;
}

type Carrier = IncomingMessage & { [SEEN]?: SeenUrl };

export function rememberUrl(raw: IncomingMessage, seen: SeenUrl): void {
  (raw as Carrier)[SEEN] = seen;
}

export const rawUrlOf = (raw: IncomingMessage): SeenUrl | undefined => (raw as Carrier)[SEEN];

export const seenUrlOf = (request: FastifyRequest): SeenUrl | undefined => rawUrlOf(request.raw);

/** The URL as SCIM's; undefined for any other. */
export function scimUrlOf(request: FastifyRequest): ScimUrl | undefined {
  const scim = seenUrlOf(request)?.scim;
  return scim?.basePath === undefined ? undefined : scim;
}

/**
 * Scheme, host and prefix that clients reach us by, without a slash at the end.
 * @throws ScimError `invalidValue` where the headers that name them hold what cannot be
 */
export function originOf(request: FastifyRequest): string {
  const seen = seenUrlOf(request);
  if (seen?.fault !== undefined) throw new ScimError('invalidValue', seen.fault);
  return seen?.origin ?? 'http://localhost';
}

/** What continues the trace of a request: its own span, else what the client sent, for others who collect spans. */
export function traceparentOf(raw: IncomingMessage): string | undefined {
  const span = rawUrlOf(raw)?.span;
  if (span) return span.traceparent;
  const { traceparent } = raw.headers;
  return traceparent === undefined ? undefined : validTraceparent(traceparent);
}

/** What a line of the log says of a request's trace. */
export function traceIdOf(raw: IncomingMessage): { readonly traceId?: string } {
  // 00-{traceId}-…
  const traceId = traceparentOf(raw)?.slice(3, 35);
  return traceId === undefined ? {} : { traceId };
}

export interface ScimRequest extends FastifyRequest {
  scim: ScimScope;
}

/** Parsed query string; a parameter that came twice is a list, of which the first counts. */
export type ScimQuery = Readonly<Record<string, string | string[] | undefined>>;

/** On whose behalf the request acts. Only routes that require a token ask. */
export function contextOf({ scim: { tenant, caller }, id, raw }: ScimRequest): RequestContext {
  if (!caller) throw new Error('a route that acts must require a token');
  const { connectionId: connection, credentialId: credential, idp, tolerances, settings } = caller;
  const traceparent = traceparentOf(raw);
  const context = { tenant, connection, credential, idp, tolerances, correlationId: id, traceparent };
  return settings ? { ...context, settings } : context;
}
