import { CONNECTIONS, CREDENTIALS, OAUTH_CLIENTS, TENANTS } from '#projections';
import type { RecordedEvent } from '#event-store';
import { type Document, type Query, type ReadModels, ReadModelsUnavailable } from '#read-models';
import { CredentialDirectory, type Lookup } from './credential-directory.js';
import { type GrantStore, newAccessToken } from './oauth/grant-store.js';
import { RecentSettings } from './recent-settings.js';
import { scopeMaskOf } from './scope-mask.js';
import { hashToken } from './token.js';
import { TokenUse, TokenUses } from './token-uses.js';

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

function heardFromStart(): RecentSettings {
  const recent = new RecentSettings();
  recent.begin(-1n, -1n);
  return recent;
}

function directoryOf(readModels: ReadModels, now: () => number, passed = () => -1n, recent = heardFromStart()) {
  const uses = new TokenUses({ store: readModels, now, log: { warn: () => undefined } });
  return new CredentialDirectory({ readModels, now, passed, uses }, recent);
}

const connection = { _id: 'c1', idp: 'okta' };
const scopes = scopeMaskOf();
const use = expect.any(TokenUse);
const caller = { tenant: 'acme', connectionId: 'c1', credentialId: 'k1', use, scopes, idp: 'okta', tolerances: {} };

