import { printFilter } from '../filter/filter-printer.js';
import { groupModel } from '../schema/models.js';
import type { JsonValue } from '../schema/schema.types.js';
import { ScimError } from '../scim-error.js';
import { applyPatch } from './apply-patch.js';
import type { MemberOperation } from './patch.types.js';

const group = { displayName: 'Bakers', externalId: 'g-1' };
const apply = (...Operations: JsonValue[]) => applyPatch(groupModel, group, { Operations }, { id: 'g1' });
const members = (...ids: string[]) => ids.map((value) => ({ value }));

describe('operations on members', () => {
  it.each<[string, JsonValue, MemberOperation[]]>([
    [
      'A1 add with display',
      { op: 'add', path: 'members', value: [{ value: 'u1', display: 'ana@example.com' }] },
      [{ op: 'add', members: [{ value: 'u1' }] }],
    ],
    [
      'A1 display null',
      { op: 'add', path: 'members', value: [{ value: 'u1', display: null }] },
      [{ op: 'add', members: members('u1') }],
    ],
    ['A1 remove by filter', { op: 'remove', path: 'members[value eq "u1"]' }, [{ op: 'remove', ids: ['u1'] }]],
    [
      'A1 full push',
      { op: 'replace', path: 'members', value: members('u1', 'u2') },
      [{ op: 'replace', members: members('u1', 'u2') }],
    ],
    [
      'A1 empty push clears (SCIM-SDK #757)',
      { op: 'replace', path: 'members', value: [] },
      [{ op: 'replace', members: [] }],
    ],
    [
      'A2 Add',
      { op: 'Add', path: 'members', value: [{ $ref: null, value: 'u1' }] },
      [{ op: 'add', members: members('u1') }],
    ],
    [
      'A2, A4 Remove with a list (vouch #1415)',
      { op: 'Remove', path: 'members', value: [{ $ref: null, value: 'u1' }] },
      [{ op: 'remove', ids: ['u1'] }],
    ],
    ['bare remove clears', { op: 'remove', path: 'members' }, [{ op: 'replace', members: [] }]],
    ['remove with [] removes nobody', { op: 'remove', path: 'members', value: [] }, []],
    [
      'several ids',
      { op: 'remove', path: 'members[value eq "u1" or value eq "u2"]' },
      [{ op: 'remove', ids: ['u1', 'u2'] }],
    ],
    [
      'one object, plain ids',
      { op: 'add', path: 'MEMBERS', value: { value: 'u1', type: 'group' } },
      [{ op: 'add', members: [{ value: 'u1', type: 'Group' }] }],
    ],
    ['plain ids', { op: 'add', path: 'members', value: ['u1', 'u2'] }, [{ op: 'add', members: members('u1', 'u2') }]],
    [
      'the kind from $ref',
      { op: 'add', path: 'members', value: [{ value: 'g2', $ref: 'https://x/v2/Groups/g2' }] },
      [{ op: 'add', members: [{ value: 'g2', type: 'Group' }] }],
    ],
    [
      'pathless replace',
      { op: 'replace', value: { members: members('u1') } },
      [{ op: 'replace', members: members('u1') }],
    ],
    ['pathless add', { op: 'add', value: { members: members('u1') } }, [{ op: 'add', members: members('u1') }]],
    ['edits of display are passed over', { op: 'replace', path: 'members[value eq "u1"].display', value: 'Ana' }, []],
    [
      'C1.6 a filter never makes a member',
      { op: 'add', path: 'members[value eq "u1"]', value: { display: 'Ana' } },
      [],
    ],
    ...[{ value: 'u2' }, [{ value: 'u2' }], 'u2'].map((value): [string, JsonValue, MemberOperation[]] => [
      `§3.5.2.3 replace of a selected member by ${JSON.stringify(value)}`,
      { op: 'replace', path: 'members[value eq "u1"]', value },
      [{ op: 'exchange', leaving: { op: 'remove', ids: ['u1'] }, members: members('u2') }],
    ]),
    ...[null, [], ''].map((value): [string, JsonValue, MemberOperation[]] => [
      `replace of a selected member by ${JSON.stringify(value)}`,
      { op: 'replace', path: 'members[value eq "u1"]', value },
      [{ op: 'remove', ids: ['u1'] }],
    ]),
    ...[{ display: 'Ana' }, [{ display: 'Ana' }]].map((value): [string, JsonValue, MemberOperation[]] => [
      'a replace that names nobody edits the display, and is passed over',
      { op: 'replace', path: 'members[value eq "u1"]', value },
      [],
    ]),
    ...[{ value: 'u1' }, [{ value: 'u1' }]].map((value): [string, JsonValue, MemberOperation[]] => [
      'an add to a selected member of what it is',
      { op: 'add', path: 'members[value eq "u1"]', value },
      [],
    ]),
    ['nobody to add', { op: 'add', path: 'members', value: [null, {}] }, []],
  ])('%s', (_name, operation, expected) => {
    const result = apply(operation);
    expect(result.memberOperations).toEqual(expected);
    expect(result.attributes).toBe(group);
  });

  it('hands other filters on', () => {
    const [operation] = apply({ op: 'remove', path: 'members[type eq "Group"]' }).memberOperations;
    expect(operation?.op === 'removeWhere' && printFilter(operation.filter)).toBe('type eq "Group"');
  });

  it('keeps the order, and what goes along: a rename with readOnly id (A1)', () => {
    const result = apply(
      { op: 'replace', value: { id: 'g1', displayName: 'Cooks' } },
      { op: 'add', path: 'members', value: members('u1') },
      { op: 'remove', path: 'members[value eq "u2"]' },
    );
    expect(result.attributes).toEqual({ ...group, displayName: 'Cooks' });
    expect(result.memberOperations.map(({ op }) => op)).toEqual(['add', 'remove']);
  });

  it.each<[string, JsonValue]>([
    ['mutability', { op: 'replace', path: 'members[value eq "u1"].value', value: 'u2' }],
    ['mutability', { op: 'remove', path: 'members[value eq "u1"].value' }],
    ['mutability', { op: 'add', path: 'members[value eq "u1"]', value: { value: 'u2' } }],
    ['mutability', { op: 'add', path: 'members[value eq "u1"]', value: [{ value: 'u2' }] }],
    ['invalidValue', { op: 'replace', path: 'members[value eq "u1"]', value: [{ value: '' }] }],
    ['invalidValue', { op: 'replace', path: 'members[value eq "u1"]', value: true }],
    ['mutability', { op: 'remove', path: 'displayName' }],
    ['invalidValue', { op: 'replace', path: 'displayName', value: '' }],
    ['invalidValue', { op: 'add', path: 'members', value: [{ display: 'Ana' }] }],
    ['invalidValue', { op: 'add', path: 'members', value: true }],
    ['invalidFilter', { op: 'remove', path: 'members[value eq "u1" and]' }],
  ])('%s: %j', (kind, operation) => {
    expect(() => apply(operation)).toThrow(ScimError);
    expect(() => apply(operation)).toThrow(expect.objectContaining({ kind }));
  });

  it('reads ten thousand members in one go', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `u${index}`);
    const [operation] = apply({ op: 'add', path: 'members', value: members(...ids) }).memberOperations;
    expect(operation?.op === 'add' && operation.members).toHaveLength(10_000);
  });
});
