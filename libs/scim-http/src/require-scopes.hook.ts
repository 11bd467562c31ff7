import { missingScopes, type ScopeMask } from '#access';
import { ScimError } from '#scim';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import { sendScimError } from './scim-error.response.js';
import type { ScimRequest } from './scim-request.js';
import { scopesOfRoute } from './scopes-of-route.js';

/**
 * Gives each SCIM route, as it is registered, the scopes that its callers must have; a request then costs one comparison,
 * before its body is read. Runs behind the hook that finds out who is calling.
 * @throws Error on start, for a route of which nobody has said what it needs
 */
export function requireScopes(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/scim/')) return;
    const needed = [route.method].flat().map((method) => scopesOfRoute(method, route.url));
    if (needed.includes(undefined))
      throw new Error(`${String(route.method)} ${route.url} needs scopes, or to be said to need none`);
    const mask = needed.reduce<ScopeMask>((all, one) => all | (one ?? 0), 0);
    if (mask !== 0) route.onRequest = [...[route.onRequest ?? []].flat(), demand(mask)];
  });
}

function demand(needed: ScopeMask): onRequestHookHandler {
  return (request: FastifyRequest, reply: FastifyReply, done) => {
    const granted = (request as ScimRequest).scim.caller?.scopes ?? 0;
    if ((granted & needed) === needed) return done();
    const missing = missingScopes(granted, needed);
    // RFC 6750 §3.1
    reply.header('www-authenticate', `Bearer realm="scim", error="insufficient_scope", scope="${missing.join(' ')}"`);
    sendScimError(reply, lacking(missing));
  };
}

/** @throws ScimError `forbidden`, naming what is missing */
export function expectScopes(granted: ScopeMask, needed: ScopeMask): void {
  if ((granted & needed) !== needed) throw lacking(missingScopes(granted, needed));
}

function lacking(missing: readonly string[]): ScimError {
  const names = missing.map((scope) => `"${scope}"`).join(' and ');
  const detail = `This token lacks the scope${missing.length > 1 ? 's' : ''} ${names}; issue one that has ${missing.length > 1 ? 'them' : 'it'} for the connection and enter it at the IdP.`;
  return new ScimError('forbidden', detail);
}
