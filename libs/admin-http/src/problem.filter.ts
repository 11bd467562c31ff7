import { STATUS_CODES } from 'node:http';
import { SettingsError } from '#domain';
import { EventStoreUnavailable } from '#event-store';
import { ReadModelsUnavailable } from '#read-models';
import { ScimError } from '#scim';
import { InvalidFields, statusOf, traceIdOf } from '#scim-http';
import { LOGGER, type Logger } from '#telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TooManyRequests } from './access/admin-limits.js';
import type { Problem } from './openapi/problem.js';

/**
 * What is answered when something is wrong with a request that is not SCIM's: RFC 9457 problem details. Stands behind
 * every route of the process, so that what the body parser or the router refuses has the same form.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { id: requestId, method, raw } = http.getRequest<FastifyRequest>();
    let problem = problemOf(exception);
    if (!problem) {
      this.logger.error({ err: exception, requestId, ...traceIdOf(raw), method }, 'Request failed');
      problem = problemWith(500, `Something went wrong on our side. Request id: ${requestId}`);
    }
    if (problem.status === 503) reply.header('retry-after', '5');
    if (exception instanceof TooManyRequests) reply.header('retry-after', String(exception.retryAfterSeconds));
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="admin"');
    reply.code(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
  }
}

const problemWith = (status: number, detail: string): Problem => ({
  status,
  title: STATUS_CODES[status] ?? 'Error',
  detail,
});

const STATUS_OF_KIND: Readonly<Record<SettingsError['kind'], number>> = { notFound: 404, conflict: 409, invalid: 400 };

function problemOf(exception: unknown): Problem | undefined {
  if (exception instanceof SettingsError) {
    const { kind, message, field } = exception;
    const problem = problemWith(STATUS_OF_KIND[kind], field === undefined ? message : `${field}: ${message}`);
    return field === undefined ? problem : { ...problem, errors: [{ field, detail: message, pointer: `#/${field}` }] };
  }
  if (exception instanceof EventStoreUnavailable || exception instanceof ReadModelsUnavailable) {
    return problemWith(503, 'The store is not available. Try again shortly.');
  }
  // The body parser serves both APIs and speaks SCIM's words.
  if (exception instanceof ScimError) return problemWith(statusOf(exception), exception.detail);
  if (exception instanceof InvalidFields)
    return { ...problemWith(400, exception.message), errors: [...exception.fields] };
  if (!(exception instanceof HttpException)) return undefined;
  return problemWith(exception.getStatus(), exception.message);
}
