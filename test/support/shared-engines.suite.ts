import { OAuthTestClient } from './oauth-client.js';
import type { SharedEngines } from './shared-engines.js';
import type { TestGateway } from './start-gateway.js';
import { expectScimError, TenantClient } from './tenant-client.js';

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const counted = (answers: readonly { status: number }[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/**
 * docs/architecture.md, "Beyond one machine": what one gateway has acknowledged, every other one shows at once.
 * @param on what the read models are on
 */
export const sharedEnginesSuite = (on: string, start: () => Promise<SharedEngines>): void =>
  describe(`two gateways on the same engines: ${on}`, () => {
    let engines: SharedEngines;
    let a: TestGateway;
    let b: TestGateway;
    let onA: TenantClient;
    let onB: TenantClient;

    beforeAll(async () => {
      engines = await start();
      engines.addProjector();
      [a, b] = await Promise.all([engines.addGateway(), engines.addGateway()]);
    });
    beforeEach(async () => {
      onA = await a.newTenant();
      onB = new TenantClient(b, onA.slug, onA.token, onA.ids);
    });
    afterAll(() => engines[Symbol.asyncDispose]());

    it('show what either has written, in whatever way it is asked for', async () => {
      const ana = await onA.createUser('ana@example.com', { externalId: 'x-1' });
      expect((await onB.find('Users', 'userName eq "ANA@example.com"')).body.Resources).toMatchObject([{ id: ana.id }]);
      expect((await onB.get(`/Users/${ana.id}`)).body.userName).toBe('ana@example.com');
      expect((await onB.get('/Users')).body.totalResults).toBe(1);
      expect((await onB.find('Users', 'externalId eq "x-1"')).body.totalResults).toBe(1);
      const group = await onB.createGroup('Eng', [ana.id]);
      expect(await onA.membersOf(group.id)).toEqual([ana.id]);
      expect((await onA.get(`/Users/${ana.id}`)).body.groups).toMatchObject([{ value: group.id, display: 'Eng' }]);
    });

    it('hold nothing in memory that the other has changed since', async () => {
      const ana = await onA.createUser('ana@example.com');
      const group = await onA.createGroup('Eng', [ana.id]);
      for (const [writer, reader, title] of [
        [onB, onA, 'one'],
        [onA, onB, 'two'],
        [onB, onA, 'three'],
      ] as const) {
        expect((await writer.patch(`/Users/${ana.id}`, { op: 'replace', path: 'title', value: title })).status).toBe(
          200,
        );
        expect((await reader.get(`/Users/${ana.id}`)).body.title).toBe(title);
        expect((await reader.find('Users', 'userName eq "ana@example.com"')).body.Resources[0].title).toBe(title);
        const [op, members] = title === 'two' ? (['add', [ana.id]] as const) : (['remove', []] as const);
        const path = op === 'add' ? 'members' : `members[value eq "${ana.id}"]`;
        await writer.patch(`/Groups/${group.id}`, { op, path, ...(op === 'add' && { value: [{ value: ana.id }] }) });
        expect(await reader.membersOf(group.id)).toEqual(members);
      }
      expect((await onB.scim('DELETE', `/Users/${ana.id}`)).status).toBe(204);
      expectScimError(await onA.get(`/Users/${ana.id}`), 404);
      expect((await onA.get('/Users')).body.totalResults).toBe(0);
      const [again, by] = [await onA.createUser('ana@example.com'), await onB.get(`/Users/${ana.id}`)];
      expect([again.id, by.status]).toEqual([ana.id, 200]); // the same person comes back
    });

    it('let one of many win who create the same userName at once', async () => {
      const answers = await Promise.all(
        times(20, (n) => (n % 2 ? onA : onB).scim('POST', '/Users', { userName: n % 3 ? 'ana@x.org' : 'ANA@x.org' })),
      );
      expect(counted(answers)).toEqual({ 201: 1, 409: 19 });
      expect((await onB.get('/Users')).body.totalResults).toBe(1);
    });

    it('keep all of 50 members that are added at once', async () => {
      const users: string[] = [];
      for (const made of await Promise.all(times(50, (n) => (n % 2 ? onA : onB).createUser(`u${n}`))))
        users.push(made.id);
      const { id } = await onA.createGroup('Everybody');
      const added = await Promise.all(
        users.map((value, n) =>
          (n % 2 ? onA : onB).patch(`/Groups/${id}`, { op: 'add', path: 'members', value: [{ value }] }),
        ),
      );
      expect(counted(added)).toEqual({ 200: 50 });
      expect(await onB.membersOf(id)).toEqual([...users].sort());
      expect(await onA.membersOf(id)).toEqual([...users].sort());
    });

    it('refuse a token that the other was told to revoke', async () => {
      expect((await onA.get('/Users')).status).toBe(200);
      expect((await onB.get('/Users')).status).toBe(200);
      expect((await b.admin('DELETE', `/tenants/${onA.slug}/tokens/${onA.ids.tokenId}`)).status).toBe(204);
      for (const tenant of [onB, onA]) while ((await tenant.get('/Users')).status !== 401);
    });

    it('redeem an OAuth code once, and a refresh token too, whichever of them is asked', async () => {
      const client = await OAuthTestClient.register(await a.newTenant({ idp: 'okta' }));
      const other = new OAuthTestClient(b, client.tenant, client.client);
      for (let round = 0; round < 5; round++) {
        const code = await client.code();
        const answers = await Promise.all([client.exchange(code), other.exchange(code), client.exchange(code)]);
        expect(counted(answers)).toEqual({ 200: 1, 400: 2 });
      }
    });

    it('remember together when a connection was last heard of, and what it was refused', async () => {
      for (const tenant of [onA, onB, onA]) expect((await tenant.get('/Users/nobody')).status).toBe(404);
      const path = `/tenants/${onA.slug}/connections/${onA.ids.connectionId}`;
      const asked = async (gateway: TestGateway): Promise<number> => {
        const { body } = await gateway.admin('GET', path);
        return body.contact.refusals as number;
      };
      for (const each of [a, b, a]) await asked(each); // each writes down what it has seen
      expect([await asked(a), await asked(b)]).toEqual([3, 3]);
    });
  });
