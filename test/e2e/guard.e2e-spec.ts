import { AdminClient } from '../support/admin-client.js';
import { standalone } from '../support/standalone.js';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import type { TenantClient } from '../support/tenant-client.js';

interface Hold {
  readonly id: string;
  readonly status: string;
  readonly [field: string]: unknown;
}

/** The guard against mass deprovisioning, from the IdP's requests to a product's list. */
describe('a mass departure', () => {
  const people = 60;
  let gateway: TestGateway;
  let operator: AdminClient;
  let acme: TenantClient;
  let ids: string[];
  let groupId: string;
  beforeAll(async () => {
    gateway = await startGateway({ compose: standalone() });
    operator = await AdminClient.of(gateway);
  });
  beforeEach(async () => {
    acme = await gateway.newTenant();
    await operator.patch(`/tenants/${acme.slug}/settings`, { guardLeastPeople: 5 });
    ids = await Promise.all(
      Array.from({ length: people }, async (_, n) => (await acme.createUser(`p${n}@acme.test`)).id as string),
    );
    groupId = (await acme.createGroup('Staff', ids)).id as string;
    await productHas(people);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const holds = async (): Promise<Hold[]> => {
    const { body } = await operator.get(`/tenants/${acme.slug}/holds`);
    return (body as { holds: Hold[] }).holds;
  };
  const activeInProduct = async (): Promise<string[]> => {
    const { body } = await gateway.http.send({
      method: 'GET',
      target: `/wellness/people?tenant=${acme.slug}&limit=1000`,
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
    });
    const all = (body as { people: { status: string; email: string }[] }).people;
    return all.filter(({ status }) => status === 'active').map(({ email }) => email);
  };
  const productHas = async (active: number): Promise<void> => {
    while ((await activeInProduct()).length !== active) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  const until = async (status: string): Promise<Hold> => {
    for (;;) {
      const [hold] = await holds();
      if (hold?.status === status) return hold;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const members = async (): Promise<number> => {
    const { body } = await acme.get(`/Groups/${groupId}`);
    return ((body as { members?: unknown[] }).members ?? []).length;
  };
  /** As a provider does whose filter broke: some are deleted, some deactivated. */
  const depart = async (from: number, to: number): Promise<void> => {
    for (const [n, id] of ids.slice(from, to).entries()) {
      const Operations = [{ op: 'replace', path: 'active', value: false }];
      const { status } = await (n % 2 === 0 ? acme.scim('DELETE', `/Users/${id}`) : acme.scim('PATCH', `/Users/${id}`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations })); // prettier-ignore
      expect([200, 204]).toContain(status);
    }
  };

  it('is answered and recorded, and kept from products until an admin says that it was meant', async () => {
    await depart(0, 30);
    const hold = await until('held');
    expect(hold).toMatchObject({ departures: 7, people, settings: { percent: 10, leastPeople: 5, windowMinutes: 10 } });
    expect((await acme.get(`/Users/${ids[0] ?? ''}`)).status).toBe(404);
    // Whoever is held waits, and nobody else does.
    await acme.createUser('new@acme.test');
    await productHas(people - 6 + 1);
    const path = `/tenants/${acme.slug}/holds/${hold.id}`;
    const released = await operator.post(`${path}/release`, { passMinutes: 30 });
    expect([released.status, released.body.status]).toEqual([200, 'released']);
    await productHas(people - 30 + 1);
    await depart(30, 45);
    await productHas(people - 45 + 1);
    expect(await holds()).toHaveLength(1);
    expect((await operator.post(`${path}/release`, {})).status).toBe(404);
  });

  it('is undone whole: people, userNames and memberships, on behalf of the admin who wanted it', async () => {
    const kim = operator.as((await operator.post('/admins', { name: 'Kim', role: 'operator' })).body.key as string);
    await operator.patch(`/tenants/${acme.slug}/settings`, { userDeletion: 'release' });
    await depart(0, 30);
    const { id } = await until('held');
    // Somebody else takes the name of one who was deleted.
    await acme.createUser('p0@acme.test');
    expect(await members()).toBe(people - 15);
    const before = await gateway.store.lastPosition();
    const undo = await kim.post(`/tenants/${acme.slug}/holds/${id}/undo`);
    expect(undo.status).toBe(200);
    expect(['undoing', 'undone']).toContain(undo.body.status);
    expect(await until('undone')).toMatchObject({ restored: 29, failed: 1, admin: 'Kim' });
    await productHas(people);
    const shown = (await acme.get('/Users?count=200')).body as { Resources: { active: boolean }[] };
    expect(shown.Resources.filter(({ active }) => active)).toHaveLength(people);
    expect(await members()).toBe(people - 1);
    const events = await gateway.eventsAfter(before);
    const compensating = events.filter(({ type }) => ['UserReactivated', 'GroupMembershipChanged'].includes(type));
    expect(compensating.length).toBeGreaterThan(29);
    for (const { metadata } of compensating) expect(metadata.admin).toMatchObject({ name: 'Kim' });
  });

  it('is held over a restart, and undone where a stop has interrupted it', async () => {
    await depart(0, 20);
    const { id } = await until('held');
    await productHas(people - 6);
    await gateway.restart();
    await gateway.readModelsCaughtUp();
    expect((await activeInProduct()).length).toBe(people - 6);
    const undoing = operator.post(`/tenants/${acme.slug}/holds/${id}/undo`);
    await undoing;
    await gateway.restart();
    await until('undone');
    await productHas(people);
  });
});
