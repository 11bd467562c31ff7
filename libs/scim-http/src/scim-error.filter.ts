import { ScimError, type ScimErrorKind } from '#scim';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject, Optional } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { LOGGER, type Logger } from '#telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { allowedMethods } from './allowed-methods.js';
import { isBulk, tooLarge } from './too-large.js';
import { apologyFor, errorBody, refusalIn, sendScimError } from './scim-error.response.js';
import { reportRefusal } from './report-refusal.js';
import { sendScim, traceIdOf } from './scim-request.js';

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

/** Injection token of the filter for errors on URLs that are not SCIM's; absent: Nest's own. */
export const OTHER_ERRORS = Symbol('OtherErrors');

/** Turns whatever went wrong on a SCIM URL into RFC 7644 §3.12, and leaves the other URLs to {@link OTHER_ERRORS}. */
@Catch()
export class ScimErrorFilter extends BaseExceptionFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() @Inject(OTHER_ERRORS) private readonly others?: ExceptionFilter,
  ) {
    super();
  }

  override catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    if (!isScim(request)) {
      if (this.others) this.others.catch(exception, host);
      else super.catch(exception, host);
      return;
    }
    const reply = http.getResponse<FastifyReply>();
    const error = toScimError(exception, request, reply);
    if (!error) {
      const about = { err: exception, requestId: request.id, ...traceIdOf(request.raw), method: request.method };
      this.logger.error(about, 'SCIM request failed');
      const detail = apologyFor(request.id);
      reportRefusal(request, { status: 500, kind: 'internal', detail });
      sendScim(reply, 500, errorBody(500, detail));
      return;
    }
    sendScimError(reply, error);
  }
}

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
  if (status === 413) return tooLarge(request.routeOptions.bodyLimit, isBulk(request.url));
  return kind && new ScimError(kind, exception.message, { cause: exception });
}

function unknownRoute(request: FastifyRequest, reply: FastifyReply): ScimError {
  const allowed = allowedMethods(request.url);
  if (!allowed) return new ScimError('notFound', `There is nothing at ${request.method} ${pathOf(request.url)}`);
  reply.header('allow', allowed);
  return new ScimError('methodNotAllowed', `${request.method} is not supported here; use ${allowed}`);
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? url;