describe('CredentialDirectory', () => {
  it('knows a token, and asks the read model once', async () => {
    const { models, asked } = fakeModels({ credential, connection });
    const directory = directoryOf(models, () => 0);
    expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'known', caller });
    expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'known', caller });
    expect(asked()).toBe(1);
  });

  it.each([
    ['entra-id', { lenientUnquoted: true, addReplacesExtensionLists: true }],
    ['a-preset-of-old', {}],
  ])('brings along what %s may write beyond the RFC', async (idp, tolerances) => {
    const { models } = fakeModels({ credential, connection: { ...connection, idp } });
    const found = await directoryOf(models, () => 0).lookup('secret', 'acme');
    expect(found).toEqual({ outcome: 'known', caller: { ...caller, idp, tolerances } });
  });

  it('brings along what the credential may do; one of before there were scopes may do all', async () => {
    const { models } = fakeModels({ credential: { ...credential, scopes: ['get:users'] }, connection });
    const found = await directoryOf(models, () => 0).lookup('secret', 'acme');
    expect(found).toEqual({ outcome: 'known', caller: { ...caller, scopes: scopeMaskOf(['get:users']) } });
  });

  it('does not know what nobody issued, nor a credential of a connection that is gone', async () => {
    const { models } = fakeModels({ credential });
    const directory = directoryOf(models, () => 0);
    expect(await directory.lookup('other', 'acme')).toEqual({ outcome: 'unknown' });
    expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'unknown' });
  });

  it('brings along how the tenant wants to be served', async () => {
    const settings = { userDeletion: 'release' };
    const { models } = fakeModels({ credential, connection, tenant: { _id: 'acme', settings } });
    const found = await directoryOf(models, () => 0).lookup('secret', 'acme');
    expect(found).toEqual({ outcome: 'known', caller: { ...caller, settings } });
  });

  it.each([
    ['suspended', { tenant: { _id: 'acme', status: 'suspended' } }],
    ['paused', { connection: { ...connection, paused: true } }],
    ['suspended', { tenant: { _id: 'acme', status: 'suspended' }, connection: { ...connection, paused: true } }],
  ])('knows the caller and says %s, from memory too', async (outcome, documents) => {
    const { models } = fakeModels({ credential, connection, ...documents });
    const directory = directoryOf(models, () => 0);
    for (let n = 0; n < 2; n++) expect(await directory.lookup('secret', 'acme')).toEqual({ outcome, caller });
  });

  it('calls an expired credential expired, whatever else keeps it out', async () => {
    const expired = { ...credential, expiresAt: '2025-12-31T00:00:00.000Z' };
    const { models } = fakeModels({ credential: expired, connection: { ...connection, paused: true } });
    const directory = directoryOf(models, () => Date.parse('2026-01-01T00:00:00Z'));
    expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'expired', caller });
  });

  it('knows nobody of a tenant that was deleted', async () => {
    const { models } = fakeModels({ credential, connection, tenant: { _id: 'acme', status: 'deleted' } });
    expect(await directoryOf(models, () => 0).lookup('secret', 'acme')).toEqual({ outcome: 'unknown' });
  });

  it('notices expiry while the credential is in memory', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { models } = fakeModels({ credential: { ...credential, expiresAt: '2026-01-01T00:00:01.000Z' }, connection });
    const directory = directoryOf(models, () => now);
    expect(await directory.lookup('secret', 'acme')).toMatchObject({ outcome: 'known' });
    now += 1000;
    expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'expired', caller });
  });

  describe('while the read model lags', () => {
    const stream = 'tenant-acme';
    let position = 0n;
    const event = (type: string, data: object): RecordedEvent => {
      position++;
      const at = '2026-01-01T00:00:00.000Z';
      const metadata = { tenant: 'acme', occurredAt: at, correlationId: '', causationId: '', schemaVersion: 1 };
      return { id: `${position}`, type, data, metadata, stream, revision: Number(position), position, recordedAt: 0 };
    };
    const hear = (directory: CredentialDirectory, ...events: RecordedEvent[]) => directory.hear({ events, position });
    const { _id: credentialId, ...facts } = credential;
    const issued = () => event('CredentialIssued', { credentialId, ...facts });
    const registered = () => event('TenantRegistered', { slug: 'acme', name: 'Acme' });
    const connected = () => event('ConnectionCreated', { connectionId: 'c1', idp: 'okta', name: 'Okta' });
    beforeEach(() => {
      position = 0n;
    });

    it.each<[string, () => RecordedEvent, Lookup['outcome']]>([
      ['a revoked credential', () => event('CredentialRevoked', { credentialId }), 'unknown'],
      ['one rotated at once', () => event('CredentialRotated', { credentialId, replacedBy: 'k2' }), 'unknown'],
      [
        'one whose grace is over',
        () => event('CredentialRotated', { credentialId, replacedBy: 'k2', validUntil: '1969-01-01T00:00:00.000Z' }),
        'expired',
      ],
      ['one of a deleted connection', () => event('ConnectionDeleted', { connectionId: 'c1' }), 'unknown'],
      ['one of a paused connection', () => event('ConnectionPaused', { connectionId: 'c1' }), 'paused'],
      ['one of a suspended tenant', () => event('TenantSuspended', {}), 'suspended'],
      ['one of a deleted tenant', () => event('TenantDeleted', { reason: 'x' }), 'unknown'],
    ])('%s stops as soon as the log says so, from memory or not', async (_title, happens, outcome) => {
      const { models } = fakeModels({ credential, connection });
      const directory = directoryOf(models, () => 0);
      expect(await directory.lookup('secret', 'acme')).toMatchObject({ outcome: 'known' });
      hear(directory, happens());
      for (let n = 0; n < 2; n++) expect(await directory.lookup('secret', 'acme')).toMatchObject({ outcome });
    });

    it('a look-up under way looks again, so that what it found does not stay', async () => {
      const { models } = fakeModels({ credential, connection });
      const directory = directoryOf(models, () => 0);
      const loading = directory.lookup('secret', 'acme');
      hear(directory, event('CredentialRevoked', { credentialId }));
      expect(await loading).toEqual({ outcome: 'unknown' });
    });

    it('a new tenant’s credential works before the read model has anything of it', async () => {
      const { models } = fakeModels({});
      models.get = async () => undefined;
      const directory = directoryOf(models, () => 0);
      hear(directory, registered(), connected(), issued());
      expect(await directory.lookup('secret', 'acme')).toMatchObject({ outcome: 'known', caller });
      hear(directory, event('CredentialRevoked', { credentialId }));
      expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'unknown' });
    });

    it('what the read model has passed is not told over again', async () => {
      const documents: { credential?: object; connection?: object } = { credential, connection };
      let passed = -1n;
      const directory = directoryOf(
        fakeModels(documents).models,
        () => 0,
        () => passed,
      );
      hear(directory, issued());
      delete documents.credential;
      passed = 2n;
      expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'unknown' });
      position = 0n;
      hear(directory, issued());
      expect(await directory.lookup('secret', 'acme')).toEqual({ outcome: 'unknown' });
    });

    it('changes of other tenants leave what is in memory', async () => {
      const { models, asked } = fakeModels({ credential, connection });
      const directory = directoryOf(models, () => 0);
      await directory.lookup('secret', 'acme');
      const other = event('TenantSuspended', {});
      directory.hear({ events: [{ ...other, stream: 'tenant-other' }], position });
      expect(await directory.lookup('secret', 'acme')).toMatchObject({ outcome: 'known' });
      expect(asked()).toBe(1);
    });

    it.each<[string, bigint, bigint]>([
      ['the log of before the start has not been heard', 0n, 5n],
      ['the read model is not where hearing began', 5n, 5n],
    ])('nobody is called wrong, or right, while %s', async (_title, since, until) => {
      const { models } = fakeModels({ credential, connection });
      const recent = new RecentSettings();
      recent.begin(since, until);
      let passed = 0n;
      const directory = directoryOf(
        models,
        () => 0,
        () => passed,
        recent,
      );
      for (const token of ['secret', 'other']) {
        await expect(directory.lookup(token, 'acme')).rejects.toBeInstanceOf(ReadModelsUnavailable);
      }
      directory.hear({ events: [], position: 5n });
      passed = 5n;
      expect(await directory.lookup('secret', 'acme')).toMatchObject({ outcome: 'known' });
      expect(await directory.lookup('other', 'acme')).toEqual({ outcome: 'unknown' });
    });
  });

  it('looks for an access token of OAuth again within a second, as nothing tells that its grant was ended elsewhere', async () => {
    const client = { _id: 'o1', tenant: 'acme', connectionId: 'c1', secretId: 's1' };
    const { models } = fakeModels({ connection });
    const { get } = models;
    models.get = async <T extends Document>(collection: string, id: string) =>
      collection === OAUTH_CLIENTS.name ? (client as unknown as T) : get<T>(collection, id);
    let granted: object | undefined = { clientId: 'o1', secretId: 's1', scopes: ['get:users'], expiresAt: 3_600_000 };
    const grants = { accessToken: () => Promise.resolve(granted) } as unknown as GrantStore;
    let now = 0;
    const uses = new TokenUses({ store: models, now: () => now, log: { warn: () => undefined } });
    const parts = { readModels: models, now: () => now, passed: () => -1n, uses, grants };
    const directory = new CredentialDirectory(parts, heardFromStart());
    const token = newAccessToken();
    expect(await directory.lookup(token, 'acme')).toMatchObject({ outcome: 'known' });
    granted = undefined;
    now += 1_000;
    expect(await directory.lookup(token, 'acme')).toEqual({ outcome: 'unknown' });
  });
});
