import { groupStream, type RoleRule, tenantStream, userStream } from '#domain';
import { clientSettings, define, sameMessage, type ViewMessage, wellness } from '#products';
import { known, RelayWorld } from '../../../test/support/relay-world.js';

const everywhere = { ...clientSettings, id: 'everywhere', enabledByDefault: true as const };
const products = [wellness, define, everywhere];
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const groupId = (n: number): string => `00000000-0000-7000-9000-${String(n).padStart(12, '0')}`;
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const enabled = (product: string) => ({ type: 'ProductEnabled', data: { product } });
const ruled = (version: number, rules: readonly RoleRule[]) => ({
  type: 'RoleMappingChanged',
  data: { product: 'define', version, rules },
});
const mapped = (version: number, path?: string) => ({
  type: 'AttributeMappingChanged',
  data: { product: 'wellness', version, overrides: path === undefined ? [] : [{ key: 'department', path }] },
});
const moved = (added: number[], removed: number[] = []) => {
  const members = (all: number[]) => all.map((n) => ({ value: idOf(n), type: 'User' }));
  return { type: 'GroupMembershipChanged', data: { added: members(added), removed: members(removed) } };
};
const changed = (changes: object) => ({ type: 'UserUpdated', data: { changes } });
const deactivated = { type: 'UserDeactivated', data: { reason: 'active=false' } };
const admins = [{ group: { displayName: 'Admins' }, role: 'admin' }];

