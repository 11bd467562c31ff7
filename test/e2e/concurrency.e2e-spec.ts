import { userNameStream, userStream } from '#domain';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { eventually } from '../support/start-standalone.js';
import { expectScimError, type TenantClient, USER } from '../support/tenant-client.js';

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const statuses = (answers: readonly { status: number }[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** The promises of docs/architecture.md to an IdP: nothing acknowledged is lost, one name has one user. */
describe('concurrency', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  beforeEach(async () => {
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const eventsOf = async (stream: string) => (await tenant.events()).filter((event) => event.stream === stream);
  const find = async (userName: string): Promise<string[]> => {
    const { body } = await tenant.find('Users', `userName eq "${userName}"`);
    return body.Resources.map(({ id }: { id: string }) => id);
  };
  const rename = (id: string, userName: string) =>
    tenant.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: userName });

  it('50 parallel member adds leave 50 members, 50 parallel removes none', async () => {
    const users: string[] = (await Promise.all(times(50, (n) => tenant.createUser(`u${n}`)))).map(({ id }) => id);
    const { id } = await tenant.createGroup('Everybody');
    const path = `/Groups/${id}`;
    const added = await Promise.all(
      users.map((value) => tenant.patch(path, { op: 'add', path: 'members', value: [{ value }] })),
    );
    expect(statuses(added)).toEqual({ 200: 50 });
    expect(await tenant.membersOf(id)).toEqual([...users].sort());
    const removed = await Promise.all(
      users.map((value) => tenant.patch(path, { op: 'remove', path: `members[value eq "${value}"]` })),
    );
    expect(statuses(removed)).toEqual({ 200: 50 });
    expect(await tenant.membersOf(id)).toEqual([]);
  });

  it('groups and their members deleted at once are gone, each with a 204', async () => {
    const users: string[] = (await Promise.all(times(20, (n) => tenant.createUser(`u${n}`)))).map(({ id }) => id);
    const groups: string[] = [];
    for (const _ of users) groups.push((await tenant.createGroup('G', users)).id);
    const answers = await Promise.all([
      ...users.map((id) => tenant.scim('DELETE', `/Users/${id}`)),
      ...groups.map((id) => tenant.scim('DELETE', `/Groups/${id}`)),
    ]);
    expect(statuses(answers)).toEqual({ 204: 40 });
  });

  it('50 parallel creates of one userName, in varying case: one 201, 49 times 409, one user', async () => {
    const spelling = (n: number) =>
      n % 3 === 0 ? 'Ana@Example.com' : n % 3 === 1 ? 'ANA@EXAMPLE.COM' : 'ana@example.com';
    const answers = await Promise.all(
      times(50, (n) => tenant.scim('POST', '/Users', { schemas: [USER], userName: spelling(n), title: `t${n}` })),
    );
    expect(statuses(answers)).toEqual({ 201: 1, 409: 49 });
    const winner = answers.find(({ status }) => status === 201)!.body;
    for (const answer of answers.filter(({ status }) => status === 409)) {
      expectScimError(answer, 409, 'uniqueness');
      expect(answer.body.detail).toContain(winner.id);
    }
    expect((await tenant.everything('Users')).map(({ id }) => id as string)).toEqual([winner.id]);
    expect(await find('ana@EXAMPLE.com')).toEqual([winner.id]);
    const claims = await eventsOf(userNameStream(tenant.slug, 'ana@example.com'));
    expect(claims.map(({ type, data }) => [type, data])).toEqual([['UserNameClaimed', { userId: winner.id }]]);
  });

  it('50 parallel PATCHes of different attributes all survive', async () => {
    const { id } = await tenant.createUser('ana');
    const urn = 'urn:example:params:scim:schemas:extension:many:1.0:User';
    const answers = await Promise.all(
      times(50, (n) => tenant.patch(`/Users/${id}`, { op: 'add', path: `${urn}:attribute${n}`, value: `v${n}` })),
    );
    expect(statuses(answers)).toEqual({ 200: 50 });
    const { body } = await tenant.get(`/Users/${id}`);
    expect(body[urn]).toEqual(Object.fromEntries(times(50, (n) => [`attribute${n}`, `v${n}`])));
    const revisions = (await eventsOf(userStream(tenant.slug, id))).map(({ revision }) => revision);
    expect(revisions).toEqual(times(51, (n) => n));
  });

  it('of two who rename to the same name exactly one wins, and the other keeps all', async () => {
    for (let round = 0; round < 10; round++) {
      const [a, b] = await Promise.all([tenant.createUser(`a${round}`), tenant.createUser(`b${round}`)]);
      const answers = await Promise.all([rename(a.id, `X${round}`), rename(b.id, `x${round}`)]);
      expect(statuses(answers)).toEqual({ 200: 1, 409: 1 });
      const [winner, loser] = answers[0].status === 200 ? [a, b] : [b, a];
      expect((await tenant.get(`/Users/${loser.id}`)).body).toEqual(loser);
      expect(await find(loser.userName)).toEqual([loser.id]);
      expect(await find(`x${round}`)).toEqual([winner.id]);
      expect(await find(winner.userName)).toEqual([]);
      // The winner's old name is free, the loser's is not.
      expect((await tenant.scim('POST', '/Users', { userName: winner.userName })).status).toBe(201);
      expect((await tenant.scim('POST', '/Users', { userName: loser.userName })).status).toBe(409);
    }
  });

  it('two who swap names at once end up with different names, both findable', async () => {
    for (let round = 0; round < 5; round++) {
      const [a, b] = await Promise.all([tenant.createUser(`swapA${round}`), tenant.createUser(`swapB${round}`)]);
      const answers = await Promise.all([rename(a.id, b.userName), rename(b.id, a.userName)]);
      for (const { status } of answers) expect([200, 409]).toContain(status);
      const names = await Promise.all(
        [a, b].map(async ({ id }) => (await tenant.get(`/Users/${id}`)).body.userName as string),
      );
      expect(new Set(names).size).toBe(2);
      expect(await Promise.all(names.map(find))).toEqual([[a.id], [b.id]]);
    }
  });

  it('a rename and creations of the same name: one user bears it', async () => {
    for (let round = 0; round < 5; round++) {
      const ana = await tenant.createUser(`renaming${round}`);
      const answers = await Promise.all([
        rename(ana.id, `wanted${round}`),
        ...times(5, () => tenant.scim('POST', '/Users', { userName: `wanted${round}` })),
      ]);
      const won = answers.filter(({ status }) => status < 300);
      expect(won).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
      expect(await find(`wanted${round}`)).toEqual([won[0]!.body.id]);
    }
  });

  it('deletions and re-creations of one person at once: the same id, alive or gone, never twice', async () => {
    const { id } = await tenant.createUser('ana');
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all([
        tenant.scim('DELETE', `/Users/${id}`),
        ...times(4, () => tenant.scim('POST', '/Users', { userName: 'ANA' })),
        tenant.scim('DELETE', `/Users/${id}`),
      ]);
      for (const { status } of answers) expect([201, 204, 404, 409]).toContain(status);
      for (const { status, body } of answers) if (status === 201) expect(body.id).toBe(id);
      const alive = (await tenant.get(`/Users/${id}`)).status === 200;
      expect(await find('ana')).toEqual(alive ? [id] : []);
      expect((await tenant.everything('Users')).length).toBe(alive ? 1 : 0);
      if (!alive) expect((await tenant.createUser('ana')).id).toBe(id);
    }
  });

  it('who is deleted while being added to groups is in none afterwards', async () => {
    const groups = await Promise.all(times(5, (n) => tenant.createGroup(`g${n}`)));
    const { id } = await tenant.createUser('leaver');
    const answers = await Promise.all([
      ...groups.map((group) =>
        tenant.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value: id }] }),
      ),
      tenant.scim('DELETE', `/Users/${id}`),
    ]);
    for (const { status } of answers) expect([200, 204, 400]).toContain(status);
    const left = async () => (await Promise.all(groups.map((group) => tenant.membersOf(group.id)))).flat();
    // What an add left behind is cleaned up by whoever follows the log, soon but not at once.
    await eventually(async () => expect(await left()).toEqual([]));
  });

  it('whoever has been answered reads their own write: by id, by userName, in lists', async () => {
    const group = await tenant.createGroup('Everybody');
    const writer = async (n: number): Promise<void> => {
      for (let round = 0; round < 6; round++) {
        const userName = `w${n}-${round}@example.com`;
        const { id } = await tenant.createUser(userName, { externalId: `e${n}-${round}` });
        expect((await tenant.get(`/Users/${id}`)).body.userName).toBe(userName);
        expect(await find(userName.toUpperCase())).toEqual([id]);
        expect((await tenant.find('Users', `externalId eq "e${n}-${round}"`)).body.totalResults).toBe(1);

        expect(
          (await tenant.patch(`/Users/${id}`, { op: 'replace', value: { title: `t${n}`, active: false } })).status,
        ).toBe(200);
        expect((await tenant.get(`/Users/${id}`)).body).toMatchObject({ title: `t${n}`, active: false });
        expect((await tenant.find('Users', `title eq "t${n}" and id eq "${id}"`)).body.totalResults).toBe(1);

        await tenant.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value: [{ value: id }] });
        expect((await tenant.get(`/Users/${id}`)).body.groups).toHaveLength(1);
        expect((await tenant.find('Groups', `members.value eq "${id}"`)).body.totalResults).toBe(1);

        await rename(id, `renamed-${userName}`);
        expect([await find(userName), await find(`renamed-${userName}`)]).toEqual([[], [id]]);
        expect((await tenant.find('Users', `userName sw "renamed-w${n}-${round}"`)).body.totalResults).toBe(1);

        await tenant.scim('DELETE', `/Users/${id}`);
        expect((await tenant.get(`/Users/${id}`)).status).toBe(404);
        expect((await tenant.find('Users', `externalId eq "e${n}-${round}"`)).body.totalResults).toBe(0);
        expect(await tenant.membersOf(group.id)).not.toContain(id);
      }
    };
    await Promise.all(times(10, writer));
    expect((await tenant.get('/Users?count=0')).body.totalResults).toBe(0);
  });
});
