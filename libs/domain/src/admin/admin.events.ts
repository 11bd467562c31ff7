/**
 * `operator`: everything, for all tenants. `tenant-admin`: the settings of the tenants named. `auditor`: reads, either all
 * or the tenants named, and changes nothing.
 */
export type AdminRole = 'operator' | 'tenant-admin' | 'auditor';

export const ADMIN_ROLES: readonly AdminRole[] = ['operator', 'tenant-admin', 'auditor'];

/** What an admin may do, and for whom. `tenants` are slugs; absent: all tenants, those to come included. */
export interface AdminMandate {
  readonly role: AdminRole;
  readonly tenants?: readonly string[];
}

/** What an issued key leaves in the log. */
export interface AdminKeyFacts {
  /** SHA-256 of the key, lower-case hex; the key itself is shown once and kept nowhere. */
  readonly keyHash: string;
  readonly lastFour: string;
  /** UTC; absent: never. */
  readonly expiresAt?: string;
}

/** Facts about one admin of the installation. */
export type AdminEvent =
  | { type: 'AdminAppointed'; data: { adminId: string; name: string } & AdminMandate }
  | { type: 'AdminRenamed'; data: { name: string } }
  /** The whole new mandate. */
  | { type: 'AdminMandateChanged'; data: AdminMandate }
  /** From here on this key alone speaks for the admin. */
  | { type: 'AdminKeyIssued'; data: AdminKeyFacts }
  /** The last fact of an admin: their key is dead. */
  | { type: 'AdminRevoked'; data: { reason: string } };
