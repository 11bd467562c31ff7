import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** How often connections are looked at while the server closes, ms. */
const LOOK_MS = 20;

/**
 * A server that closes ends the connections that are idle then. Those that still have a request become idle with its answer,
 * and would be kept for the next one, which is to come to another process: they are ended too.
 */
export function closeIdleConnections(fastify: Pick<FastifyInstance, 'addHook'> & { readonly server: Server }): void {
  fastify.addHook('preClose', async () => {
    const { server } = fastify;
    if (!server.listening) return;
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS);
    server.once('close', () => clearInterval(looking));
  });
}
