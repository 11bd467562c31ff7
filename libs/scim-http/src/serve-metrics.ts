import type { IncomingMessage } from 'node:http';
import { hashToken, Hold, sameHash, type SignInFailures, tokenIn } from '#access';
import type { Metrics } from '#telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { rawUrlOf } from './scim-request.js';

/** An app's numbers, and who may see them: they name tenants and tell what goes on. */
export interface MetricsRoute {
  readonly metrics: Metrics;
  /** SHA-256 of what opens `GET /metrics` as a bearer token, see `hashToken`; undefined: nothing does. */
  readonly keyHash: () => Promise<string | undefined>;
  /** Slows down whoever guesses it. */
  readonly failures: SignInFailures;
  readonly addressOf: (request: IncomingMessage) => string;
}

export const METRICS_PATH = '/metrics';
/** How long a refusal is held back where too many came from one address, milliseconds, and how many are at a time. */
const HOLD_MS = 250;
const MAX_HELD = 100;

/** Counts every request from now on, and answers `GET /metrics` to whoever has the key. */
export function serveMetrics(fastify: FastifyInstance, { metrics, keyHash, failures, addressOf }: MetricsRoute): void {
  fastify.addHook('onRoute', (route) => {
    const count = metrics.requests.route([route.method].flat().join(), route.url);
    const hook = (request: FastifyRequest, _reply: FastifyReply, done: () => void): void => {
      const seen = rawUrlOf(request.raw);
      if (seen) seen.route = count;
      done();
    };
    route.onRequest = [hook, ...[route.onRequest ?? []].flat()];
  });
  const hold = new Hold(HOLD_MS, MAX_HELD);
  fastify.get(METRICS_PATH, async (request, reply) => {
    const token = tokenIn(request.headers.authorization);
    const expected = token === undefined ? undefined : await keyHash();
    if (token !== undefined && expected !== undefined && sameHash(hashToken(token), expected)) {
      return reply.type(metrics.contentType).send(await metrics.page());
    }
    const seconds = token === undefined ? 0 : await failures.failed(addressOf(request.raw));
    if (seconds > 0) {
      await new Promise<void>((resolve) => hold.release(resolve));
      const message = `Too many requests with wrong keys came from this address; they are looked at again in ${seconds} seconds.`;
      return reply
        .code(429)
        .header('retry-after', seconds)
        .send({ statusCode: 429, error: 'Too Many Requests', message });
    }
    const message = 'Send METRICS_TOKEN, or the admin key where there is none, as "Authorization: Bearer …".';
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer realm="metrics"')
      .send({ statusCode: 401, error: 'Unauthorized', message });
  });
}
