import { type AdminDocument, ADMINS } from '#projections';
import type { Query, ReadModels } from '#read-models';
import { AdminDirectory } from './admin-directory.js';
import { hashToken } from './token.js';

const kim: AdminDocument = {
  _id: 'a1',
  name: 'Kim',
  role: 'tenant-admin',
  tenants: ['acme'],
  status: 'active',
  appointedAt: '2026-01-01T00:00:00.000Z',
  keyHash: hashToken('key'),
  lastFour: '-key',
};

const current = () => Promise.resolve();

function directory(admin: AdminDocument, now = 0, requireCurrent = current) {
  const find = (collection: string, { filter }: Query) =>
    Promise.resolve(collection === ADMINS.name && admin.keyHash === filter['keyHash'] ? [admin] : []);
  return new AdminDirectory({ find } as unknown as ReadModels, () => now, requireCurrent);
}

describe('AdminDirectory', () => {
  it('knows an admin by their key, with role and tenants', async () => {
    expect(await directory(kim).lookup('key')).toEqual({
      outcome: 'known',
      admin: { id: 'a1', name: 'Kim', role: 'tenant-admin', tenants: ['acme'] },
    });
    expect(await directory(kim).lookup('other')).toEqual({ outcome: 'unknown' });
  });

  it('knows no key from the millisecond on at which it expires', async () => {
    const expiring = { ...kim, expiresAt: '2026-01-01T00:00:01.000Z' };
    const at = Date.parse(expiring.expiresAt);
    expect(await directory(expiring, at - 1).lookup('key')).toMatchObject({ outcome: 'known' });
    expect(await directory(expiring, at).lookup('key')).toEqual({ outcome: 'expired' });
  });

  it('knows nobody who was revoked', async () => {
    expect(await directory({ ...kim, status: 'revoked' }).lookup('key')).toEqual({ outcome: 'unknown' });
  });

  it('asks nothing of a read model that is behind', async () => {
    const behind = directory(kim, 0, () => Promise.reject(new Error('behind')));
    await expect(behind.lookup('key')).rejects.toThrow('behind');
  });
});
