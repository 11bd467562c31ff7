import { AdminClient } from '../support/admin-client.js';
import { OAuthTestClient, type RegisteredClient } from '../support/oauth-client.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

/** OAuth clients through the admin API; every answer is held to the OpenAPI document. */
describe('OAuth clients', () => {
  let gateway: TestGateway;
  let admin: AdminClient;
  let tenant: TenantClient;

  beforeAll(async () => {
    gateway = await startGateway();
    admin = await AdminClient.of(gateway);
    tenant = await gateway.newTenant({ idp: 'okta' });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const ofTenant = (rest = '') => `/tenants/${tenant.slug}/oauth-clients${rest}`;
  const ofConnection = () => `/tenants/${tenant.slug}/connections/${tenant.ids.connectionId}/oauth-clients`;
  const register = async (body: object = {}) => {
    const answer = await admin.post(ofConnection(), body);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
    return answer.body as RegisteredClient & Record<string, unknown>;
  };
  const clientOf = (client: RegisteredClient, callback?: string) =>
    new OAuthTestClient(gateway, tenant, client, callback);

  it('are registered with everything that is typed at the identity provider (seed 001)', async () => {
    const client = await register();
    const { origin } = gateway.http;
    expect(client).toMatchObject({
      userName: `scim-${tenant.slug}`,
      password: expect.stringMatching(/^[A-Za-z0-9]{24}$/),
      clientSecret: expect.stringMatching(/^[A-Za-z0-9]{64}$/),
      redirectUris: [],
      presetRedirectUris: expect.arrayContaining([
        'https://system-admin.okta.com/admin/app/cpc/{appName}/oauth/callback',
      ]),
    });
    expect(Object.fromEntries(client.setup.map(({ field, value }) => [field, value]))).toMatchObject({
      'SCIM connector base URL': tenant.baseUrl,
      'Authentication Mode': 'OAuth 2',
      'Access token endpoint URI': `${origin}/oauth/token`,
      'Authorization endpoint URI': `${origin}/oauth/authorize`,
      'Client ID': client.clientId,
      'Client Secret': client.clientSecret,
    });
  });

  it('are listed and read afterwards without a secret', async () => {
    const { clientId, clientSecret, password } = await register({ name: 'Listed' });
    const list = await admin.get(ofConnection());
    const read = await admin.get(ofTenant(`/${clientId}`));
    expect(list.body.oauthClients).toContainEqual(read.body);
    expect(read.body).toMatchObject({ id: clientId, name: 'Listed', lastFour: clientSecret.slice(-4) });
    for (const { text } of [list, read]) {
      for (const secret of [clientSecret, password, 'scrypt', 'sha256']) expect(text).not.toContain(secret);
    }
  });

  it('tell when a token of theirs was last used', async () => {
    const client = clientOf(await register());
    const { access_token: token } = await client.tokens();
    const path = ofTenant(`/${client.client.clientId}`);
    expect((await admin.get(path)).body).not.toHaveProperty('lastUsedAt');
    await client.scim(token);
    expect((await admin.get(path)).body).toMatchObject({ lastUsedAt: expect.stringMatching(/Z$/) });
  });

  it('have the scopes that they are given, else those of the preset', async () => {
    const client = clientOf(await register({ scopes: ['get:users'] }));
    const tokens = await client.tokens();
    expect(tokens.scope).toBe('get:users');
    expectScimError(await client.scim(tokens.access_token, 'POST', '/Users', { userName: 'x' }), 403);
    expect((await register())['scopes']).not.toContain('delete:users');
  });

  it.each([
    ['https://idp.example.com/callback'],
    ['https://idp.example.com/callback?tenant=a%20b'],
    ['https://idp.example.com'],
    ['http://localhost:8080/callback'],
    ['http://127.0.0.1:8080/callback'],
  ])('send browsers back to %s where it is added', async (uri) => {
    const client = clientOf(await register(), uri);
    expect((await client.open()).status).toBe(400);
    const { clientId } = client.client;
    const changed = await admin.patch(ofTenant(`/${clientId}`), { redirectUris: [uri] });
    expect(changed.body).toMatchObject({ redirectUris: [uri] });
    const back = await client.allow();
    expect(back.href).toMatch(uri.includes('?') ? /tenant=a%20b&code=/ : /\?code=/);
    const { status } = await client.exchange(back.searchParams.get('code') ?? '');
    expect(status).toBe(200);
    for (const like of [`${uri}x`, uri.toUpperCase(), `${uri}#f`]) {
      expect((await client.open({ redirect_uri: like })).status).toBe(400);
    }
  });

  it.each([
    'http://idp.example.com/callback',
    'https://idp.example.com/#fragment',
    'https://idp.example.com/{any}',
    'https://user@idp.example.com/',
    'javascript:alert(1)',
    'com.example.app:/callback',
    'https://idp.example.com/a b',
    '/callback',
    '',
  ])('are not registered to send browsers to %j', async (uri) => {
    const answer = await admin.post(ofConnection(), { redirectUris: ['https://ok.example.com', uri] });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: 'redirectUris' })]);
  });

  it.each([
    ['password', { password: 'too short' }],
    ['scopes', { scopes: ['admin'] }],
    ['userName', { userName: '' }],
    ['clientId', { clientId: 'mine' }],
  ])('are refused with a wrong %s, and it is named', async (field, body) => {
    const { status, body: problem } = await admin.post(ofConnection(), body);
    expect([status, problem.errors[0].field]).toEqual([400, field]);
  });

  it('that change their password let in with the new one alone, and keep what was allowed', async () => {
    const client = await register();
    const tokens = await clientOf(client).tokens();
    const path = ofTenant(`/${client.clientId}/password`);
    const { body: made } = await admin.post(path, {});
    expect(made).toEqual({ userName: client.userName, password: expect.stringMatching(/^[A-Za-z0-9]{24}$/) });
    expect((await clientOf(client).signIn()).status).toBe(400);
    const chosen = { userName: 'kim', password: 'chosen by an admin' };
    expect((await admin.post(path, chosen)).body).toEqual(chosen);
    expect((await clientOf({ ...client, ...chosen }).signIn()).status).toBe(200);
    expect((await clientOf(client).refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('that are rotated end the old secret, and everything granted under it', async () => {
    const client = await register();
    const old = clientOf(client);
    const tokens = await old.tokens();
    const code = await old.code();
    expect((await old.scim(tokens.access_token)).status).toBe(200);
    const { status, body } = await admin.post(ofTenant(`/${client.clientId}/rotate`), {});
    expect(status).toBe(201);
    expect(body.clientSecret).not.toBe(client.clientSecret);
    expectScimError(await old.scim(tokens.access_token), 401);
    expect((await old.token({ grant_type: 'client_credentials' })).status).toBe(401);
    const rotated = clientOf({ ...client, ...body });
    expect((await rotated.refresh(tokens.refresh_token)).status).toBe(400);
    expect((await rotated.exchange(code)).status).toBe(400);
    const anew = await rotated.tokens();
    expect((await rotated.scim(anew.access_token)).status).toBe(200);
  });

  it('that are deleted, or lose their connection, end at once', async () => {
    const deleted = clientOf(await register());
    const tokens = await deleted.tokens();
    expect((await admin.delete(ofTenant(`/${deleted.client.clientId}`))).status).toBe(204);
    expectScimError(await deleted.scim(tokens.access_token), 401);
    expect((await deleted.refresh(tokens.refresh_token)).status).toBe(401);
    expect((await deleted.open()).status).toBe(400);
    expect((await admin.get(ofTenant(`/${deleted.client.clientId}`))).status).toBe(404);

    const other = await gateway.newTenant({ idp: 'okta' });
    const orphan = await OAuthTestClient.register(other);
    const { access_token: token } = await orphan.tokens();
    await admin.delete(`/tenants/${other.slug}/connections/${other.ids.connectionId}`);
    expectScimError(await orphan.scim(token), 401);
    const events = (await other.events()).filter(({ type }) => type === 'OAuthClientDeleted');
    expect(events.map(({ data }) => data)).toEqual([
      { clientId: orphan.client.clientId, reason: 'connection deleted' },
    ]);
  });

  it('leave in the log who did what, and in the activity no hashes', async () => {
    const { clientId } = await register({ name: 'Told' });
    await admin.post(ofTenant(`/${clientId}/password`), {});
    await admin.post(ofTenant(`/${clientId}/rotate`), {});
    await admin.delete(ofTenant(`/${clientId}`));
    const { body, text } = await admin.get(`/activity?tenant=${tenant.slug}&limit=4`);
    expect((body.activity ?? body.events ?? []).map(({ type }: { type: string }) => type)).toEqual([
      'OAuthClientDeleted',
      'OAuthClientSecretRotated',
      'OAuthClientPasswordChanged',
      'OAuthClientRegistered',
    ]);
    expect(text).toContain('admin key');
    const { text: events } = await admin.get(`/tenants/${tenant.slug}/events?limit=100`);
    for (const hash of ['scrypt', 'sha256']) for (const shown of [text, events]) expect(shown).not.toContain(hash);
  });
});