describe('a relay whose documents are lost, while products keep what they were told', () => {
  let world: RelayWorld;
  beforeAll(async () => {
    world = await RelayWorld.open(products);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const provision = async (tenant: string, count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const resource = {
        ...{ userName: `p${n}@x.io`, active: true, name: { givenName: 'A', familyName: 'B' } },
        [ENT]: { department: 'D', team: `T${n}` },
      };
      await world.append(userStream(tenant, idOf(n)), [{ type: 'UserProvisioned', data: { resource } }]);
    }
  };
  /** What the product knows of each person. */
  const attribute = (product: string, tenant: string, name: string): Record<string, unknown> =>
    Object.fromEntries(
      [...known(world.delivered(product, tenant)).values()].map(({ userId, attributes }) => [
        Number(userId.slice(-4)),
        attributes[name],
      ]),
    );
  /** Every state that the product went through from `since` on. */
  const since = (product: string, tenant: string, from: number, userId: string) =>
    world.delivered(product, tenant).slice(from).filter(({ view }) => view.userId === userId); // prettier-ignore
  const losing = (meanwhile: () => Promise<unknown>): Promise<void> =>
    world.restart(async () => {
      await meanwhile();
      await world.loseDocuments();
    });

  it('takes away the role that somebody lost while nothing could be published', async () => {
    const tenant = 'roles';
    await provision(tenant, 3);
    const group = groupStream(tenant, groupId(0));
    await world.append(group, [{ type: 'GroupCreated', data: { resource: { displayName: 'Admins' } } }, moved([0, 1])]);
    await world.append(tenantStream(tenant), [ruled(1, admins), enabled('define')]);
    await world.settled([tenant]);
    expect(attribute('define', tenant, 'roles')).toEqual({ 0: ['admin'], 1: ['admin'], 2: undefined });
    const before = world.delivered('define', tenant).length;
    await losing(() => world.append(group, [moved([2], [0])]));
    await world.settled([tenant]);
    for (const [product, role] of Object.entries({ define: 'admin', everywhere: 'Admins' })) {
      expect(attribute(product, tenant, 'roles')).toEqual({ 0: undefined, 1: [role], 2: [role] });
    }
    // Each once, and nobody without the role in between who had it all the time.
    expect(since('define', tenant, before, idOf(1)).map(({ view }) => view.attributes['roles'])).toEqual([['admin']]);
    // As ever from here on.
    const settled = world.delivered('define', tenant).length;
    await world.append(userStream(tenant, idOf(1)), [changed({ nickName: 'N' })]);
    await world.append(group, [moved([0], [1])]);
    await world.settled([tenant]);
    expect(attribute('define', tenant, 'roles')).toEqual({ 0: ['admin'], 1: undefined, 2: ['admin'] });
    expect(world.delivered('define', tenant)).toHaveLength(settled + 2);
  });

  it('brings those back whom a mapping had reached that is not wanted any more', async () => {
    const tenant = 'mapping';
    await provision(tenant, 3);
    await world.append(tenantStream(tenant), [mapped(1, 'team')]);
    await world.settled([tenant]);
    expect(attribute('wellness', tenant, 'department')).toEqual({ 0: 'T0', 1: 'T1', 2: 'T2' });
    await losing(() => world.append(tenantStream(tenant), [mapped(2)]));
    await world.settled([tenant]);
    expect(attribute('wellness', tenant, 'department')).toEqual({ 0: 'D', 1: 'D', 2: 'D' });
  });

  it('shows nobody under rules or roles that are not theirs, whatever changes meanwhile', async () => {
    const tenant = 'meanwhile';
    await provision(tenant, 3);
    const group = groupStream(tenant, groupId(0));
    await world.append(group, [{ type: 'GroupCreated', data: { resource: { displayName: 'Admins' } } }, moved([0, 1, 2])]); // prettier-ignore
    await world.append(tenantStream(tenant), [ruled(1, admins), mapped(1, 'team'), enabled('define')]);
    await world.settled([tenant]);
    const before = world.delivered('define', tenant).length;
    // Nobody can be gone through yet.
    world.directoryLooks = 0;
    await losing(async () => {
      await world.append(userStream(tenant, idOf(0)), [changed({ userName: 'q0@x.io', title: 'Boss' })]);
      await world.append(userStream(tenant, idOf(2)), [deactivated]);
    });
    await world.append(userStream(tenant, idOf(1)), [changed({ userName: 'q1@x.io', title: 'Boss' })]);
    // A leaver does not wait for the others.
    while (known(world.delivered('define', tenant)).get(`${tenant}/${idOf(2)}`)?.active !== false) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    world.directoryLooks = Infinity;
    await world.settled([tenant]);
    for (const n of [0, 1]) {
      const roles = since('define', tenant, before, idOf(n)).map(({ view }) => view.attributes['roles']);
      expect(new Set(roles.map((each) => JSON.stringify(each)))).toEqual(new Set(['["admin"]']));
    }
    expect(attribute('wellness', tenant, 'job_title')).toMatchObject({ 0: 'Boss', 1: 'Boss' });
    const newest = (product: string) => known(world.delivered(product, tenant));
    expect(newest('define').get(`${tenant}/${idOf(2)}`)).toMatchObject({ active: false });
    for (const n of [0, 1]) {
      expect(newest('wellness').get(`${tenant}/${idOf(n)}`)?.attributes).toMatchObject({ department: `T${n}` });
    }
  });

  it('waits for a directory whose checkpoint is no place of the log', async () => {
    const tenant = 'placeless';
    await provision(tenant, 2);
    await world.settled([tenant]);
    world.directoryLooks = 0;
    world.directoryAt = 2n ** 64n - 1n;
    await losing(() => world.append(tenantStream(tenant), [mapped(1, 'team')]));
    // Who goes through everybody is done after fewer.
    for (let looks = 0; looks < 20; looks++) await world.directoryLookedAt();
    expect(attribute('wellness', tenant, 'department')).toEqual({ 0: 'D', 1: 'D' });
    world.directoryLooks = Infinity;
    await world.settled([tenant]);
    expect(attribute('wellness', tenant, 'department')).toEqual({ 0: 'T0', 1: 'T1' });
  });

  it('goes on with it after a crash in the middle, and publishes nothing twice after an ordinary restart', async () => {
    const tenant = 'crash';
    await provision(tenant, 250);
    await world.append(tenantStream(tenant), [mapped(1, 'team')]);
    await world.settled([tenant]);
    await losing(() => world.append(tenantStream(tenant), [mapped(2)]));
    for (const calls of [3, 6, 9]) {
      world.dieAfter(calls, false);
      while (world.isAlive) await new Promise((resolve) => setTimeout(resolve, 2));
      await world.restart();
    }
    await world.settled([tenant]);
    const departments = Object.values(attribute('wellness', tenant, 'department'));
    expect(departments).toEqual(Array.from({ length: 250 }, () => 'D'));
    const told = world.messages.length;
    await world.restart();
    await world.append(userStream(tenant, idOf(3)), [changed({ title: 'Last' })]);
    await world.settled([tenant]);
    expect(world.messages.length - told).toBeLessThanOrEqual(4);
  });

  it('tells a whole tenant once, and takes nothing of it for a mass departure', async () => {
    const tenant = 'many';
    await provision(tenant, 40);
    const group = groupStream(tenant, groupId(0));
    const all = Array.from({ length: 40 }, (_, n) => n);
    await world.append(group, [{ type: 'GroupCreated', data: { resource: { displayName: 'Admins' } } }, moved(all)]);
    await world.append(tenantStream(tenant), [ruled(1, admins), enabled('define')]);
    await world.settled([tenant]);
    const before = world.delivered('define', tenant).length;
    const newest = known(world.delivered('define', tenant));
    await losing(() => Promise.resolve());
    await world.settled([tenant]);
    const told = world.delivered('define', tenant).slice(before);
    expect(told.map(({ view }) => view.userId)).toEqual(all.map(idOf));
    expect(told.every(({ key, view }) => sameMessage(view, newest.get(key) as ViewMessage))).toBe(true);
    expect(world.holds.size).toBe(0);
    // One who comes later is told at once, with the roles that they have.
    await world.append(userStream(tenant, idOf(99)), [
      { type: 'UserProvisioned', data: { resource: { userName: 'late@x.io', active: true } } },
    ]);
    await world.append(group, [moved([99])]);
    await world.settled([tenant]);
    expect(attribute('define', tenant, 'roles')).toMatchObject({ 99: ['admin'] });
  });

  it('is none where there was nobody: the first people wait for nothing, and are told once', async () => {
    await using fresh = await RelayWorld.open(products);
    fresh.directoryLooks = 0;
    await fresh.restart(async () => {
      await fresh.append(tenantStream('first'), [enabled('define')]);
      await fresh.loseDocuments();
    });
    const resource = { userName: 'a@x.io', active: true, name: { givenName: 'A', familyName: 'B' } };
    await fresh.append(userStream('first', idOf(0)), [{ type: 'UserProvisioned', data: { resource } }]);
    await fresh.settled();
    fresh.directoryLooks = Infinity;
    await fresh.settled(['first']);
    const told = ['wellness', 'define', 'everywhere'].map((product) => fresh.delivered(product, 'first').length);
    expect(told).toEqual([1, 1, 1]);
  });
});
