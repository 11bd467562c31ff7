import { findPreset, IDP_PRESETS } from './find-preset.js';
import { setupFor } from './setup-for.js';

const connection = { scimBaseUrl: 'https://scim.example.com/scim/v2/acme', token: 'T0k3n' };

describe('what an admin types at the identity provider', () => {
  it('fills the fields of its settings page', () => {
    expect(setupFor(findPreset('okta')!, connection)).toMatchObject({
      guide: 'docs/guide/idp/okta.md',
      fields: expect.arrayContaining([
        { field: 'SCIM connector base URL', value: 'https://scim.example.com/scim/v2/acme' },
        { field: 'Authorization', value: 'T0k3n' },
      ]),
      authorization: { rawHeader: 'T0k3n', bearer: 'Bearer T0k3n', basic: 'Basic c2NpbTpUMGszbg==' },
      oauthClient: { redirectUris: expect.arrayContaining([expect.stringContaining('{appName}')]) },
    });
  });

  it('tells where a kind of connection has other fields', () => {
    expect(setupFor(findPreset('ping')!, connection).variants).toContainEqual(
      expect.objectContaining({
        title: 'PingFederate',
        fields: expect.arrayContaining([{ field: 'Access Token', value: 'T0k3n' }]),
      }),
    );
  });

  it('names a header only where the provider can send it', () => {
    expect(setupFor(findPreset('jumpcloud')!, connection).authorization).toEqual({ bearer: 'Bearer T0k3n' });
    expect(setupFor(findPreset('jumpcloud')!, connection)).not.toHaveProperty('oauthClient');
  });

  it.each(IDP_PRESETS.map((preset) => [preset.id, preset] as const))('leaves nothing to fill for %s', (_id, preset) => {
    const { fields, variants = [] } = setupFor(preset, connection);
    for (const { value } of [...fields, ...variants.flatMap((variant) => variant.fields ?? [])])
      expect(value).not.toMatch(/[{}]/);
  });
});
