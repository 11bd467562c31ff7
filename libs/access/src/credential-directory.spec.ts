import { CONNECTIONS, CREDENTIALS, TENANTS } from '#projections';
import type { Document, Query, ReadModels } from '#read-models';
import { CredentialDirectory } from './credential-directory.js';
import { scopeMaskOf } from './scope-mask.js';
import { hashToken } from './token.js';

const credential = { _id: 'k1', tenant: 'acme', connectionId: 'c1', tokenHash: hashToken('secret') };

/** The questions the directory asks, and how often it looks for a credential. */
function fakeModels(documents: { credential?: object; connection?: object; tenant?: object }) {
  let asked = 0;
  const models = {
    find: async (collection: string, { filter }: Query) => {
      asked++;
      const { credential: found } = documents;
      const fits =
        collection === CREDENTIALS.name && found && (found as { tokenHash: string }).tokenHash === filter['tokenHash'];
      return fits ? [found] : [];
    },
    get: async (collection: string) => {
      if (collection === TENANTS.name) return (documents.tenant ?? { _id: 'acme' }) as Document;
      return (collection === CONNECTIONS.name ? documents.connection : undefined) as Document;
    },
  };
  return { models: models as unknown as ReadModels, asked: () => asked };
}

const connection = { _id: 'c1', idp: 'okta' };
const scopes = scopeMaskOf();
const caller = { tenant: 'acme', connectionId: 'c1', credentialId: 'k1', scopes, idp: 'okta', tolerances: {} };

describe('CredentialDirectory', () => {
  it('knows a token, and asks the read model once', async () => {
    const { models, asked } = fakeModels({ credential, connection });
    const directory = new CredentialDirectory(models, () => 0);
    expect(await directory.lookup('secret')).toEqual({ outcome: 'known', caller });
    expect(await directory.lookup('secret')).toEqual({ outcome: 'known', caller });
    expect(asked()).toBe(1);
  });

  it.each([
    ['entra-id', { lenientUnquoted: true, addReplacesExtensionLists: true }],
    ['a-preset-of-old', {}],
  ])('brings along what %s may write beyond the RFC', async (idp, tolerances) => {
    const { models } = fakeModels({ credential, connection: { ...connection, idp } });
    const found = await new CredentialDirectory(models, () => 0).lookup('secret');
    expect(found).toEqual({ outcome: 'known', caller: { ...caller, idp, tolerances } });
  });

  it('brings along what the credential may do; one of before there were scopes may do all', async () => {
    const { models } = fakeModels({ credential: { ...credential, scopes: ['get:users'] }, connection });
    const found = await new CredentialDirectory(models, () => 0).lookup('secret');
    expect(found).toEqual({ outcome: 'known', caller: { ...caller, scopes: scopeMaskOf(['get:users']) } });
  });

  it('does not know what nobody issued, nor a credential of a connection that is gone', async () => {
    const { models } = fakeModels({ credential });
    const directory = new CredentialDirectory(models, () => 0);
    expect(await directory.lookup('other')).toEqual({ outcome: 'unknown' });
    expect(await directory.lookup('secret')).toEqual({ outcome: 'unknown' });
  });

  it('brings along how the tenant wants to be served', async () => {
    const settings = { userDeletion: 'release' };
    const { models } = fakeModels({ credential, connection, tenant: { _id: 'acme', settings } });
    const found = await new CredentialDirectory(models, () => 0).lookup('secret');
    expect(found).toEqual({ outcome: 'known', caller: { ...caller, settings } });
  });

  it.each([
    ['suspended', { tenant: { _id: 'acme', status: 'suspended' } }],
    ['paused', { connection: { ...connection, paused: true } }],
    ['suspended', { tenant: { _id: 'acme', status: 'suspended' }, connection: { ...connection, paused: true } }],
  ])('knows the caller and says %s, from memory too', async (outcome, documents) => {
    const { models } = fakeModels({ credential, connection, ...documents });
    const directory = new CredentialDirectory(models, () => 0);
    for (let n = 0; n < 2; n++) expect(await directory.lookup('secret')).toEqual({ outcome, caller });
  });

  it('calls an expired credential expired, whatever else keeps it out', async () => {
    const expired = { ...credential, expiresAt: '2025-12-31T00:00:00.000Z' };
    const { models } = fakeModels({ credential: expired, connection: { ...connection, paused: true } });
    const directory = new CredentialDirectory(models, () => Date.parse('2026-01-01T00:00:00Z'));
    expect(await directory.lookup('secret')).toEqual({ outcome: 'expired', caller });
  });

  it('knows nobody of a tenant that was deleted', async () => {
    const { models } = fakeModels({ credential, connection, tenant: { _id: 'acme', status: 'deleted' } });
    expect(await new CredentialDirectory(models, () => 0).lookup('secret')).toEqual({ outcome: 'unknown' });
  });

  it('notices expiry while the credential is in memory', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { models } = fakeModels({ credential: { ...credential, expiresAt: '2026-01-01T00:00:01.000Z' }, connection });
    const directory = new CredentialDirectory(models, () => now);
    expect(await directory.lookup('secret')).toMatchObject({ outcome: 'known' });
    now += 1000;
    expect(await directory.lookup('secret')).toEqual({ outcome: 'expired', caller });
  });

  it('forgets what it knew when settings change, also what is being loaded at that moment', async () => {
    const documents: { credential?: object; connection?: object } = { credential, connection };
    const { models } = fakeModels(documents);
    const directory = new CredentialDirectory(models, () => 0);
    const loading = directory.lookup('secret');
    directory.forget();
    await loading;
    delete documents.credential;
    expect(await directory.lookup('secret')).toEqual({ outcome: 'unknown' });
  });
});
