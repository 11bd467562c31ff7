import { parseScimUrl } from './scim-url.js';

describe('parseScimUrl', () => {
  it.each([
    ['/scim/v2/acme/Users', '/scim/v2/acme/Users', '/scim/v2/acme'],
    ['/scim/v2/acme/Users/', '/scim/v2/acme/Users', '/scim/v2/acme'],
    ['//scim//v2/acme//Users?x=1', '/scim/v2/acme/Users?x=1', '/scim/v2/acme'],
    ['/scim/v2/acme/Groups/7?', '/scim/v2/acme/Groups/7', '/scim/v2/acme'],
    ['/scim/v2/acme/v2/Users', '/scim/v2/acme/Users', '/scim/v2/acme'],
    ['/api/scim/acme/Users', '/scim/v2/acme/Users', '/api/scim/acme'],
    ['/scim/v2/acme', '/scim/v2/acme', '/scim/v2/acme'],
  ])('%s → %s with base %s (A2, A10.3)', (raw, url, basePath) => {
    expect(parseScimUrl(raw, 'localhost', undefined)).toEqual({ url, basePath, tenant: 'acme' });
  });

  it.each([
    ['/scim/v2/Users', '/scim/v2/acme/Users', '/scim/v2'],
    ['/api/scim/Users?count=1', '/scim/v2/acme/Users?count=1', '/api/scim'],
    ['/scim/v2/acme/Users', '/scim/v2/acme/Users', '/scim/v2/acme'],
    ['/api/scim', '/scim/v2/acme', '/api/scim'],
  ])('%s on the tenant’s own host → %s', (raw, url, basePath) => {
    const parsed = parseScimUrl(raw, 'Acme.scim.example.com:3000', 'scim.example.com');
    expect(parsed).toEqual({ url, basePath, tenant: 'acme' });
  });

  it.each(['/scim/v2/Users', '/scim/v2', '/scim/v2x/acme/Users', '/admin/v1/tenants', '/', '/scim/v2/a.b/Users'])(
    '%s names no tenant',
    (raw) => {
      expect(parseScimUrl(raw, 'localhost', 'scim.example.com').tenant).toBeUndefined();
    },
  );
});
