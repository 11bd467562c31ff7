import { ENTERPRISE_USER_SCHEMA, parseFilter, userModel } from '#scim';
import { unindexedAttributes } from './unindexed-attributes.js';

const users = {
  name: 'users',
  indexes: [
    { name: 'userName', fields: ['scope', 'shadow.username'] },
    { name: 'email', fields: ['scope', 'shadow.emails.value'] },
  ],
};

describe('unindexedAttributes', () => {
  it.each([
    ['userName eq "x" and id eq "y" and groups.value eq "g"', []],
    ['emails co "x" or emails[value eq "x"]', []],
    ['emails[type eq "work" and value eq "x"]', ['emails.type']],
    [
      `not (title pr) and (${ENTERPRISE_USER_SCHEMA}:department eq "a" or title eq "b")`,
      ['title', `${ENTERPRISE_USER_SCHEMA}:department`],
    ],
  ])('%s', (filter, expected) => expect(unindexedAttributes(parseFilter(filter, userModel), users)).toEqual(expected));
});
