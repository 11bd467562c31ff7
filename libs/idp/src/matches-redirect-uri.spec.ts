import { matchesRedirectUri } from './matches-redirect-uri.js';

const TEMPLATE = 'https://system-admin.okta.com/admin/app/cpc/{appName}/oauth/callback';

describe('redirect URIs (RFC 6749 §3.1.2.3, Okta’s test "invalid redirect URI")', () => {
  it('lets the variable be one path segment', () => {
    expect(matchesRedirectUri(TEMPLATE, TEMPLATE.replace('{appName}', 'acme_rollcall-1'))).toBe(true);
  });

  it('takes a URI without variables literally', () => {
    const uri = 'https://portal.azure.com/TokenAuthorize';
    expect(matchesRedirectUri(uri, uri)).toBe(true);
    expect(matchesRedirectUri(uri, 'https://portalxazure.com/TokenAuthorize')).toBe(false);
  });

  it.each([
    ['another host', 'https://system-admin.okta.com.evil.example/admin/app/cpc/a/oauth/callback'],
    ['another scheme', 'http://system-admin.okta.com/admin/app/cpc/a/oauth/callback'],
    ['user information', 'https://system-admin.okta.com@evil.example/admin/app/cpc/a/oauth/callback'],
    ['no name', 'https://system-admin.okta.com/admin/app/cpc//oauth/callback'],
    ['two segments', 'https://system-admin.okta.com/admin/app/cpc/a/b/oauth/callback'],
    ['dots', 'https://system-admin.okta.com/admin/app/cpc/../oauth/callback'],
    ['an encoded slash', 'https://system-admin.okta.com/admin/app/cpc/a%2Fb/oauth/callback'],
    ['a query behind', 'https://system-admin.okta.com/admin/app/cpc/a/oauth/callback?x=1'],
    ['a fragment behind', 'https://system-admin.okta.com/admin/app/cpc/a/oauth/callback#x'],
    ['a line break behind', 'https://system-admin.okta.com/admin/app/cpc/a/oauth/callback\n'],
    ['the variable itself', TEMPLATE],
  ])('refuses %s', (_what, uri) => {
    expect(matchesRedirectUri(TEMPLATE, uri)).toBe(false);
  });
});
