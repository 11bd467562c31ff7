import { grantedScopes, scopesIn } from './scopes.js';

describe('scopes (RFC 6749 §3.3)', () => {
  it('of ours are found among others', () => {
    expect(scopesIn(' openid get:users  offline_access put:users toString')).toEqual(['get:users', 'put:users']);
    expect(scopesIn(undefined)).toEqual([]);
  });

  it.each<[asked: string[] | undefined, granted: string[]]>([
    [undefined, ['get:users', 'post:users']],
    [['offline_access'], ['get:users', 'post:users']],
    [['post:users', 'post:users'], ['post:users']],
    [['get:users', 'delete:users'], ['get:users']],
    [['delete:users'], []],
  ])('asked for %j of two give %j', (asked, granted) => {
    expect(grantedScopes(['post:users', 'get:users'], asked)).toEqual(granted);
  });
});
