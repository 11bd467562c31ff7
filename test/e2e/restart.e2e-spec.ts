import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SCOPES } from '#domain';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, type TenantClient } from '../support/tenant-client.js';

const PEOPLE = 400;

/** What was acknowledged is there after a restart, and the log alone is enough to have it all again. */
describe('restart', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let other: TenantClient;
  let users: { id: string; userName: string }[];
  let deleted: { id: string; userName: string };
  let everybody: { id: string };

  beforeAll(async () => {
    // A fixed public URL, because the port changes and locations with it.
    gateway = await startGateway({ env: { PUBLIC_URL: 'https://scim.example.com' } });
    tenant = await gateway.newTenant({ idp: 'okta', scopes: SCOPES });
    other = await gateway.newTenant({ idp: 'entra-id' });
    users = await Promise.all(
      Array.from({ length: PEOPLE }, (_, n) => tenant.createUser(`u${n}@example.com`, describeUser(n))),
    );
    deleted = await tenant.createUser('leaver@example.com', { title: 'gone' });
    everybody = await tenant.createGroup('Everybody', [...users.map(({ id }) => id), deleted.id]);
    const inner = await tenant.createGroup('Inner', [users[0]!.id]);
    await tenant.createGroup('Outer', [inner.id]);
    await tenant.scim('DELETE', `/Users/${deleted.id}`);
    await tenant.scim('DELETE', `/Groups/${(await tenant.createGroup('Short-lived', [users[1]!.id])).id}`);
    await tenant.patch(`/Users/${users[1]!.id}`, { op: 'replace', path: 'userName', value: 'renamed@example.com' });
    // Enough changes for a snapshot, and some behind it.
    for (let n = 0; n < 130; n++)
      await tenant.patch(`/Users/${users[2]!.id}`, { op: 'add', path: 'title', value: `t${n}` });
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => {
        const operation = n % 2 === 0 ? 'remove' : 'add';
        const value = [{ value: users[n % 7]!.id }];
        return tenant.patch(`/Groups/${inner.id}`, { op: operation, path: 'members', value });
      }),
    );
    await other.createUser('u0@example.com');
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const describeUser = (n: number) => ({
    externalId: `e${n}`,
    active: n % 5 !== 0,
    ...(n % 3 === 0 && { title: `Title ${n % 10}` }),
    [ENTERPRISE]: { department: `D${n % 4}`, manager: { value: `m${n}` } },
  });

  /** Without what looking at them changes. */
  const settings = async () => {
    const { body } = await gateway.admin('GET', `/tenants/${tenant.slug}`);
    const connections = body.connections as { contact: object; tokens: { lastUsedAt?: string }[] }[];
    return {
      ...body,
      connections: connections.map(({ contact: _contact, tokens, ...connection }) => ({
        ...connection,
        tokens: tokens.map(({ lastUsedAt: _lastUsedAt, ...token }) => token),
      })),
    };
  };

  /** Everything a client can see, each list in several orders. */
  const everything = async () => ({
    users: await tenant.everything('Users', 150),
    groups: await tenant.everything('Groups'),
    others: await other.everything('Users'),
    sorted: (await tenant.get('/Users?sortBy=title&sortOrder=descending&count=1000')).body,
    inactive: (await tenant.find('Users', 'active eq false', '&count=1000')).body,
    members: (await tenant.find('Users', `groups.value eq "${everybody.id}"`, '&count=0')).body,
    one: (await tenant.get(`/Users/${users[2]!.id}`)).body,
    group: (await tenant.get(`/Groups/${everybody.id}`)).body,
    tenants: (await gateway.admin('GET', '/tenants')).body,
    tenant: await settings(),
    events: (await gateway.admin('GET', `/tenants/${tenant.slug}/events?limit=1000`)).body,
  });

  it('on the same data everything is as it was', async () => {
    const before = await everything();
    expect(before.users).toHaveLength(PEOPLE);
    await gateway.restart();
    expect(await everything()).toEqual(before);
  });

  it('read models folded anew from the log hold the same documents', async () => {
    const before = await everything();
    await gateway.stop();
    await rm(join(gateway.directory, 'read-models'), { recursive: true });
    await gateway.restart();
    await gateway.readModelsCaughtUp();
    expect(await everything()).toEqual(before);
  });

  it('names, claims and deletions are remembered', async () => {
    await gateway.restart();
    expect((await tenant.scim('POST', '/Users', { userName: 'U2@example.com' })).status).toBe(409);
    expect((await tenant.scim('POST', '/Users', { userName: 'Renamed@example.com' })).status).toBe(409);
    expect((await tenant.get(`/Users/${deleted.id}`)).status).toBe(404);
    expect((await tenant.createUser('leaver@example.com')).id).toBe(deleted.id);
    expect((await tenant.createUser('u1@example.com')).id).not.toBe(users[1]!.id);
    expect((await other.get('/Users')).body.totalResults).toBe(1);
  });

  it('a write goes on at the version it had', async () => {
    const { id } = users[3]!;
    const { meta } = (await tenant.get(`/Users/${id}`)).body;
    await gateway.restart();
    const stale = await tenant.scim(
      'PATCH',
      `/Users/${id}`,
      { Operations: [{ op: 'add', path: 'title', value: 'x' }] },
      {
        headers: { 'if-match': 'W/"999"' },
      },
    );
    expectScimError(stale, 412);
    const fresh = await tenant.scim(
      'PATCH',
      `/Users/${id}`,
      { Operations: [{ op: 'add', path: 'title', value: 'x' }] },
      {
        headers: { 'if-match': meta.version },
      },
    );
    expect(fresh.status).toBe(200);
    expect(fresh.body.meta.created).toBe(meta.created);
  });
});
