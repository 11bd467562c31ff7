import { missingScopes } from '#access';
import { scopesOfRoute } from './scopes-of-route.js';

describe('scopes of routes (004)', () => {
  it.each([
    ['GET', '', ['get:users', 'get:groups']],
    ['POST', '/.search', ['get:users', 'get:groups']],
    ['POST', '/Users/.search', ['get:users']],
    ['POST', '/Groups/.search', ['get:groups']],
    ['GET', '/Users', ['get:users']],
    ['HEAD', '/Users/:id', ['get:users']],
    ['POST', '/Users', ['post:users']],
    ['PUT', '/Users/:id', ['put:users']],
    ['PATCH', '/Groups/:id', ['patch:groups']],
    ['DELETE', '/Groups/:id', ['delete:groups']],
    ['POST', '/Bulk', []],
    ['GET', '/Me', []],
    ['GET', '/ServiceProviderConfig', []],
    ['GET', '/ResourceTypes/:name', []],
    ['GET', '/Schemas/:urn', []],
  ])('%s %s needs %j', (method, path, needed) => {
    const mask = scopesOfRoute(method, `/scim/v2/:tenant${path}`);
    expect(mask === undefined ? undefined : missingScopes(0, mask)).toEqual(needed);
  });

  it.each(['/Roles', '/Users/:id/groups', '/users'])('%s is a route that nobody has thought about', (path) => {
    expect(scopesOfRoute('GET', `/scim/v2/:tenant${path}`)).toBeUndefined();
  });
});
