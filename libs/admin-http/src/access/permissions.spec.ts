import type { AdminPrincipal } from '#access';
import { type Asked, type Decision, decideAccess, type Permission, PERMISSIONS } from './permissions.js';

const admin = (role: AdminPrincipal['role'], tenants?: string[]): AdminPrincipal => ({
  id: 'a1',
  name: 'Kim',
  role,
  ...(tenants && { tenants }),
});
const operator = admin('operator');
const tenantAdmin = admin('tenant-admin', ['acme', 'beta']);
const auditor = admin('auditor');
const auditorOfAcme = admin('auditor', ['acme']);

const ask = (permission: Permission | undefined, more: Partial<Asked> = {}): Asked => ({
  permission,
  method: 'GET',
  ...more,
});

describe('decideAccess', () => {
  it.each<[string, AdminPrincipal, Asked, Decision]>([
    ['an operator', operator, ask('tenant:rule', { method: 'DELETE', pathTenant: 'any' }), 'allowed'],
    ['an operator', operator, ask('admins:change', { method: 'POST' }), 'allowed'],
    ['a tenant admin at home', tenantAdmin, ask('tenant:change', { method: 'PATCH', pathTenant: 'acme' }), 'allowed'],
    ['a tenant admin at their other tenant', tenantAdmin, ask('tenant:read', { pathTenant: 'beta' }), 'allowed'],
    ['a tenant admin at home', tenantAdmin, ask('tenant:rule', { method: 'POST', pathTenant: 'acme' }), 'forbidden'],
    ['a tenant admin elsewhere', tenantAdmin, ask('tenant:read', { pathTenant: 'gamma' }), 'hidden'],
    ['a tenant admin elsewhere', tenantAdmin, ask('tenant:rule', { method: 'DELETE', pathTenant: 'gamma' }), 'hidden'],
    ['a tenant admin without a tenant in the path', tenantAdmin, ask('tenant:read'), 'hidden'],
    ['a tenant admin', tenantAdmin, ask('tenants:register', { method: 'POST' }), 'forbidden'],
    ['a tenant admin', tenantAdmin, ask('tenants:list'), 'allowed'],
    ['a tenant admin', tenantAdmin, ask('admins:read'), 'forbidden'],
    ['a tenant admin', tenantAdmin, ask('admins:change', { method: 'POST' }), 'forbidden'],
    ['a tenant admin', tenantAdmin, ask('people:read', { queryTenant: 'acme' }), 'allowed'],
    ['a tenant admin', tenantAdmin, ask('people:read', { queryTenant: 'gamma' }), 'hidden'],
    ['a tenant admin', tenantAdmin, ask('people:read'), 'forbidden'],
    ['an auditor', auditor, ask('tenant:read', { pathTenant: 'any' }), 'allowed'],
    ['an auditor', auditor, ask('admins:read'), 'allowed'],
    ['an auditor', auditor, ask('people:read'), 'allowed'],
    ['an auditor', auditor, ask('tenant:change', { method: 'PATCH', pathTenant: 'any' }), 'forbidden'],
    ['an auditor of one tenant', auditorOfAcme, ask('tenant:read', { pathTenant: 'acme' }), 'allowed'],
    ['an auditor of one tenant', auditorOfAcme, ask('tenant:read', { pathTenant: 'beta' }), 'hidden'],
    ['an auditor of one tenant', auditorOfAcme, ask('admins:read'), 'forbidden'],
  ])('%s: %j', (_who, principal, asked, decision) => {
    expect(decideAccess(principal, asked)).toBe(decision);
  });

  it('lets nobody near a route that declares nothing', () => {
    for (const who of [operator, tenantAdmin, auditor]) {
      expect(decideAccess(who, ask(undefined, { pathTenant: 'acme' }))).toBe('forbidden');
    }
  });

  it('lets an auditor ask what a mapping would do, which changes nothing', () => {
    const preview = (pathTenant: string) => ask('mapping:preview', { method: 'POST', pathTenant });
    expect(decideAccess(auditor, preview('any'))).toBe('allowed');
    expect(decideAccess(auditorOfAcme, preview('acme'))).toBe('allowed');
    expect(decideAccess(auditorOfAcme, preview('beta'))).toBe('hidden');
    expect(decideAccess(tenantAdmin, preview('acme'))).toBe('allowed');
  });

  it('lets an auditor change nothing, whatever is asked for', () => {
    for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
      if (permission === 'mapping:preview') continue;
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        const asked = ask(permission, { method, pathTenant: 'acme', queryTenant: 'acme' });
        expect([permission, decideAccess(auditor, asked)]).toEqual([permission, 'forbidden']);
      }
    }
  });
});
