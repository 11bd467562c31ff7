import { GROUP_SCHEMA, groupModel, parseFilter, printFilter, USER_SCHEMA, userModel } from '#scim';
import { foldForType } from './fold-for-type.js';

describe('foldForType', () => {
  const fold = (filter: string, model = userModel) => {
    const folded = foldForType(parseFilter(filter, model), model);
    return typeof folded === 'boolean' ? folded : printFilter(folded);
  };

  it.each<[string, string | boolean, string | boolean]>([
    ['meta.resourceType eq "User"', true, false],
    ['meta.resourceType eq "user"', false, false], // caseExact
    ['META.RESOURCETYPE ne "User"', false, true],
    ['meta.resourceType pr', true, true],
    ['meta.resourceType eq null', false, false],
    ['meta.resourceType sw "Us"', true, false],
    ['meta.resourceType co "o"', false, true],
    ['not (meta.resourceType eq "Group")', true, false],
    ['meta.resourceType eq "User" and externalId eq "x"', 'externalId eq "x"', false],
    ['meta.resourceType eq "User" or externalId eq "x"', true, 'externalId eq "x"'],
    [`schemas eq "${USER_SCHEMA}"`, true, `schemas eq "${USER_SCHEMA}"`],
    [`schemas eq "${GROUP_SCHEMA}"`, `schemas eq "${GROUP_SCHEMA}"`, true],
    ['externalId eq "x" and id pr', 'externalId eq "x" and id pr', 'externalId eq "x" and id pr'],
  ])('%s', (filter, forUsers, forGroups) => {
    expect(fold(filter)).toBe(forUsers);
    expect(fold(filter, groupModel)).toBe(forGroups);
  });
});
