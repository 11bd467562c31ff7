import { STATUS_CODES } from 'node:http';
import { ScimError, type ScimErrorKind } from '#scim';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { LOGGER, type Logger } from '#telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allowedMethods } from './allowed-methods.js';
import { apologyFor, errorBody, refusalIn, sendScimError, statusOf } from './scim-error.response.js';
import { scimUrlOf, sendScim } from './scim-request.js';

const KIND_OF_STATUS: Readonly<Record<number, ScimErrorKind>> = {
  400: 'invalidSyntax',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  405: 'methodNotAllowed',
  413: 'payloadTooLarge',
  414: 'invalidValue',
  415: 'unsupportedMediaType',
  503: 'unavailable',
};

/** Turns whatever went wrong on a SCIM URL into RFC 7644 §3.12; other URLs keep Nest's own form. */
@Catch()
export class ScimErrorFilter extends BaseExceptionFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {
    super();
  }

  override catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!isScim(request)) {
      const status = exception instanceof ScimError ? statusOf(exception) : statusIn(exception);
      if (request.url.startsWith('/admin/') && status !== undefined && status >= 400 && status < 500) {
        const detail = exception instanceof ScimError ? exception.detail : (exception as Error).message;
        const problem = { status, title: STATUS_CODES[status], detail };
        const reply = http.getResponse<FastifyReply>();
        reply.code(status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
        return;
      }
      super.catch(exception, host);
      return;
    }
    const reply = http.getResponse<FastifyReply>();
    const error = toScimError(exception, request, reply);
    if (!error) {
      this.logger.error({ err: exception, requestId: request.id, method: request.method }, 'SCIM request failed');
      sendScim(reply, 500, errorBody(500, apologyFor(request.id)));
      return;
    }
    const status = statusOf(error);
    const tenant = scimUrlOf(request)?.tenant;
    this.logger.warn(
      { requestId: request.id, tenant, method: request.method, status, kind: error.kind },
      'SCIM request refused',
    );
    sendScimError(reply, error);
  }
}

const statusIn = (exception: unknown): number | undefined =>
  exception instanceof HttpException ? exception.getStatus() : (exception as { statusCode?: number }).statusCode;

function isScim({ raw, url }: FastifyRequest): boolean {
  const target = url || raw.url || '';
  return target.startsWith('/scim') || target.startsWith('/api/scim');
}

function toScimError(exception: unknown, request: FastifyRequest, reply: FastifyReply): ScimError | undefined {
  const refusal = refusalIn(exception);
  if (refusal) return refusal;
  if (!(exception instanceof HttpException)) return undefined;
  const status = exception.getStatus();
  if (status === 404) return unknownRoute(request, reply);
  const kind = KIND_OF_STATUS[status];
  const detail = status === 413 ? tooLarge(request) : exception.message;
  return kind && new ScimError(kind, detail, { cause: exception });
}

/** RFC 7644 §3.7.4 and profile C6.5: the answer names the limit. */
function tooLarge({ routeOptions }: FastifyRequest): string {
  const limit = routeOptions.bodyLimit;
  return `The body is too large: the limit is ${limit} bytes. Send large groups in several PATCH requests.`;
}

function unknownRoute(request: FastifyRequest, reply: FastifyReply): ScimError {
  const allowed = allowedMethods(request.url);
  if (!allowed) return new ScimError('notFound', `There is nothing at ${request.method} ${pathOf(request.url)}`);
  reply.header('allow', allowed);
  return new ScimError('methodNotAllowed', `${request.method} is not supported here; use ${allowed}`);
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;
