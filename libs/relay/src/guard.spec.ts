import { groupStream, tenantStream, userStream } from '#domain';
import { compileProfile, define, deriveView, sameMessage, viewMessage, wellness } from '#products';
import fc from 'fast-check';
import { RelayWorld } from '../../../test/support/relay-world.js';

const products = [wellness, define];
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const group = '00000000-0000-7000-9000-000000000000';
const START = Date.parse('2026-03-01T08:00:00.000Z');
/** So many seconds after the start. */
const after = (seconds: number): string => new Date(START + seconds * 1_000).toISOString();
const leaves = { type: 'UserDeactivated', data: { reason: 'active=false' } };
const returns = { type: 'UserReactivated', data: { reason: 'active=true' } };
const titled = (title: string) => ({ type: 'UserUpdated', data: { changes: { title } } });

describe('the guard', () => {
  let world: RelayWorld;
  beforeAll(async () => {
    world = await RelayWorld.open(products);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const provision = async (tenant: string, count: number): Promise<void> => {
    await Promise.all(
      Array.from({ length: count }, (_, n) => {
        const resource = { userName: `p${n}@x.io`, externalId: `e${n}`, active: true };
        return world.append(
          userStream(tenant, idOf(n)),
          [{ type: 'UserProvisioned', data: { resource } }],
          after(-9e6),
        );
      }),
    );
  };
  const tell = (tenant: string, n: number, event: { type: string; data: object }, seconds: number) =>
    world.append(userStream(tenant, idOf(n)), [event], after(seconds));
  /** Numbers of the people whom the product has as inactive. */
  const inactive = (tenant: string): number[] => {
    const views = new Map(world.delivered('wellness', tenant).map(({ key, view }) => [key, view]));
    return [...views.values()].flatMap(({ active, userId }) => (active ? [] : [Number(userId.slice(-4))])).sort((a, b) => a - b); // prettier-ignore
  };
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
  const holdsOf = async (tenant: string) => {
    const found: { type: string; data: object }[] = [];
    for await (const { type, data } of world.store.read(tenantStream(tenant))) {
      if (type === 'DeprovisioningHeld') found.push({ type, data });
    }
    return found.map(({ data }) => data as { holdId: string; departures: number; people: number; since: string });
  };
  const release = async (tenant: string, holdId: string, more: object = {}) =>
    world.append(tenantStream(tenant), [{ type: 'DeprovisioningReleased', data: { holdId, ...more } }], after(9_000));

  it('holds what goes past the thresholds, and delivers it in order once it is released', async () => {
    const tenant = 'leavers';
    await provision(tenant, 100);
    for (const n of range(0, 30)) await tell(tenant, n, leaves, n);
    // Whoever is held waits with everything; whoever is not, does not.
    await tell(tenant, 25, titled('Boss'), 40);
    await tell(tenant, 60, titled('Boss'), 41);
    await world.settled([tenant]);
    expect(inactive(tenant)).toEqual(range(0, 19));
    const [hold, ...others] = await holdsOf(tenant);
    expect(others).toEqual([]);
    expect(hold).toMatchObject({ departures: 20, people: 100, since: after(0) });
    // A place that the log has in every store, which a position is not.
    expect(hold).toMatchObject({ firstDeparture: { stream: userStream(tenant, idOf(0)), revision: 1 } });
    expect(hold).not.toHaveProperty('sincePosition');
    expect(world.changes(tenant, idOf(25))).toEqual(['0 provisioned']);
    expect(world.changes(tenant, idOf(60))).toEqual(['0 provisioned', '1 updated']);
    // A single leaver, at another time.
    await tell(tenant, 70, leaves, 7_200);
    await world.settled([tenant]);
    expect(inactive(tenant)).toEqual([...range(0, 19), 70]);

    await release(tenant, hold?.holdId ?? '');
    await world.settled([tenant]);
    expect(inactive(tenant)).toEqual([...range(0, 30), 70]);
    expect(world.changes(tenant, idOf(25))).toEqual(['0 provisioned', '1 deactivated', '2 updated']);
    const boss = world.delivered('wellness', tenant).filter(({ view }) => view.userId === idOf(25));
    expect(boss.map(({ view }) => [view.active, view.attributes['job_title'], view.revision])).toEqual([
      [true, undefined, 0],
      [false, 'Boss', 2],
    ]);
  });

  it('lets whoever comes back go, without a word to products of what was undone', async () => {
    const tenant = 'returners';
    await provision(tenant, 100);
    for (const n of range(0, 40)) await tell(tenant, n, leaves, n);
    await world.settled([tenant]);
    const before = world.delivered('wellness', tenant).length;
    for (const n of range(0, 40)) await tell(tenant, n, returns, 100 + n);
    await world.settled([tenant]);
    expect(inactive(tenant)).toEqual([]);
    // Those who had been delivered come back; those who were held never left.
    expect(world.delivered('wellness', tenant).length - before).toBe(19);
    expect(world.changes(tenant, idOf(39))).toEqual(['0 provisioned', '1 deactivated', '2 reactivated']);
    await tell(tenant, 39, titled('Boss'), 200);
    await world.settled([tenant]);
    expect(world.changes(tenant, idOf(39))).toHaveLength(4);
  });

  it.each([
    ['a handful, whatever its share', 30, 19, {}],
    ['a small share, whatever its number', 400, 40, {}],
    ['what is spread over a longer time', 100, 60, { every: 40 }],
    ['the same person going again and again', 100, 200, { people: 1 }],
    ['anything, where the tenant says so', 100, 60, { settings: { guardPercent: 100 } }],
  ])(
    'does not hold %s',
    async (
      _,
      people,
      departures,
      { every = 1, people: among, settings }: { every?: number; people?: number; settings?: object },
    ) => {
      // prettier-ignore
      const tenant = `calm${people}-${departures}-${every}-${among ?? 0}${settings ? '-off' : ''}`;
      await provision(tenant, people);
      if (settings) await world.append(tenantStream(tenant), [{ type: 'TenantSettingsChanged', data: { changes: settings } }]); // prettier-ignore
      for (const n of range(0, departures)) {
        if (among === undefined) await tell(tenant, n, leaves, n * every);
        else await tell(tenant, 0, n % 2 === 0 ? leaves : returns, n);
      }
      await world.settled([tenant]);
      expect(await holdsOf(tenant)).toEqual([]);
      expect(inactive(tenant)).toEqual(among === undefined ? range(0, departures) : []);
    },
  );

  it('lets departures pass for a while where the release says so', async () => {
    const tenant = 'meant';
    await provision(tenant, 100);
    for (const n of range(0, 25)) await tell(tenant, n, leaves, n);
    await world.settled([tenant]);
    const [hold] = await holdsOf(tenant);
    await release(tenant, hold?.holdId ?? '', { passUntil: after(20_000) });
    for (const n of range(25, 60)) await tell(tenant, n, leaves, 10_000 + n);
    await world.settled([tenant]);
    expect(inactive(tenant)).toEqual(range(0, 60));
    for (const n of range(60, 90)) await tell(tenant, n, leaves, 30_000 + n);
    await world.settled([tenant]);
    expect(await holdsOf(tenant)).toHaveLength(2);
    expect(inactive(tenant).length).toBeLessThan(90);
  });

  it('counts those whom a group takes all their mapped roles from, and holds them together', async () => {
    const tenant = 'stripped';
    await provision(tenant, 100);
    const members = range(0, 40).map((n) => ({ value: idOf(n), type: 'User' }));
    const change = (added: object[], removed: object[]) => ({
      type: 'GroupMembershipChanged',
      data: { added, removed },
    });
    await world.append(groupStream(tenant, group), [
      { type: 'GroupCreated', data: { resource: { displayName: 'Editors' } } },
      change(members, []),
    ]);
    await world.append(tenantStream(tenant), [
      { type: 'ProductEnabled', data: { product: 'define' } },
      { type: 'RoleMappingChanged', data: { product: 'define', version: 1, rules: [{ group: { id: group }, role: 'editor' }] } }, // prettier-ignore
    ]);
    await world.settled([tenant]);
    const editors = () =>
      [...new Map(world.delivered('define', tenant).map(({ key, view }) => [key, view])).values()].filter(
        ({ attributes }) => attributes['roles'] !== undefined,
      ).length;
    expect(editors()).toBe(40);
    const told = world.delivered('define', tenant).length;
    await world.append(groupStream(tenant, group), [change([], members)], after(0));
    await world.settled([tenant]);
    expect(editors()).toBe(40);
    const [hold] = await holdsOf(tenant);
    expect(hold).toMatchObject({ departures: 40, people: 100 });
    // Ten are given back what they had: nothing is left to tell of them.
    await world.append(groupStream(tenant, group), [change(members.slice(0, 10), [])], after(5));
    await world.settled([tenant]);
    expect(world.delivered('define', tenant)).toHaveLength(told);
    await release(tenant, hold?.holdId ?? '');
    await world.settled([tenant]);
    expect(editors()).toBe(10);
    expect(world.delivered('define', tenant)).toHaveLength(told + 30);
  });

  it('leaves nothing out and nothing in disorder, wherever the relay is killed', async () => {
    const people = 60;
    let runs = 0;
    const compiled = compileProfile(wellness);
    const step = fc.record({
      kind: fc.constantFrom('leave', 'leave', 'leave', 'leave', 'title', 'release', 'map', 'die', 'rest'),
      n: fc.nat(people - 1),
      v: fc.nat(1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        const tenant = `guard${(runs += 1)}`;
        await provision(tenant, people);
        await world.append(tenantStream(tenant), [
          { type: 'TenantSettingsChanged', data: { changes: { guardLeastPeople: 3 } } },
        ]);
        const away = new Set<number>();
        const open = async () => {
          const released = new Set<string>();
          for await (const { type, data } of world.store.read(tenantStream(tenant))) {
            if (type === 'DeprovisioningReleased') released.add((data as { holdId: string }).holdId);
          }
          return (await holdsOf(tenant)).filter(({ holdId }) => !released.has(holdId));
        };
        let version = 0;
        let seconds = 0;
        for (const { kind, n, v } of steps) {
          if (!world.isAlive) await world.restart();
          seconds += 1;
          if (kind === 'leave') {
            for (const m of v === 1 ? [n, (n + 1) % people, (n + 2) % people] : [n]) {
              const event = away.delete(m) ? returns : leaves;
              if (event === leaves) away.add(m);
              await tell(tenant, m, event, seconds);
            }
          } else if (kind === 'title') await tell(tenant, n, titled(`T${v}`), seconds);
          else if (kind === 'release') for (const { holdId } of await open()) await release(tenant, holdId);
          else if (kind === 'map') {
            const overrides = v === 1 ? [{ key: 'department', path: 'team' }] : [];
            const data = { product: 'wellness', version: (version += 1), overrides };
            await world.append(tenantStream(tenant), [{ type: 'AttributeMappingChanged', data }]);
          } else if (kind === 'die') world.dieAfter(1 + (n % 9), v === 1);
          else await new Promise((resolve) => setTimeout(resolve, n));
        }
        while (!world.isAlive) await world.restart();
        world.dieAfter(Infinity, false);
        await world.settled([tenant]);
        for (const { holdId } of await open()) await release(tenant, holdId);
        await world.settled([tenant]);

        const newest = new Map(world.delivered('wellness', tenant).map(({ key, view }) => [key, view]));
        for (const n of range(0, people)) {
          const user = await world.user(tenant, idOf(n));
          const { attributes, status } = user;
          const view = deriveView(compiled, { id: idOf(n), attributes, active: status === 'active' });
          const expected = viewMessage({ tenant, userId: idOf(n), revision: 0, view });
          const found = newest.get(`${tenant}/${idOf(n)}`);
          if (!found || !sameMessage(found, expected)) expect(found).toEqual(expected);
          // Every change has come, and none before the one before it.
          let next = 0;
          for (const change of world.changes(tenant, idOf(n))) {
            const revision = Number(change.split(' ')[0]);
            expect(revision).toBeLessThanOrEqual(next);
            next = Math.max(next, revision + 1);
          }
          let last = -1;
          for await (const event of world.store.read(userStream(tenant, idOf(n)))) last = event.revision;
          expect(next).toBe(last + 1);
        }
      }),
      { numRuns: 8 },
    );
  });
});
