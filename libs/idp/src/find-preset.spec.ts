import { existsSync } from 'node:fs';
import { findPreset, IDP_NAMES, IDP_PRESETS, tolerancesOf } from './find-preset.js';

describe('presets of identity providers', () => {
  it('are the nine that the admin API promises', () => {
    expect(IDP_NAMES).toEqual(
      ['okta', 'entra-id', 'cyberark', 'jumpcloud', 'ping', 'google', 'onelogin', 'auth0', 'generic'].sort(),
    );
  });

  it('are found by id; for a name that no release knows there is none, and nothing beyond the RFC is let pass', () => {
    for (const preset of IDP_PRESETS) expect(findPreset(preset.id)).toBe(preset);
    expect(findPreset('azure-ad')).toBeUndefined();
    expect(tolerancesOf('azure-ad')).toEqual({});
    expect(tolerancesOf('toString')).toEqual({});
  });

  it('let write beyond the RFC only who does (profile A)', () => {
    const tolerant = IDP_PRESETS.flatMap(({ id, tolerances }) =>
      Object.keys(tolerances).map((name) => `${id} ${name}`),
    );
    expect(tolerant).toEqual([
      'entra-id lenientUnquoted',
      'entra-id addReplacesExtensionLists',
      'generic jsonTextValue',
      'onelogin scim1GroupPatch',
      'onelogin blankIsUnassigned',
    ]);
  });

  it('allow Okta’s four hosts and nobody else’s (profile A1)', () => {
    expect(findPreset('okta')?.oauthClient?.redirectUris.map((uri) => new URL(uri).host)).toEqual([
      'system-admin.okta.com',
      'system-admin.okta-emea.com',
      'system-admin.oktapreview.com',
      'system-admin.trexcloud.com',
    ]);
  });

  it('give Okta’s wizard apps what it needs and Entra ID patch and delete too (profile A8)', () => {
    const wizard = findPreset('okta')?.variants?.find(({ id }) => id === 'wizard');
    expect(wizard?.scopes?.filter((scope) => scope.endsWith(':users'))).toEqual([
      'get:users',
      'post:users',
      'put:users',
    ]);
    expect(findPreset('entra-id')?.scopes).toEqual(
      expect.arrayContaining(['patch:users', 'delete:users', 'patch:groups']),
    );
  });

  describe.each(IDP_PRESETS.map((preset) => [preset.id, preset] as const))('%s', (id, preset) => {
    it('is data', () => {
      expect(JSON.parse(JSON.stringify(preset))).toEqual(preset);
    });

    it('has a guide for its admin', () => {
      expect(existsSync(`docs/guide/idp/${id}.md`)).toBe(true);
    });

    it('says what it is: a name of our URLs, a title, the vendor’s documentation, how often changes come', () => {
      expect(id).toMatch(/^[a-z][a-z0-9-]*$/);
      for (const text of [preset.title, preset.vendorDocs, preset.capabilities.cadence]) expect(text).toMatch(/\S{3}/);
    });

    it('uses by default a matching attribute that it offers', () => {
      expect(preset.matchingAttributes).toContain(preset.matchingAttribute);
      expect(new Set(preset.matchingAttributes).size).toBe(preset.matchingAttributes.length);
    });

    it('can authenticate, and with OAuth 2 where it says so', () => {
      const { authentication, oauthClient } = preset;
      const modes = authentication.filter((mode) => mode === 'authorizationCode' || mode === 'clientCredentials');
      expect(authentication).toContain('bearer');
      expect(oauthClient !== undefined).toBe(modes.length > 0);
      for (const uri of oauthClient?.redirectUris ?? []) expect(uri).toMatch(/^https:\/\/[a-z.-]+\/[^?#]+$/);
    });

    it('has the scopes that its requests need (profile A8)', () => {
      const { users, groups } = preset.capabilities;
      const needed = ['get:users', 'post:users', ...users.update.map((method) => `${method}:users`)];
      if (users.deactivation.includes('delete')) needed.push('delete:users');
      if (groups.length > 0) needed.push('get:groups', 'post:groups', ...groups.map((method) => `${method}:groups`));
      expect(preset.scopes).toEqual(expect.arrayContaining(needed));
      expect(new Set(preset.scopes).size).toBe(preset.scopes.length);
      if (groups.length === 0) expect(preset.scopes.filter((scope) => scope.endsWith(':groups'))).toEqual([]);
      for (const { scopes = [] } of preset.variants ?? [])
        expect(preset.scopes).toEqual(expect.arrayContaining([...scopes]));
    });

    it('tells the admin where the base URL and the token go', () => {
      const values = preset.setup.map(({ value }) => value).join('\n');
      expect(values).toContain('{scimBaseUrl}');
      expect(values).toContain('{token}');
      expect(values.replaceAll(/\{(scimBaseUrl|token)\}/g, '')).not.toMatch(/[{}]/);
    });
  });
});
