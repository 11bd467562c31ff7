import type { Caller } from '#access';
import { type CauseCode, type Contact, findCause, type RequestLog } from '#request-log';
import type { ScimErrorKind } from '#scim';
import type { Logger } from '#telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type ScimRequest, scimUrlOf } from './scim-request.js';

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
  const connectionId = connectionOf(request);
  const about = { requestId, tenant, connectionId, method, status, kind, cause };
  request.server.refusals?.logger.warn(about, 'SCIM request refused');
  noteRefusal(request, { kind, ...refusal, cause });
}

/** The same without the line in the log, for one operation of a bulk request. */
export function noteRefusal(request: FastifyRequest, { kind, ...refusal }: Refusal): void {
  const requestLog = request.server.refusals?.requestLog;
  const tenant = scimUrlOf(request)?.tenant;
  if (!requestLog || tenant === undefined) return;
  const { id: requestId, method, url: target } = request;
  const cause = refusal.cause ?? findCause({ method, kind, detail: refusal.detail });
  const connectionId = connectionOf(request);
  requestLog.note({ kind: 'refusal', ...refusal, tenant, connectionId, requestId, method, target, cause });
}

const connectionOf = (request: FastifyRequest): string | undefined =>
  (request as Partial<ScimRequest>).scim?.contact?.connectionId;

/** Notes with the connection that its token came to another tenant's URL. */
export function noteMisdirected(request: FastifyRequest, caller: Caller, detail: string): void {
  const { tenant, connectionId } = caller;
  const { id: requestId, method, url: target } = request;
  request.server.refusals?.requestLog?.note({
    kind: 'refusal',
    tenant,
    connectionId,
    requestId,
    method,
    target,
    status: 401,
    detail,
    cause: 'foreignToken',
  });
}
