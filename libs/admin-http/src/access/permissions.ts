import type { AdminPrincipal } from '#access';
import type { AdminRole } from '#domain';

const EVERYBODY: readonly AdminRole[] = ['operator', 'tenant-admin', 'auditor'];
const OPERATORS: readonly AdminRole[] = ['operator'];

/**
 * What a request is about. `tenant`: the tenant that `:slug` in the path names. `tenantQuery`: the one that `tenant` in the
 * query names, all when it is left out. `installation`: the installation, which only admins of all tenants see. `own`:
 * nothing of others; the route shows what the admin may see.
 */
type Subject = 'tenant' | 'tenantQuery' | 'installation' | 'own';

interface Rule {
  readonly about: Subject;
  readonly roles: readonly AdminRole[];
  /** Of a POST that only asks: what it answers could as well be read. */
  readonly changesNothing?: true;
}

/** Everything that can be asked for, and who may. Besides, auditors read only, whatever the roles of a rule. */
export const PERMISSIONS = {
  'reference:read': { about: 'own', roles: EVERYBODY },
  'self:read': { about: 'own', roles: EVERYBODY },
  'tenants:list': { about: 'own', roles: EVERYBODY },
  'activity:read': { about: 'own', roles: EVERYBODY },
  'tenants:register': { about: 'installation', roles: OPERATORS },
  'tenant:read': { about: 'tenant', roles: EVERYBODY },
  /** Computes on what is there; a GET has no place for the lines of a mapping. */
  'mapping:preview': { about: 'tenant', roles: EVERYBODY, changesNothing: true },
  /** Name, settings, connections and credentials. */
  'tenant:change': { about: 'tenant', roles: ['operator', 'tenant-admin'] },
  /** Suspend, resume and delete. */
  'tenant:rule': { about: 'tenant', roles: OPERATORS },
  'people:read': { about: 'tenantQuery', roles: EVERYBODY },
  /** How a product keeps up, and its maintenance: of the whole installation, as a product serves all tenants. */
  'products:watch': { about: 'installation', roles: ['operator', 'auditor'] },
  'products:run': { about: 'installation', roles: OPERATORS },
  'admins:read': { about: 'installation', roles: ['operator', 'auditor'] },
  'admins:change': { about: 'installation', roles: OPERATORS },
} as const satisfies Readonly<Record<string, Rule>>;

export type Permission = keyof typeof PERMISSIONS;

/** A request as far as it decides who may make it. */
export interface Asked {
  /** What the route requires; undefined: it declares nothing, so nobody may. */
  readonly permission: Permission | undefined;
  readonly method: string;
  /** `:slug` in the path. */
  readonly pathTenant?: string | undefined;
  /** `tenant` in the query. */
  readonly queryTenant?: string | undefined;
}

/** `hidden`: the admin must not learn whether it is there. */
export type Decision = 'allowed' | 'forbidden' | 'hidden';

/** The one place where it is decided who may do what. */
export function decideAccess(admin: AdminPrincipal, { permission, method, pathTenant, queryTenant }: Asked): Decision {
  if (permission === undefined) return 'forbidden';
  const { about, roles, changesNothing }: Rule = PERMISSIONS[permission];
  const sees = (tenant: string): boolean => !admin.tenants || admin.tenants.includes(tenant);
  // Whatever an admin may not see comes first: what they may do there would tell that it is there.
  if (about === 'tenant' && (pathTenant === undefined || !sees(pathTenant))) return 'hidden';
  if (about === 'tenantQuery' && queryTenant !== undefined && !sees(queryTenant)) return 'hidden';
  if (about === 'tenantQuery' && queryTenant === undefined && admin.tenants) return 'forbidden';
  if (about === 'installation' && admin.tenants) return 'forbidden';
  if (!roles.includes(admin.role)) return 'forbidden';
  if (admin.role !== 'auditor' || changesNothing) return 'allowed';
  return method === 'GET' || method === 'HEAD' ? 'allowed' : 'forbidden';
}
