import type { FastifyReply } from 'fastify';
import { bodyFor, MAX_KEPT_ANSWER } from './kept-body.js';
import type { ScimRequest } from './scim-request.js';

/** Notes with its connection that a request is being answered as asked. On the way of every one. */
export function noteSuccess(reply: FastifyReply, status: number, answer: string | undefined): void {
  const request = reply.request as ScimRequest;
  // A URL that the router refuses has no scope.
  const scope = request.scim as ScimRequest['scim'] | undefined;
  const contact = scope?.contact;
  if (!contact) return;
  const mayKeep = contact.mayKeepBodies(scope.at);
  const { body, bodyOmitted } = bodyFor(request, mayKeep);
  const isAnswerKept = mayKeep && answer !== undefined && answer.length <= MAX_KEPT_ANSWER;
  contact.succeeded({
    kind: 'success',
    requestId: request.id,
    method: request.method,
    target: request.url,
    status,
    at: scope.at,
    tookMs: performance.now() - scope.startedAt,
    credentialId: scope.credentialId,
    location: status === 201 ? (reply.getHeader('location') as string | undefined) : undefined,
    body,
    bodyOmitted,
    answer: isAnswerKept ? answer : undefined,
    answerOmitted: isAnswerKept || answer === undefined ? undefined : mayKeep ? 'size' : 'pace',
    scimType: undefined,
    detail: undefined,
    cause: undefined,
  });
}
