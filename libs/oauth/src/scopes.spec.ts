import { askedScopes, grantedScopes } from './scopes.js';

describe('scopes (RFC 6749 §3.3)', () => {
  it('of ours are found among others', () => {
    expect(askedScopes(' openid get:users  offline_access put:users toString')).toEqual(['get:users', 'put:users']);
  });

  it('may stand between commas, as PingFederate sends them (profile A5)', () => {
    const all = ['get:users', 'post:users', 'put:users'];
    expect(askedScopes('get:users, post:users, put:users')).toEqual(all);
    expect(askedScopes('get:users,post:users,,put:users,')).toEqual(all);
  });

  it.each([
    undefined,
    '',
    ' , ',
    'openid offline_access profile',
    'SCIM',
    'https://example.com/.default',
    'api://1/.default',
  ])('in %j nothing is asked for that would have a meaning here', (text) => expect(askedScopes(text)).toBeUndefined());

  it('that nobody here knows are asked for all the same, where none of ours is', () => {
    expect(askedScopes('get:user openid')).toEqual(['get:user']);
    expect(askedScopes('get:user put:users')).toEqual(['put:users']);
  });

  it.each<[asked: string[] | undefined, granted: string[]]>([
    [undefined, ['get:users', 'post:users']],
    [['get:user'], []],
    [['post:users', 'post:users'], ['post:users']],
    [['get:users', 'delete:users'], ['get:users']],
    [['delete:users'], []],
  ])('asked for %j of two give %j', (asked, granted) => {
    expect(grantedScopes(['post:users', 'get:users'], asked)).toEqual(granted);
  });
});
