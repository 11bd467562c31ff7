import { STATUS_CODES } from 'node:http';
import { TenantError } from '#domain';
import { EventStoreUnavailable } from '#event-store';
import { ReadModelsUnavailable } from '#read-models';
import { ScimError } from '#scim';
import { statusOf } from '#scim-http';
import { LOGGER, type Logger } from '#telemetry';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

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
    const { id: requestId, method } = http.getRequest<FastifyRequest>();
    let problem = problemOf(exception);
    if (!problem) {
      this.logger.error({ err: exception, requestId, method }, 'Request failed');
      problem = problemWith(500, `Something went wrong on our side. Request id: ${requestId}`);
    }
    if (problem.status === 503) reply.header('retry-after', '5');
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="admin"');
    reply.code(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
  }
}

interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** One entry per field that is not as it should be. */
  readonly errors?: readonly string[];
}

const problemWith = (status: number, detail: string): Problem => ({
  status,
  title: STATUS_CODES[status] ?? 'Error',
  detail,
});

const TENANT_ERROR_STATUS = { notFound: 404, conflict: 409, invalid: 400 } as const;

function problemOf(exception: unknown): Problem | undefined {
  if (exception instanceof TenantError) return problemWith(TENANT_ERROR_STATUS[exception.kind], exception.message);
  if (exception instanceof EventStoreUnavailable || exception instanceof ReadModelsUnavailable) {
    return problemWith(503, 'The store is not available. Try again shortly.');
  }
  // The body parser serves both APIs and speaks SCIM's words.
  if (exception instanceof ScimError) return problemWith(statusOf(exception), exception.detail);
  if (!(exception instanceof HttpException)) return undefined;
  const body = exception.getResponse();
  const messages = typeof body === 'object' && 'message' in body ? body.message : undefined;
  const status = exception.getStatus();
  return Array.isArray(messages)
    ? { ...problemWith(status, 'Some fields are not valid.'), errors: messages.map(String) }
    : problemWith(status, exception.message);
}
