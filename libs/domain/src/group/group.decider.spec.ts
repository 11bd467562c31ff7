import fc from 'fast-check';
import type { MemberOperation } from '#scim';
import { decideGroup, MEMBERS_PER_EVENT, membershipEvents } from './group.decider.js';
import type { GroupEvent } from './group.events.js';
import { absentGroup, evolveGroup, type Group, restoreGroup, snapshotGroup } from './group.js';
import { membershipDelta } from './membership.js';

const metadata = { occurredAt: '2026-01-01T00:00:00.000Z' };
const after = (...events: GroupEvent[]): Group =>
  events.map((event) => ({ ...event, metadata })).reduce(evolveGroup, absentGroup);
const created: GroupEvent = { type: 'GroupCreated', data: { resource: { displayName: 'Eng' } } };
const joined = (...ids: string[]): GroupEvent => ({
  type: 'GroupMembershipChanged',
  data: { added: ids.map((value) => ({ value, type: 'User' })), removed: [] },
});
const add = (...ids: string[]): MemberOperation => ({ op: 'add', members: ids.map((value) => ({ value })) });
const remove = (...ids: string[]): MemberOperation => ({ op: 'remove', ids });
const replace = (...ids: string[]): MemberOperation => ({ op: 'replace', members: ids.map((value) => ({ value })) });

describe('decideGroup', () => {
  it('creates a group and its members apart', () => {
    const decision = decideGroup(absentGroup, {
      type: 'CreateGroup',
      attributes: { displayName: 'Eng' },
      members: [replace('a')],
    });
    expect(decision).toEqual({ events: [created], membership: { added: ['a'], removed: [] } });
  });

  it('requires a displayName (RFC 7643 §4.2)', () => {
    expect(() => decideGroup(absentGroup, { type: 'CreateGroup', attributes: {}, members: [] })).toThrow(/displayName/);
  });

  it('lets everybody leave before the group goes', () => {
    const decision = decideGroup(after(created, joined('a', 'b')), { type: 'DeleteGroup', groupId: 'g' });
    expect([...decision.membership.removed].sort()).toEqual(['a', 'b']);
    expect(decision.closing).toEqual([{ type: 'GroupDeleted', data: { reason: 'deleted' } }]);
  });

  it('ignores the readOnly id that Okta sends along with a rename (A1)', () => {
    const body = { Operations: [{ op: 'replace', value: { id: 'g', displayName: 'Engineering' } }] };
    const { events } = decideGroup(after(created), { type: 'PatchGroup', groupId: 'g', body });
    expect(events).toEqual([{ type: 'GroupUpdated', data: { changes: { displayName: 'Engineering' } } }]);
  });

  it('removes the member that Entra names in a value list, not all of them (A2, vouch #1415)', () => {
    const body = { Operations: [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'a' }] }] };
    const { membership } = decideGroup(after(created, joined('a', 'b')), { type: 'PatchGroup', groupId: 'g', body });
    expect(membership).toEqual({ added: [], removed: ['a'] });
  });

  describe('a replace of the members that a filter selects (RFC 7644 §3.5.2.3)', () => {
    const group = after(created, joined('a', 'b'), {
      type: 'GroupMembershipChanged',
      data: { added: [{ value: 'g2', type: 'Group' }], removed: [] },
    });
    const replaceIn = (filter: string, value: unknown, ...first: object[]) =>
      decideGroup(group, {
        type: 'PatchGroup',
        groupId: 'g',
        body: { Operations: [...first, { op: 'replace', path: `members[${filter}]`, value }] },
      }).membership;

    it.each([
      ['value eq "a"', [{ value: 'c' }], ['c'], ['a']],
      ['value eq "a"', { value: 'c' }, ['c'], ['a']],
      ['value eq "a"', [{ value: 'a' }, { value: 'c' }], ['c'], []],
      ['value eq "a"', [{ value: 'b' }], [], ['a']],
      ['value eq "a" or value eq "nobody"', [{ value: 'c' }], ['c'], ['a']],
      ['type eq "Group"', [{ value: 'c' }, { value: 'd' }], ['c', 'd'], ['g2']],
      ['value eq "a"', null, [], ['a']],
      ['value eq "a"', [], [], ['a']],
      ['value eq "nobody"', [], [], []],
      ['value eq "a"', { value: 'a' }, [], []],
    ])('%s by %j', (filter, value, added, removed) => {
      expect(replaceIn(filter, value)).toEqual({ added, removed });
    });

    it.each(['value eq "nobody"', 'type eq "User" and value eq "g2"'])('%s selects nobody: noTarget', (filter) => {
      expect(() => replaceIn(filter, [{ value: 'c' }])).toThrow(expect.objectContaining({ kind: 'noTarget' }));
    });

    it('goes by what the operations before it have left', () => {
      const add = { op: 'add', path: 'members', value: [{ value: 'new' }] };
      expect(replaceIn('value eq "new"', { value: 'c' }, add)).toEqual({ added: ['c'], removed: [] });
      const remove = { op: 'remove', path: 'members[value eq "a"]' };
      expect(() => replaceIn('value eq "a"', { value: 'c' }, remove)).toThrow(/selected/);
    });
  });

  it('refuses what is gone', () => {
    const gone = after(created, { type: 'GroupDeleted', data: { reason: 'deleted' } });
    expect(() => decideGroup(gone, { type: 'DeleteGroup', groupId: 'g' })).toThrow(/not found/);
  });

  it('splits a change too large for one event', () => {
    const ids = Array.from({ length: MEMBERS_PER_EVENT + 1 }, (_, index) => `u${index}`);
    const events = membershipEvents(after(created), { added: ids, removed: [] }, () => 'User');
    expect(events).toHaveLength(2);
    expect(after(created, ...events).members.size).toBe(ids.length);
  });
});

describe('membership', () => {
  const someIds = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 4 });
  const operation = fc.oneof(
    someIds.map((ids) => add(...ids)),
    someIds.map((ids) => remove(...ids)),
    someIds.map((ids) => replace(...ids)),
  );

  it('comes to what a plain set would, told as a delta of real changes only', () => {
    fc.assert(
      fc.property(someIds, fc.array(operation, { maxLength: 6 }), (present, operations) => {
        const group = after(created, joined(...present));
        const model = new Set<string>(present);
        for (const step of operations) {
          if (step.op === 'replace') model.clear();
          if (step.op === 'remove') for (const id of step.ids) model.delete(id);
          else if (step.op === 'add' || step.op === 'replace') for (const { value } of step.members) model.add(value);
        }
        const delta = membershipDelta(group, operations);
        for (const id of delta.added) expect(group.members.has(id)).toBe(false);
        for (const id of delta.removed) expect(group.members.has(id)).toBe(true);
        const result = after(created, joined(...present), ...membershipEvents(group, delta, () => 'User'));
        expect([...result.members.keys()].sort()).toEqual([...model].sort());
      }),
    );
  });

  it('survives a snapshot', () => {
    const group = after(created, joined('a', 'b'), {
      type: 'GroupMembershipChanged',
      data: { added: [{ value: 'g2', type: 'Group' }], removed: [] },
    });
    const restored = restoreGroup(JSON.parse(JSON.stringify(snapshotGroup(group))) as ReturnType<typeof snapshotGroup>);
    expect(restored.members.toObject()).toEqual({ a: 'User', b: 'User', g2: 'Group' });
    expect({ ...restored, members: 0 }).toEqual({ ...group, members: 0 });
  });
});
