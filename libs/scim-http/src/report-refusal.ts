import type { Caller } from '#access';
import { type Call, type CauseCode, type Contact, findCause, type RequestLog } from '#request-log';
import type { ScimErrorKind } from '#scim';
import type { Logger } from '#telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyFor } from './kept-body.js';
import { type ScimRequest, type ScimScope, scimUrlOf, traceIdOf } from './scim-request.js';
import { wallTime } from './wall-time.js';

declare module 'fastify' {
  interface FastifyInstance {
    readonly refusals?: { readonly logger: Logger; readonly requestLog: RequestLog | undefined };
  }
}

/** From now on every refused SCIM request leaves a line in the log and, where there is one, a record in the request log. */
export function reportRefusals(fastify: FastifyInstance, logger: Logger, requestLog: RequestLog | undefined): void {
  fastify.decorate('refusals', { logger, requestLog });
}

/** What is remembered of a connection; undefined where the app remembers nothing. */
export const contactOf = ({ server }: FastifyRequest, { tenant, connectionId }: Caller): Contact | undefined =>
  server.refusals?.requestLog?.contactOf(tenant, connectionId);

export interface Refusal {
  readonly status: number;
  readonly scimType?: string | undefined;
  readonly kind: ScimErrorKind | 'internal';
  readonly detail: string;
  /** Where the detail does not tell. */
  readonly cause?: CauseCode | undefined;
}

/** Notes that a request was refused. The line in the log holds no values; the record gets them masked. */
export function reportRefusal(request: FastifyRequest, { kind, ...refusal }: Refusal): void {
  const { id: requestId, method } = request;
  const { status, detail } = refusal;
  const cause = refusal.cause ?? findCause({ method, kind, detail });
  const tenant = scimUrlOf(request)?.tenant;
  const connectionId = scopeOf(request)?.contact?.connectionId;
  const about = { requestId, ...traceIdOf(request.raw), tenant, connectionId, method, status, kind, cause };
  request.server.refusals?.logger.warn(about, 'SCIM request refused');
  noteRefusal(request, { kind, ...refusal, cause });
}

/** The same without the line in the log, for one operation of a bulk request. */
export function noteRefusal(request: FastifyRequest, { kind, ...refusal }: Refusal): void {
  const { status, scimType, detail } = refusal;
  const cause = refusal.cause ?? findCause({ method: request.method, kind, detail });
  const call = aboutCall(request, { kind: 'refusal', status, scimType, detail, cause });
  const contact = scopeOf(request)?.contact;
  if (contact) return contact.refused({ ...call, ...bodyFor(request, contact.mayKeepBodies(call.at, true)) });
  const tenant = scimUrlOf(request)?.tenant;
  if (tenant !== undefined) request.server.refusals?.requestLog?.refusedStranger(tenant, call);
}

/** Notes with the connection that its token came to another tenant's URL. */
export function noteMisdirected(request: FastifyRequest, caller: Caller, detail: string): void {
  const call = aboutCall(request, { kind: 'refusal', status: 401, detail, cause: 'foreignToken' });
  contactOf(request, caller)?.refused({ ...call, credentialId: caller.credentialId });
}

/** What is kept of a request that is not answered as asked, or hardly as meant. */
export function aboutCall(
  request: FastifyRequest,
  about: Pick<Call, 'kind' | 'status' | 'scimType' | 'detail' | 'cause'>,
): Call {
  const scope = scopeOf(request);
  const startedAt = scope?.startedAt ?? performance.now();
  const at = scope?.at ?? wallTime(startedAt);
  const { id: requestId, method, url: target } = request;
  return {
    ...about,
    requestId,
    method,
    target,
    at,
    tookMs: performance.now() - startedAt,
    credentialId: scope?.credentialId,
  };
}

/** Undefined for a URL that the router refuses. */
const scopeOf = (request: FastifyRequest): ScimScope | undefined => (request as Partial<ScimRequest>).scim;
