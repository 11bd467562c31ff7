import { groupStream, type RoleRule, tenantStream, userStream } from '#domain';
import { clientSettings, define, wellness } from '#products';
import fc from 'fast-check';
import { known, RelayWorld } from '../../../test/support/relay-world.js';

const products = [
  wellness,
  define,
  clientSettings,
  { ...clientSettings, id: 'everywhere', enabledByDefault: true as const },
];
const idOf = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const groupId = (n: number): string => `00000000-0000-7000-9000-${String(n).padStart(12, '0')}`;

const enabled = (product: string) => ({ type: 'ProductEnabled', data: { product } });
const ruled = (version: number, rules: readonly RoleRule[], product = 'define') => ({
  type: 'RoleMappingChanged',
  data: { product, version, rules },
});
const member = (value: string) => ({ value, type: value.includes('-9000-') ? 'Group' : 'User' });
const moved = (added: string[], removed: string[] = []) => ({
  type: 'GroupMembershipChanged',
  data: { added: added.map(member), removed: removed.map(member) },
});
const created = (displayName: string) => ({ type: 'GroupCreated', data: { resource: { displayName } } });
const editors = [{ group: { displayName: 'Editors' }, role: 'editor' }];

describe('roles', () => {
  let world: RelayWorld;
  beforeAll(async () => {
    world = await RelayWorld.open(products);
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const provision = async (tenant: string, count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const resource = { userName: `p${n}@x.io`, externalId: `e${n}`, active: true, name: { givenName: 'A' } };
      await world.append(userStream(tenant, idOf(n)), [{ type: 'UserProvisioned', data: { resource } }]);
    }
  };
  const rolesOf = (tenant: string, product = 'define'): Record<string, unknown> =>
    Object.fromEntries(
      [...known(world.delivered(product, tenant)).values()].map(({ userId, attributes }) => [
        Number(userId.slice(-4)),
        attributes['roles'],
      ]),
    );
  const told = (tenant: string, product = 'define') => world.delivered(product, tenant).length;

  it('follow who is in a group, directly or through a nested one, and what the group is called', async () => {
    const tenant = 'follow';
    const group = (n: number) => groupStream(tenant, groupId(n));
    await provision(tenant, 4);
    // Before anybody asks for roles.
    await world.append(group(0), [created('Editors'), moved([idOf(0)])]);
    await world.append(group(1), [created('Team'), moved([idOf(1)])]);
    await world.append(tenantStream(tenant), [ruled(1, editors), enabled('define')]);
    await world.settled([tenant]);
    expect(rolesOf(tenant)).toEqual({ 0: ['editor'], 1: undefined, 2: undefined, 3: undefined });

    const expectRoles = async (roles: Record<number, string[] | undefined>, messages: number) => {
      const before = told(tenant);
      await world.settled([tenant]);
      expect(rolesOf(tenant)).toEqual({ 0: undefined, 1: undefined, 2: undefined, 3: undefined, ...roles });
      expect(told(tenant) - before).toBe(messages);
    };
    await world.append(group(0), [moved([idOf(2)], [idOf(0)])]);
    await expectRoles({ 2: ['editor'] }, 2);
    await world.append(group(0), [moved([groupId(1)])]);
    await expectRoles({ 1: ['editor'], 2: ['editor'] }, 1);
    await world.append(group(1), [moved([idOf(3)])]);
    await expectRoles({ 1: ['editor'], 2: ['editor'], 3: ['editor'] }, 1);
    await world.append(group(0), [{ type: 'GroupUpdated', data: { changes: { displayName: 'Readers' } } }]);
    await expectRoles({}, 3);
    await world.append(group(0), [{ type: 'GroupUpdated', data: { changes: { displayName: 'EDITORS' } } }]);
    await expectRoles({ 1: ['editor'], 2: ['editor'], 3: ['editor'] }, 3);
    await world.append(userStream(tenant, idOf(3)), [{ type: 'UserDeactivated', data: { reason: 'active=false' } }]);
    await expectRoles({ 1: ['editor'], 2: ['editor'] }, 1);
    await world.append(userStream(tenant, idOf(3)), [{ type: 'UserReactivated', data: { reason: 'active=true' } }]);
    await expectRoles({ 1: ['editor'], 2: ['editor'], 3: ['editor'] }, 1);
    await world.append(group(0), [
      moved([], [idOf(2), groupId(1)]),
      { type: 'GroupDeleted', data: { reason: 'deleted' } },
    ]);
    await expectRoles({}, 3);
    expect(told(tenant, 'wellness')).toBe(4 + 2);
  });

  it('are derived anew when the mapping of roles changes, for those who get others', async () => {
    const tenant = 'remap';
    await provision(tenant, 5);
    await world.append(groupStream(tenant, groupId(0)), [created('Editors'), moved([idOf(0), idOf(1)])]);
    await world.append(groupStream(tenant, groupId(1)), [created('Team'), moved([idOf(1), idOf(2)])]);
    await world.append(tenantStream(tenant), [enabled('define'), enabled('client-settings')]);
    await world.settled([tenant]);
    expect(rolesOf(tenant)).toEqual({});
    expect(rolesOf(tenant, 'client-settings')).toEqual({ 0: ['Editors'], 1: ['Editors', 'Team'], 2: ['Team'] });
    const before = told(tenant);
    await world.append(tenantStream(tenant), [
      ruled(1, [...editors, { group: { id: groupId(1) }, role: 'member' }]),
      ruled(1, [{ group: { id: groupId(1) }, role: 'crew' }], 'client-settings'),
    ]);
    await world.settled([tenant]);
    expect(rolesOf(tenant)).toMatchObject({ 0: ['editor'], 1: ['editor', 'member'], 2: ['member'] });
    expect(told(tenant) - before).toBe(3);
    expect(rolesOf(tenant, 'client-settings')).toMatchObject({ 0: ['Editors'], 1: ['Editors', 'crew'], 2: ['crew'] });
    const last = world.delivered('define', tenant).at(-1)?.view;
    expect(last?.mappingVersion).toBe(0);
  });

  it('begin with the first group where a product is enabled for everybody', async () => {
    const tenant = 'newcomers';
    await provision(tenant, 2);
    await world.settled([tenant]);
    expect(rolesOf(tenant, 'everywhere')).toEqual({ 0: undefined, 1: undefined });
    await world.append(groupStream(tenant, groupId(0)), [created('Team'), moved([idOf(1)])]);
    await world.settled([tenant]);
    expect(rolesOf(tenant, 'everywhere')).toEqual({ 0: undefined, 1: ['Team'] });
    expect(told(tenant, 'everywhere')).toBe(3);
  });

  describe('whatever happens in whatever order, and wherever the relay is killed', () => {
    const people = 12;
    const groups = 4;
    const names = ['Editors', 'Team', 'Readers', 'editors'];
    const step = fc.record({
      kind: fc.constantFrom(
        'join',
        'join',
        'join',
        'nest',
        'nest',
        'rename',
        'rules',
        'leave',
        'die',
        'die',
        'lose',
        'rest',
      ),
      n: fc.nat(people - 1),
      g: fc.nat(groups - 1),
      v: fc.nat(3),
    });
    const choices: RoleRule[][] = [
      [],
      editors,
      [{ group: { id: groupId(0) }, role: 'zero' }, ...editors],
      [{ group: { displayName: 'team' }, role: 'editor' }],
    ];
    let runs = 0;

    it('are those that the groups in the log give under the latest mapping', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 25 }), async (steps) => {
          const tenant = `roles${(runs += 1)}`;
          await provision(tenant, people);
          const called = names.slice(0, groups);
          const parents = new Map<string, Set<number>>();
          for (const [g, name] of called.entries())
            await world.append(groupStream(tenant, groupId(g)), [created(name)]);
          await world.append(tenantStream(tenant), [enabled('define'), enabled('client-settings')]);
          let version = 0;
          let rules: RoleRule[] = [];
          const away = new Set<number>();
          const toggle = async (id: string, g: number) => {
            const of = parents.get(id) ?? new Set();
            parents.set(id, of);
            const stream = groupStream(tenant, groupId(g));
            if (of.delete(g)) await world.append(stream, [moved([], [id])]);
            else {
              of.add(g);
              await world.append(stream, [moved([id])]);
            }
          };
          for (const { kind, n, g, v } of steps) {
            if (kind === 'lose') await world.restart(() => world.loseDocuments());
            else if (!world.isAlive) await world.restart();
            if (kind === 'join') await toggle(idOf(n), g);
            // A group is nested in lower ones only: no circles.
            else if (kind === 'nest' && g > 0) await toggle(groupId(g), n % g);
            else if (kind === 'rename') {
              called[g] = names[v] ?? '';
              const changes = { displayName: called[g] };
              await world.append(groupStream(tenant, groupId(g)), [{ type: 'GroupUpdated', data: { changes } }]);
            } else if (kind === 'rules') {
              rules = choices[v] ?? [];
              await world.append(tenantStream(tenant), [ruled((version += 1), rules)]);
            } else if (kind === 'leave') {
              const type = away.delete(n) ? 'UserReactivated' : 'UserDeactivated';
              if (type === 'UserDeactivated') away.add(n);
              await world.append(userStream(tenant, idOf(n)), [{ type, data: { reason: 'r' } }]);
            } else if (kind === 'die') world.dieAfter(1 + n, v > 1);
            else if (kind === 'rest') await new Promise((resolve) => setTimeout(resolve, n * 10));
          }
          while (!world.isAlive) await world.restart();
          world.dieAfter(Infinity, false);
          await world.settled([tenant]);

          const closure = (id: string): Set<number> => {
            const found = new Set<number>();
            const waiting = [...(parents.get(id) ?? [])];
            for (let g = waiting.pop(); g !== undefined; g = waiting.pop()) {
              if (found.has(g)) continue;
              found.add(g);
              waiting.push(...(parents.get(groupId(g)) ?? []));
            }
            return found;
          };
          const matches = ({ group }: RoleRule, g: number) =>
            'id' in group
              ? group.id === groupId(g)
              : 'displayName' in group && group.displayName.toLowerCase() === called[g]?.toLowerCase();
          for (let n = 0; n < people; n += 1) {
            const of = away.has(n) ? [] : [...closure(idOf(n))];
            const mapped = [
              ...new Set(of.flatMap((g) => rules.filter((rule) => matches(rule, g)).map(({ role }) => role))),
            ];
            const own = [...new Set(of.map((g) => called[g] ?? ''))];
            const found = (product: string) =>
              known(world.delivered(product, tenant)).get(`${tenant}/${idOf(n)}`)?.attributes['roles'] ?? [];
            own.sort();
            const everywhere = found('everywhere');
            expect({ n, define: found('define'), own: found('client-settings'), everywhere }).toEqual({
              n,
              define: mapped.sort(),
              own,
              everywhere: own,
            });
          }
        }),
        { numRuns: 10 },
      );
    });
  });
});
