import { SettingsError } from '../settings-error.js';
import type { Admin } from './admin.js';
import type { AdminEvent, AdminKeyFacts, AdminMandate } from './admin.events.js';

export type AdminCommand =
  | { type: 'AppointAdmin'; adminId: string; name: string; mandate: AdminMandate; key: AdminKeyFacts }
  | { type: 'ChangeAdmin'; name?: string; mandate?: AdminMandate }
  /** The key of before is dead at once. */
  | { type: 'ReplaceAdminKey'; key: AdminKeyFacts }
  | { type: 'RevokeAdmin'; reason: string };

/** A command about an admin that cannot be granted. */
export class AdminError extends SettingsError {
  override readonly name = 'AdminError';
}

/** @throws AdminError */
export function decideAdmin(admin: Admin, command: AdminCommand): AdminEvent[] {
  if (command.type === 'AppointAdmin') {
    if (admin.status !== 'absent') throw new AdminError('conflict', 'There is such an admin already');
    const { adminId, name, key } = command;
    const mandate = requireMandate(command.mandate);
    return [
      { type: 'AdminAppointed', data: { adminId, name, ...mandate } },
      { type: 'AdminKeyIssued', data: key },
    ];
  }
  if (admin.status !== 'active') throw new AdminError('notFound', 'No such admin');
  switch (command.type) {
    case 'ChangeAdmin': {
      const { name = admin.name } = command;
      const mandate = requireMandate(command.mandate ?? admin.mandate);
      return [
        ...(name === admin.name ? [] : [{ type: 'AdminRenamed' as const, data: { name } }]),
        ...(isSame(mandate, admin.mandate) ? [] : [{ type: 'AdminMandateChanged' as const, data: mandate }]),
      ];
    }
    case 'ReplaceAdminKey':
      return [{ type: 'AdminKeyIssued', data: command.key }];
    case 'RevokeAdmin':
      return [{ type: 'AdminRevoked', data: { reason: command.reason } }];
  }
}

/** Tenants once each and in order, so that the same wish is the same fact. */
function requireMandate({ role, tenants }: AdminMandate): AdminMandate {
  if (role === 'operator' && tenants) {
    throw new AdminError('invalid', 'an operator has all tenants; leave tenants out', 'tenants');
  }
  if (role === 'tenant-admin' && !tenants) {
    throw new AdminError('invalid', 'name the tenants of a tenant-admin', 'tenants');
  }
  if (tenants?.length === 0) throw new AdminError('invalid', 'name at least one tenant', 'tenants');
  return tenants ? { role, tenants: [...new Set(tenants)].sort() } : { role };
}

const isSame = (a: AdminMandate, b: AdminMandate): boolean =>
  a.role === b.role && a.tenants?.join() === b.tenants?.join();
