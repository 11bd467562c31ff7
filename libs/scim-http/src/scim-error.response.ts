import { EventStoreUnavailable, EventTooLarge } from '#event-store';
import { ReadModelsUnavailable } from '#read-models';
import { ScimError, type ScimErrorKind } from '#scim';
import type { CauseCode } from '#request-log';
import type { FastifyReply } from 'fastify';
import { type Refusal, reportRefusal } from './report-refusal.js';
import { sendScim } from './scim-request.js';

/** RFC 7644 §3.12, table 9. The only place where a domain error learns its HTTP status. */
const RESPONSE: Readonly<Record<ScimErrorKind, { readonly status: number; readonly scimType?: string }>> = {
  invalidFilter: { status: 400, scimType: 'invalidFilter' },
  tooMany: { status: 400, scimType: 'tooMany' },
  uniqueness: { status: 409, scimType: 'uniqueness' },
  mutability: { status: 400, scimType: 'mutability' },
  invalidSyntax: { status: 400, scimType: 'invalidSyntax' },
  invalidPath: { status: 400, scimType: 'invalidPath' },
  noTarget: { status: 400, scimType: 'noTarget' },
  invalidValue: { status: 400, scimType: 'invalidValue' },
  invalidVers: { status: 400, scimType: 'invalidVers' },
  sensitive: { status: 400, scimType: 'sensitive' },
  invalidCursor: { status: 400, scimType: 'invalidCursor' }, // RFC 9865 §2.3
  expiredCursor: { status: 400, scimType: 'expiredCursor' },
  invalidCount: { status: 400, scimType: 'invalidCount' },
  notFound: { status: 404 },
  unauthorized: { status: 401 },
  forbidden: { status: 403 },
  methodNotAllowed: { status: 405 },
  conflict: { status: 409 },
  versionMismatch: { status: 412 }, // If-Match lost the race, RFC 7644 §3.14
  payloadTooLarge: { status: 413 },
  unsupportedMediaType: { status: 415 },
  tooManyRequests: { status: 429 },
  notImplemented: { status: 501 },
  unavailable: { status: 503 },
};

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

export const statusOf = (error: ScimError): number => RESPONSE[error.kind].status;

/** The body of RFC 7644 §3.12; `status` is a string there. */
export function errorBody(status: number, detail: string, scimType?: string): string {
  return JSON.stringify({ schemas: [ERROR_SCHEMA], status: String(status), ...(scimType && { scimType }), detail });
}

/** What the log of requests is told of a refusal. */
export function refusalOf({ kind, detail }: ScimError, cause?: CauseCode): Refusal {
  return { ...RESPONSE[kind], kind, detail, cause };
}

/** {@link errorBody} of a refusal. */
export function errorBodyOf(error: ScimError): string {
  const { status, scimType } = RESPONSE[error.kind];
  return errorBody(status, error.detail, scimType);
}

/** What a write or read that threw is answered with; undefined where the fault is ours and unforeseen. */
export function refusalIn(exception: unknown): ScimError | undefined {
  if (exception instanceof ScimError) return exception;
  if (exception instanceof EventStoreUnavailable || exception instanceof ReadModelsUnavailable) {
    const detail = 'The store is not available; nothing was half written. Try again shortly.';
    return new ScimError('unavailable', detail, { cause: exception, retryAfterSeconds: 5 });
  }
  if (exception instanceof EventTooLarge) {
    const detail = 'The resource is larger than the event store takes; nothing was written. Send less of it at once.';
    return new ScimError('payloadTooLarge', detail, { cause: exception });
  }
  return undefined;
}

/** The detail of a 500; what went wrong is in the log under the request's id. */
export const apologyFor = (requestId: string): string =>
  `Something went wrong on our side; nothing was half written. Request id: ${requestId}`;

/** @param cause why, where the detail does not tell @param isNoted whether it leaves a line in the log and a record */
export function sendScimError(reply: FastifyReply, error: ScimError, cause?: CauseCode, isNoted = true): void {
  const { status } = RESPONSE[error.kind];
  if (isNoted) reportRefusal(reply.request, refusalOf(error, cause));
  if (status === 401 && !reply.hasHeader('www-authenticate')) reply.header('www-authenticate', 'Bearer realm="scim"');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  sendScim(reply, status, errorBodyOf(error));
}
