import type { GroupReference, RoleRule } from '#domain';
import { checkRoleRules, clientSettings, define, wellness } from './index.js';

const rule = (role: string, group: object): RoleRule => ({ role, group: group as GroupReference });

describe('checking a role mapping', () => {
  it('takes groups by id, name or externalId, and several roles of one group', () => {
    const rules = [
      rule('Admin', { id: '0190' }),
      rule('Admin', { displayName: 'Admins' }),
      rule('Editor', { displayName: 'Admins' }),
      rule('Editor', { externalId: 'e1' }),
    ];
    for (const profile of [define, clientSettings]) expect(checkRoleRules(profile, rules)).toEqual([]);
  });

  it('reports all faults at once, each with its line', () => {
    const rules = [
      rule(' ', { displayName: 'A' }),
      rule('Admin ', { displayName: 'B' }),
      rule('Admin', { displayName: 'C', id: '1' }),
      rule('Admin', {}),
      rule('Admin', { id: ' ' }),
      rule('Admin', { id: '1' }),
      rule('Admin', { displayName: undefined, id: '1' }),
      rule('Editor', { displayName: 'Staff' }),
      rule('Editor', { displayName: 'STAFF ' }),
      rule('Editor', { externalId: 'a' }),
      rule('Editor', { externalId: 'A' }),
    ];
    expect(checkRoleRules(define, rules).map(({ line, field, fault }) => [line, field, fault])).toEqual([
      [0, 'role', expect.stringContaining('no name')],
      [1, 'role', expect.stringContaining('spaces around')],
      [2, 'group', expect.stringContaining('one way')],
      [3, 'group', expect.stringContaining('one way')],
      [4, 'group', expect.stringContaining('empty')],
      [6, 'group', expect.stringContaining('same as rule 6')],
      [8, 'group', expect.stringContaining('same as rule 8')],
    ]);
  });

  it('refuses rules for a product without roles', () => {
    expect(checkRoleRules(wellness, [])).toEqual([]);
    expect(checkRoleRules(wellness, [rule('Admin', { id: '1' })])).toEqual([
      { fault: expect.stringContaining('has no roles') },
    ]);
  });
});
