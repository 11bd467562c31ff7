import { asksForNames, deriveRoles, givesRoles, type RoleGroup } from './roles.js';

const mapped = { key: 'roles', from: 'mappedGroups', description: '' } as const;
const every = { ...mapped, from: 'everyGroup' } as const;
const editors: RoleGroup = { id: 'g1', displayName: 'Editors', externalId: '00g1' };
const staff: RoleGroup = { id: 'g2', displayName: 'Staff' };

describe('deriveRoles', () => {
  it.each([
    ['by id', { id: 'g1' }, ['editor']],
    ['by name, without regard to case', { displayName: 'eDITORS ' }, ['editor']],
    ['by externalId', { externalId: '00g1' }, ['editor']],
    ['by externalId, with regard to case', { externalId: '00G1' }, []],
    ['by id, which is no name', { id: 'Editors' }, []],
  ])('names a group %s', (_, group, roles) => {
    expect(deriveRoles(mapped, [{ group, role: 'editor' }], [editors, staff])).toEqual(roles);
  });

  it('gives each role once, in alphabetical order, of one group or of several', () => {
    const rules = [
      { group: { id: 'g1' }, role: 'writer' },
      { group: { id: 'g1' }, role: 'author' },
      { group: { id: 'g2' }, role: 'author' },
    ];
    expect(deriveRoles(mapped, rules, [staff, editors])).toEqual(['author', 'writer']);
  });

  it('lets a group be a role of its own name where the product wants that, unless it is mapped', () => {
    const rules = [{ group: { id: 'g1' }, role: 'editor' }];
    expect(deriveRoles(every, rules, [editors, staff])).toEqual(['Staff', 'editor']);
    expect(deriveRoles(mapped, rules, [staff])).toEqual([]);
    expect(deriveRoles(every, undefined, [{ id: 'nameless' }])).toEqual([]);
  });
});

it('says when groups matter, and when their names do', () => {
  const byId = [{ group: { id: 'g1' }, role: 'r' }];
  const byName = [{ group: { displayName: 'x' }, role: 'r' }];
  expect([givesRoles(undefined, byId), givesRoles(mapped, []), givesRoles(mapped, byId), givesRoles(every, undefined)]).toEqual([false, false, true, true]); // prettier-ignore
  expect([asksForNames(mapped, byId), asksForNames(mapped, byName), asksForNames(every, [])]).toEqual([false, true, true]); // prettier-ignore
});
