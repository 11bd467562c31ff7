import { groupModel, parseFilter, userModel } from '#scim';
import { compileScimFilter } from './compile-scim-filter.js';
import { collectRelationTerms, relationKey } from './relations.js';

const relations = new Map([
  [relationKey({ path: 'members', value: 'u1' }), ['g1', 'g2']],
  [relationKey({ path: 'groups', value: 'g1' }), ['u1']],
]);
const ofGroups = (filter: string) => compileScimFilter(parseFilter(filter, groupModel), { relations });
const ofUsers = (filter: string) => compileScimFilter(parseFilter(filter, userModel), { relations });

describe('filters on members and groups', () => {
  const holding = { id: { $in: ['g1', 'g2'] } };
  const some = { memberCount: { $gt: 0 } };

  it.each<[string, object]>([
    ['members eq "u1"', holding],
    ['members.value eq "u1"', holding],
    ['members[value eq "u1"]', holding],
    ['members[value eq "u1" or value eq "u2"]', { $or: [holding, { id: { $in: [] } }] }],
    ['not (members eq "u1")', { $nor: [holding] }],
    ['displayName eq "B" and members eq "u1"', { $and: [{ 'shadow.displayname': 'b' }, holding] }],
    ['members pr', some],
    ['members.value pr', some],
    ['members eq null', { $nor: [some] }],
    ['members ne null', some],
  ])('%s', (filter, expected) => expect(ofGroups(filter)).toEqual(expected));

  it('asks for the groups of users alike', () => {
    expect(ofUsers('groups.value eq "g1" and title pr')).toEqual({
      $and: [{ id: { $in: ['u1'] } }, { 'shadow.title': { $exists: true } }],
    });
  });

  it('collects what has to be looked up first, each once', () => {
    const filter = 'members eq "u1" or (members[value eq "u2" or value eq "u1"] and displayName eq "u3")';
    expect(collectRelationTerms(parseFilter(filter, groupModel))).toEqual([
      { path: 'members', value: 'u1' },
      { path: 'members', value: 'u2' },
    ]);
    const ofUser = parseFilter('not (groups eq "g1") and emails[value eq "x"]', userModel);
    expect(collectRelationTerms(ofUser)).toEqual([{ path: 'groups', value: 'g1' }]);
  });

  it.each([
    'members co "u"',
    'members ne "u"',
    'members.display eq "Ana"',
    'members.display pr',
    'members[type eq "User"]',
    'members[value eq "u" and type pr]',
  ])('refuses %s', (filter) =>
    expect(() => ofGroups(filter)).toThrow(expect.objectContaining({ kind: 'invalidFilter' })),
  );

  it.each(['groups pr', 'groups eq null', 'groups.display eq "x"'])('refuses %s', (filter) =>
    expect(() => ofUsers(filter)).toThrow(expect.objectContaining({ kind: 'invalidFilter' })),
  );

  it('knows members as a relation of groups only', () => {
    expect(ofUsers('members eq "u1"')).toEqual({ 'shadow.members': 'u1' });
  });
});
