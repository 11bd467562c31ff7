import { type ScopeMask, scopeMaskOf } from '#access';
import type { Scope } from '#domain';

const READ_ALL = scopeMaskOf(['get:users', 'get:groups']);

/** Routes behind `/scim/v2/{tenant}` that need none: discovery is for everybody, and bulk operations are asked one by one. */
const NONE = /^\/(Me|Bulk|ServiceProviderConfig|(ResourceTypes|Schemas)(\/:[^/]+)?)$/;
const RESOURCES = /^\/(Users|Groups)(\/:[^/]+|\/\.search)?$/;

/**
 * What a token must be allowed for a route to be taken. Lists over all resource types need to read each of them.
 * @param pattern as it is registered, e.g. `/scim/v2/:tenant/Users/:id`
 * @returns undefined for a route that nobody has thought about, which must not be served
 */
export function scopesOfRoute(method: string, pattern: string): ScopeMask | undefined {
  const path = pattern.replace(/^\/scim\/v2\/:tenant/, '');
  if (path === '' || path === '/.search') return READ_ALL;
  if (NONE.test(path)) return 0;
  const [, endpoint, rest] = RESOURCES.exec(path) ?? [];
  if (endpoint === undefined) return undefined;
  return scopeOf(rest === '/.search' ? 'GET' : method, endpoint as 'Users' | 'Groups');
}

/** The scope of one request or one operation of a bulk request. */
export function scopeOf(method: string, endpoint: 'Users' | 'Groups'): ScopeMask {
  const verb = (method === 'HEAD' ? 'GET' : method).toLowerCase();
  return scopeMaskOf([`${verb}:${endpoint.toLowerCase()}` as Scope]);
}
