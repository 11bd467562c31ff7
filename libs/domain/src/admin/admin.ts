import type { Fact } from '../facts.js';
import type { AdminEvent, AdminKeyFacts, AdminMandate } from './admin.events.js';

/** One admin as the log tells it. */
export interface Admin {
  readonly status: 'absent' | 'active' | 'revoked';
  readonly id: string;
  readonly name: string;
  readonly mandate: AdminMandate;
  /** Absent before the first and after the end. */
  readonly key?: AdminKeyFacts & { readonly issuedAt: string };
  readonly appointedAt: string;
  readonly revokedAt?: string;
}

export const absentAdmin: Admin = {
  status: 'absent',
  id: '',
  name: '',
  mandate: { role: 'auditor', tenants: [] },
  appointedAt: '',
};

export function evolveAdmin(admin: Admin, event: Fact<AdminEvent>): Admin {
  const at = event.metadata.occurredAt;
  switch (event.type) {
    case 'AdminAppointed': {
      const { adminId: id, name, ...mandate } = event.data;
      return { ...admin, status: 'active', id, name, mandate, appointedAt: at };
    }
    case 'AdminRenamed':
      return { ...admin, name: event.data.name };
    case 'AdminMandateChanged':
      return { ...admin, mandate: event.data };
    case 'AdminKeyIssued':
      return { ...admin, key: { ...event.data, issuedAt: at } };
    case 'AdminRevoked': {
      const { key: _dead, ...rest } = admin;
      return { ...rest, status: 'revoked', revokedAt: at };
    }
  }
}
