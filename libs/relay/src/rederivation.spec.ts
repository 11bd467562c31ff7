import { tenantStream, userStream } from '#domain';
import { compileProfile, define, deriveView, hrAssistant, sameMessage, viewMessage, wellness } from '#products'; // prettier-ignore
import fc from 'fast-check';
import { known, RelayWorld } from '../../../test/support/relay-world.js';
import { readIncomplete } from './incomplete-people.js';
import { readRederivations } from './read-rederivations.js';
import { readView } from './read-view.js';

const products = [wellness, hrAssistant, define];
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

const provisioned = (n: number, more: object = {}) => ({
  type: 'UserProvisioned',
  data: {
    resource: { userName: `p${n}@x.io`, active: true, name: { givenName: 'A', familyName: 'B' }, title: 'T', ...more },
  },
});
const mapped = (version: number, path: string | undefined, product = 'wellness') => ({
  type: 'AttributeMappingChanged',
  data: { product, version, overrides: path === undefined ? [] : [{ key: 'department', path }] },
});
const enabled = (product: string) => ({ type: 'ProductEnabled', data: { product } });
const disabled = (product: string) => ({ type: 'ProductDisabled', data: { product } });

describe('re-derivation', () => {
  let world: RelayWorld;
  beforeAll(async () => {
    world = await RelayWorld.open(products);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  async function populate(tenant: string, count: number, more: (n: number) => object = () => ({})): Promise<void> {
    await Promise.all(
      Array.from({ length: count }, (_, n) => world.append(userStream(tenant, idOf(n)), [provisioned(n, more(n))])),
    );
    await world.settled([tenant]);
  }

  it('publishes exactly the people whose view differs, each once, and shows how far it is', async () => {
    const people = 2_000;
    // Every third has the attribute that the mapping asks for, and some of them have the same word in both.
    await populate('exact', people, (n) => ({
      [ENT]: { department: 'D', ...(n % 3 === 0 && { team: n % 2 === 0 ? 'D' : `T${n}` }) },
    }));
    expect(world.delivered('wellness', 'exact')).toHaveLength(people);
    const { position } = await world.append(tenantStream('exact'), [mapped(1, 'team')]);
    await world.settled(['exact']);
    const published = world.delivered('wellness', 'exact').slice(people);
    const differing = Array.from({ length: people }, (_, n) => n).filter((n) => !(n % 3 === 0 && n % 2 === 0));
    expect(published.map(({ view }) => view.userId)).toEqual(differing.map(idOf));
    expect(published.every((one) => one.position >= position && one.view.mappingVersion === 1)).toBe(true);
    expect(world.delivered('hr-assistant', 'exact')).toHaveLength(people);
    expect(await readRederivations(world.models, 'exact')).toEqual([
      expect.objectContaining({
        product: 'wellness',
        state: 'done',
        mappingVersion: 1,
        done: people,
        total: people,
        published: differing.length,
        finishedAt: expect.any(String),
      }),
    ]);
  });

  it('keeps a list of those who are incomplete, by what products were told, and shows one of them', async () => {
    const { store, models: readModels } = world;
    const parts = { store, readModels };
    await populate('lacking', 120, (n) => (n % 4 === 0 ? { name: { givenName: 'A' } } : {}));
    const list = (limit: number, after?: string) =>
      readIncomplete(readModels, { tenant: 'lacking', product: 'wellness', limit, after });
    const first = await list(20);
    expect({ total: first.total, ids: first.people.map(({ userId }) => userId) }).toEqual({
      total: 30,
      ids: Array.from({ length: 20 }, (_, n) => idOf(n * 4)),
    });
    expect(first.people[0]).toMatchObject({ missing: ['last_name'], problems: [], mappingVersion: 0 });
    const second = await list(20, first.nextAfter);
    expect([second.people.length, second.nextAfter]).toEqual([10, undefined]);
    expect(await readIncomplete(readModels, { tenant: 'lacking', product: 'hr-assistant', limit: 5 })).toMatchObject({
      total: 0,
    });

    await world.append(userStream('lacking', idOf(0)), [
      { type: 'UserUpdated', data: { changes: { 'name.familyName': 'B' } } },
    ]);
    await world.append(userStream('lacking', idOf(4)), [{ type: 'UserDeactivated', data: { reason: 'active=false' } }]);
    await world.append(userStream('lacking', idOf(1)), [
      { type: 'UserUpdated', data: { changes: { [`${ENT}:joiningDate`]: 'soon' } } },
    ]);
    await world.settled(['lacking']);
    const now = await list(2);
    expect(now).toMatchObject({ total: 29, people: [{ userId: idOf(1), problems: [{ key: 'joining_date' }] }, {}] });

    await world.append(tenantStream('lacking'), [
      {
        type: 'AttributeMappingChanged',
        data: { product: 'wellness', version: 1, overrides: [{ key: 'joining_date', path: 'startDate' }] },
      },
    ]);
    await world.settled(['lacking']);
    expect(await list(2)).toMatchObject({ total: 28, people: [{ userId: idOf(8) }, { userId: idOf(12) }] });

    const shown = await readView(parts, wellness, 'lacking', idOf(8));
    expect(shown).toMatchObject({ enabled: true, awaitsRederivation: false, view: { mappingVersion: 1 } });
    expect(shown?.view).toMatchObject({ missing: ['last_name'], attributes: { email: 'p8@x.io' } });
    expect(await readView(parts, define, 'lacking', idOf(8))).toMatchObject({ enabled: false });
    expect(await readView(parts, wellness, 'lacking', idOf(999))).toBeUndefined();
  });

  it('gives a newly enabled product everybody, and a disabled one nothing more', async () => {
    await populate('toggled', 250);
    await world.append(userStream('toggled', idOf(3)), [{ type: 'UserDeprovisioned', data: { reason: 'deleted' } }]);
    expect(world.delivered('define', 'toggled')).toEqual([]);
    await world.append(tenantStream('toggled'), [enabled('define')]);
    await world.settled(['toggled']);
    const told = world.delivered('define', 'toggled');
    expect(told.map(({ view }) => view.userId)).toEqual(Array.from({ length: 250 }, (_, n) => idOf(n)));
    expect(told.filter(({ view }) => view.deleted)).toHaveLength(1);

    await world.append(tenantStream('toggled'), [disabled('define'), disabled('wellness')]);
    const before = world.delivered('wellness', 'toggled').length;
    await world.append(userStream('toggled', idOf(1)), [{ type: 'UserDeactivated', data: { reason: 'active=false' } }]);
    await world.settled(['toggled']);
    expect(world.delivered('define', 'toggled')).toHaveLength(250);
    expect(world.delivered('wellness', 'toggled')).toHaveLength(before);
    expect(world.delivered('hr-assistant', 'toggled').at(-1)?.view.active).toBe(false);

    await world.append(tenantStream('toggled'), [enabled('wellness')]);
    await world.settled(['toggled']);
    const again = known(world.delivered('wellness', 'toggled'));
    expect(again.get(`toggled/${idOf(1)}`)?.active).toBe(false);
    expect(world.delivered('wellness', 'toggled')).toHaveLength(before + 250);
  });

  it('lets the newest of several changes win, without going through all of them', async () => {
    const people = 600;
    await populate('hasty', people, (n) => ({ [ENT]: { department: 'D', a: `a${n}`, b: `b${n}`, c: `c${n}` } }));
    // The first is under way, and waits for the directory, when the others come.
    world.directoryLooks = 3;
    await world.append(tenantStream('hasty'), [mapped(1, 'a')]);
    await world.directoryLookedAt();
    await world.append(tenantStream('hasty'), [mapped(2, 'b'), mapped(3, 'c')]);
    world.directoryLooks = Infinity;
    await world.settled(['hasty']);
    const views = known(world.delivered('wellness', 'hasty'));
    expect([...views.values()].map(({ attributes }) => attributes['department'])).toEqual(
      Array.from({ length: people }, (_, n) => `c${n}`),
    );
    const afterwards = world.delivered('wellness', 'hasty').slice(people);
    expect(afterwards.filter(({ view }) => view.mappingVersion === 3)).toHaveLength(people);
    // None of the second, and of the first what was under way when the third came.
    expect(afterwards.filter(({ view }) => view.mappingVersion === 2)).toEqual([]);
    expect(afterwards.length).toBeLessThan(people * 2);
  });

  it('does not hold up what changes meanwhile, of this tenant or another', async () => {
    await populate('busy', 600, (n) => ({ [ENT]: { department: 'D', team: `T${n}` } }));
    // Comes half way.
    world.directoryLooks = 3;
    await world.append(tenantStream('busy'), [mapped(1, 'team')]);
    await world.directoryLookedAt();
    const changed = (title: string) => ({ type: 'UserUpdated', data: { changes: { title } } });
    for (const tenant of ['busy', 'toggled']) await world.append(userStream(tenant, idOf(2)), [changed('Boss')]);
    const has = (tenant: string) =>
      world.delivered('wellness', tenant).some(({ view }) => view.attributes['job_title'] === 'Boss');
    while (!has('busy') || !has('toggled')) await new Promise((resolve) => setImmediate(resolve));
    const [running] = await readRederivations(world.models, 'busy');
    world.directoryLooks = Infinity;
    expect(running?.state).toBe('running');
    await world.settled(['busy']);
    expect(known(world.delivered('wellness', 'busy')).get(`busy/${idOf(2)}`)?.attributes).toMatchObject({
      department: 'T2',
      job_title: 'Boss',
    });
  });

  it('waits, after a crash, until it has come as far as it may have published before', async () => {
    await populate('fallen', 230, (n) => ({ [ENT]: { department: 'D', team: `T${n}` } }));
    // Dies at the second slice: the first 100 people are done, and the checkpoint says so.
    world.dieAfter(4, false);
    await world.append(tenantStream('fallen'), [mapped(1, 'team')]);
    while (world.isAlive) await new Promise((resolve) => setImmediate(resolve));
    const seen = world.messages.length;
    // What the old mapping shows of this reaches the topic, but not the checkpoint; the new mapping shows nothing of it.
    const changes = { [`${ENT}:department`]: 'E' };
    await world.append(userStream('fallen', idOf(150)), [{ type: 'UserUpdated', data: { changes } }]);
    await world.restart();
    world.dieAfter(2, false);
    while (world.isAlive) await new Promise((resolve) => setImmediate(resolve));
    await world.restart();
    await world.settled(['fallen']);
    const told = world.delivered('wellness', 'fallen').filter(({ view }) => view.userId === idOf(150));
    expect(told.map(({ view }) => view.attributes['department'])).toEqual(['D', 'E', 'E', 'T150']);
    expect(world.messages.length - seen).toBeGreaterThan(130);
    expect(known(told).get(`fallen/${idOf(150)}`)?.attributes['department']).toBe('T150');
  });

  describe('whatever happens in whatever order, and wherever the relay is killed', () => {
    const people = 230;
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ kind: fc.constant('title' as const), n: fc.nat(people + 20), v: fc.nat(3) }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), n: fc.nat(people - 1), v: fc.nat(1) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('map' as const), n: fc.nat(3), v: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('toggle' as const), n: fc.nat(0), v: fc.nat(1) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('die' as const), n: fc.integer({ min: 1, max: 8 }), v: fc.nat(1) }) }, // prettier-ignore
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('rest' as const), n: fc.nat(80), v: fc.nat(0) }) },
    );
    let runs = 0;

    it('leaves each product with the views that the log gives under the latest settings', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 30 }), async (steps) => {
          const tenant = `run${(runs += 1)}`;
          const there = new Set<number>();
          const provision = async (n: number) => {
            there.add(n);
            await world.append(userStream(tenant, idOf(n)), [
              provisioned(n, { [ENT]: { department: 'D', a: `a${n % 2}`, b: 'D' } }),
            ]);
          };
          await Promise.all(Array.from({ length: people }, (_, n) => provision(n)));
          let version = 0;
          let path: string | undefined;
          let on = true;
          let active = new Map<number, boolean>();
          const lives: number[] = [world.messages.length];
          for (const { kind, n, v } of steps) {
            if (!world.isAlive) {
              await world.restart();
              lives.push(world.messages.length);
            }
            const stream = userStream(tenant, idOf(n));
            if (kind === 'title') {
              if (!there.has(n)) await provision(n);
              const changes = v < 2 ? { title: `T${v}` } : { [`${ENT}:${v === 2 ? 'department' : 'a'}`]: `D${v}` };
              await world.append(stream, [{ type: 'UserUpdated', data: { changes } }]);
            } else if (kind === 'leave') {
              const goes = active.get(n) ?? true;
              active = new Map([...active, [n, !goes]]);
              const type = goes ? 'UserDeactivated' : 'UserReactivated';
              await world.append(stream, [{ type, data: { reason: 'r' } }]);
            } else if (kind === 'map') {
              path = [undefined, 'a', 'b', 'none'][n];
              await world.append(tenantStream(tenant), [mapped((version += 1), path)]);
            } else if (kind === 'toggle') {
              on = !on;
              await world.append(tenantStream(tenant), [on ? enabled('wellness') : disabled('wellness')]);
            } else if (kind === 'die') {
              world.dieAfter(n, v === 1);
            } else {
              await new Promise((resolve) => setTimeout(resolve, n));
            }
          }
          // Whoever is not told any more is compared once they are told again.
          if (!on) await world.append(tenantStream(tenant), [enabled('wellness')]);
          if (!world.isAlive) await world.restart();
          await new Promise((resolve) => setTimeout(resolve, 5));
          while (!world.isAlive) await world.restart();
          world.dieAfter(Infinity, false);
          await world.settled([tenant]);

          const compiled = compileProfile(wellness, {
            product: 'wellness',
            version: Math.max(version, 1),
            overrides: path === undefined ? [] : [{ key: 'department', path }],
          });
          const delivered = world.delivered('wellness', tenant);
          const views = known(delivered);
          const newest = new Map(delivered.map(({ key, view }) => [key, view]));
          for (const n of there) {
            const user = await world.user(tenant, idOf(n));
            const view = deriveView(compiled, {
              id: idOf(n),
              attributes: user.attributes,
              active: user.status === 'active',
            });
            const expected = viewMessage({ tenant, userId: idOf(n), revision: 0, view });
            const key = `${tenant}/${idOf(n)}`;
            for (const found of [views.get(key), newest.get(key)]) {
              if (!found || !sameMessage(found, expected)) expect(found).toEqual(expected);
            }
          }
        }),
        {
          numRuns: 10,
          examples: [
            // A slice told people of the second mapping, the checkpoint does not know, and the third shows what the first did.
            [
              [
                { kind: 'map', n: 0, v: 0 },
                { kind: 'title', n: 0, v: 0 },
                { kind: 'leave', n: 0, v: 0 },
                { kind: 'die', n: 6, v: 1 },
                { kind: 'map', n: 1, v: 0 },
                { kind: 'leave', n: 7, v: 0 },
                { kind: 'map', n: 2, v: 0 },
                { kind: 'title', n: 94, v: 3 },
                { kind: 'title', n: 249, v: 1 },
              ],
            ],
          ],
        },
      );
    });
  });
});
