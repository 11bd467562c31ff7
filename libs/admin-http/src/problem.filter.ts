import { TenantError } from '#domain';
import { EventStoreUnavailable } from '#event-store';
import { ReadModelsUnavailable } from '#read-models';
import { ScimError } from '#scim';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Answers of the admin API and the products' lists when something is wrong: RFC 9457 problem details. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(exception: unknown, host: ArgumentsHost): void {
    const problem = problemOf(exception);
    // What nobody foresaw goes on to the filter that logs it.
    if (!problem) throw exception;
    const reply = host.switchToHttp().getResponse<FastifyReply>();
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

function problemOf(exception: unknown): Problem | undefined {
  if (exception instanceof TenantError) {
    return exception.kind === 'conflict'
      ? { status: 409, title: 'Conflict', detail: exception.message }
      : { status: 404, title: 'Not Found', detail: exception.message };
  }
  if (exception instanceof EventStoreUnavailable || exception instanceof ReadModelsUnavailable) {
    return { status: 503, title: 'Service Unavailable', detail: 'The store is not available. Try again shortly.' };
  }
  // The body parser serves both APIs and speaks SCIM's words.
  if (exception instanceof ScimError) return { status: 400, title: 'Bad Request', detail: exception.detail };
  if (!(exception instanceof HttpException)) return undefined;
  const body = exception.getResponse();
  const messages = typeof body === 'object' && 'message' in body ? body.message : undefined;
  const status = exception.getStatus();
  const title =
    typeof body === 'object' && 'error' in body && typeof body.error === 'string' ? body.error : exception.name;
  return Array.isArray(messages)
    ? { status, title, detail: 'Some fields are not valid.', errors: messages.map(String) }
    : { status, title, detail: exception.message };
}
