import type { AdminMandate } from '#domain';
import { type AdminDocument, ADMINS } from '#projections';
import type { ReadModels } from '#read-models';
import { hashToken, sameHash } from './token.js';

/** An admin who has shown a key. */
export interface AdminPrincipal extends AdminMandate {
  readonly id: string;
  readonly name: string;
}

export type AdminLookup =
  | { readonly outcome: 'known'; readonly admin: AdminPrincipal }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'expired' };

/** Whoever has the installation's admin key: an operator who needs no record, so that nobody can be locked out. */
export const ADMIN_KEY_HOLDER: AdminPrincipal = { id: 'admin-key', name: 'admin key', role: 'operator' };

/** Finds admins by their keys, each time anew: a revoked key is dead at once, and few requests come this way. */
export class AdminDirectory {
  constructor(
    private readonly readModels: ReadModels,
    private readonly now: () => number,
    /** Waits until the read models show every change that was acknowledged. @throws when they stay behind */
    private readonly requireCurrent: () => Promise<void>,
  ) {}

  async lookup(key: string): Promise<AdminLookup> {
    await this.requireCurrent();
    const keyHash = hashToken(key);
    const [found] = await this.readModels.find<AdminDocument>(ADMINS.name, { filter: { keyHash }, limit: 1 });
    if (!found?.keyHash || found.status !== 'active' || !sameHash(found.keyHash, keyHash))
      return { outcome: 'unknown' };
    const { _id: id, name, role, tenants, expiresAt } = found;
    if (expiresAt !== undefined && Date.parse(expiresAt) <= this.now()) return { outcome: 'expired' };
    return { outcome: 'known', admin: { id, name, role, ...(tenants && { tenants }) } };
  }
}
