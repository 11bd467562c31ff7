import { ADMIN_KEY_HOLDER, type AdminPrincipal } from '#access';
import type { RequestContext } from '#handlers';
import { traceparentOf } from '#scim-http';
import type { FastifyRequest } from 'fastify';

const admins = new WeakMap<FastifyRequest, AdminPrincipal>();

/** For the guard, once it has let the request in. */
export function rememberAdmin(request: FastifyRequest, admin: AdminPrincipal): void {
  admins.set(request, admin);
}

/** Who makes this request. Only routes behind the guard ask. */
export function actingAdmin(request: FastifyRequest): AdminPrincipal {
  const admin = admins.get(request);
  if (!admin) throw new Error('a route that acts must stand behind the guard');
  return admin;
}

/**
 * On whose behalf a request of the admin API acts; every event it causes names the admin as they stood then.
 * @param tenant slug; empty where it is about the installation
 */
export function contextOf(request: FastifyRequest, tenant: string): RequestContext {
  const { id, name, role } = actingAdmin(request);
  const actor = id === ADMIN_KEY_HOLDER.id ? 'admin key' : 'admin';
  const traceparent = traceparentOf(request.raw);
  return { tenant, actor, admin: { id, name, role }, correlationId: request.id, traceparent };
}
