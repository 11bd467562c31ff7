import { ScimError } from '#scim';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import type { LimitedRequests } from '../limit-requests.js';
import type { ScimRequest } from '../scim-request.js';
import { TenantTurns } from '../tenant-turns.js';
import { isBulk } from '../too-large.js';

/** Requests of one tenant that are let in at a time, and that wait outside. */
const AT_ONCE = 1;
const WAITING = 8;

/**
 * Lets the bulk requests of a tenant in one after the other, before their bodies are read: a body that waits is the client's
 * to keep, and one that is refused in the end was never parsed. Runs behind the hook that compares scopes.
 */
export function gateBulk(fastify: FastifyInstance, limited: LimitedRequests): void {
  const turns = new TenantTurns({ atOnce: AT_ONCE, waiting: WAITING, what: 'bulk requests' });
  const gate: onRequestHookHandler = (request, reply, done) => {
    const { caller, contact } = (request as ScimRequest).scim;
    if (!caller) return done();
    turns
      .enter(caller.tenant)
      .then((leave) => {
        if (reply.raw.destroyed) return leave();
        reply.raw.once('close', leave);
        // Operations may be owed, so that a large request is not refused for its size. Who owes pays that off first.
        const owedMs = limited.owed(caller, Date.now());
        if (owedMs > 0) limited.refuse(reply, caller, contact, owing(owedMs), Date.now());
        else done();
      })
      .catch((error: unknown) => {
        if (error instanceof ScimError) limited.refuse(reply, caller, contact, error, Date.now());
        else done(error as Error);
      });
  };
  fastify.addHook('onRoute', (route) => {
    if (route.method === 'POST' && isBulk(route.url)) route.onRequest = [...[route.onRequest ?? []].flat(), gate];
  });
}

function owing(ms: number): ScimError {
  const retryAfterSeconds = Math.max(1, Math.ceil(ms / 1_000));
  const detail = `The bulk requests before this one were as many operations as may come at once; nothing of it was carried out. Wait ${retryAfterSeconds} seconds and send it again.`;
  return new ScimError('tooManyRequests', detail, { retryAfterSeconds });
}
