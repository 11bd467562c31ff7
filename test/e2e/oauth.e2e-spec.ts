import { ACCESS_TOKENS, CODES, hashToken, LIFETIMES, REFRESH_TOKENS } from '#access';
import { type Document, type ReadModels, ReadModelsUnavailable } from '#read-models';
import { codeChallenge, granted, OAuthTestClient, OKTA_CALLBACK } from '../support/oauth-client.js';
import { gatewayBehind, startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

/** Codes and tokens as an identity provider gets and uses them. */
describe('OAuth 2', () => {
  let gateway: TestGateway;
  let grants: ReadModels;
  let tenant: TenantClient;
  let okta: OAuthTestClient;
  let registeredAt: string;

  beforeAll(async () => {
    gateway = await startGateway({
      compose: gatewayBehind((engines) => {
        ({ grants } = engines);
        return engines;
      }),
    });
    tenant = await gateway.newTenant({ idp: 'okta' });
    okta = await OAuthTestClient.register(tenant);
    registeredAt = gateway.http.origin;
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  /** Changes what is kept of a code or token, as time would. */
  const age = async ({ name: collection }: { name: string }, text: string, changes: object) => {
    const document = await grants.get<Document>(collection, hashToken(text));
    if (!document) throw new Error('nothing is kept of it');
    await grants.write({
      operations: [{ type: 'put', collection, document: { ...document, ...changes } }],
    });
  };
  const past = Date.now() - 1_000;
  const expectError = (answer: Awaited<ReturnType<OAuthTestClient['token']>>, status: number, error: string) => {
    expect({ status: answer.status, body: answer.body }).toEqual({
      status,
      body: { error, error_description: expect.stringMatching(/\S{3}/) },
    });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': expect.stringContaining('json'),
    });
  };

  describe('authorization code (RFC 6749 §4.1)', () => {
    it('goes from sign-in over consent to a token that provisions', async () => {
      const back = await okta.allow({ state: 'a/b+c=' });
      expect(back.origin + back.pathname).toBe(OKTA_CALLBACK);
      expect([...back.searchParams.keys()].sort()).toEqual(['code', 'state']);
      expect(back.searchParams.get('state')).toBe('a/b+c=');
      const answer = await okta.exchange(back.searchParams.get('code') ?? '');
      expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^oat_[A-Za-z0-9]{64}$/),
        token_type: 'Bearer',
        expires_in: expect.any(Number),
        refresh_token: expect.stringMatching(/^ort_[A-Za-z0-9]{64}$/),
        scope: expect.stringContaining('get:users post:users put:users'),
      });
      const { access_token: token, expires_in: seconds } = granted(answer);
      expect(Math.abs(seconds - LIFETIMES.accessToken)).toBeLessThan(60);
      const created = await okta.scim(token, 'POST', '/Users', { userName: 'ana@example.com' });
      expect(created.status).toBe(201);
      expect((await okta.scim(token)).body).toMatchObject({ totalResults: 1 });
      const [event] = (await tenant.events()).filter(({ type }) => type === 'UserProvisioned');
      expect(event?.metadata).toMatchObject({
        connection: tenant.ids.connectionId,
        credential: okta.client.clientId,
        idp: 'okta',
      });
    });

    it('takes client id and secret from the form as well', async () => {
      const body = { grant_type: 'authorization_code', code: await okta.code(), redirect_uri: OKTA_CALLBACK };
      expect((await okta.token(body, { basic: false })).status).toBe(200);
    });

    it.each([
      ['with a query string of the admin’s own', '?scope=offline_access&x=1&'],
      ['with a second question mark behind it', '?scope=offline_access?'],
      ['with a slash at the end', '/?'],
      ['with parameters that have no value', '?prompt=&display&'],
    ])('takes an authorization URL %s', async (_title, query) => {
      const page = await okta.open({}, query);
      expect({ status: page.status, text: page.text }).toMatchObject({
        status: 200,
        text: expect.stringContaining('Sign in'),
      });
      const { userName: username, password } = okta.client;
      const consent = await okta.submit(page, { username, password });
      const back = await okta.submit(consent, { decision: 'allow' });
      const code = new URL(String(back.headers.location)).searchParams.get('code') ?? '';
      expect(granted(await okta.exchange(code)).scope).toContain('get:users');
    });

    it('grants what was asked for of what the client may have', async () => {
      const narrow = await okta.tokens({ scope: 'get:users offline_access delete:users' });
      expect(narrow.scope).toBe('get:users');
      expectScimError(await okta.scim(narrow.access_token, 'POST', '/Users', { userName: 'b' }), 403);
      const back = await okta.open({ scope: 'delete:users' });
      expect(new URL(String(back.headers.location)).searchParams.get('error')).toBe('invalid_scope');
      expect((await okta.tokens({ scope: 'get:users, put:users,openid' })).scope).toBe('get:users put:users');
    });

    it.each([
      ['another host', 'https://evil.example.com/admin/app/cpc/x/oauth/callback'],
      ['another scheme', 'http://system-admin.okta.com/admin/app/cpc/x/oauth/callback'],
      ['a longer path', `${OKTA_CALLBACK}/more`],
      ['a query', `${OKTA_CALLBACK}?x=1`],
      ['two segments for one', 'https://system-admin.okta.com/admin/app/cpc/a/b/oauth/callback'],
      ['a fragment', `${OKTA_CALLBACK}#x`],
      ['a user before the host', 'https://system-admin.okta.com@evil.example.com/admin/app/cpc/x/oauth/callback'],
      ['a script', 'javascript:alert(1)'],
      ['none', undefined],
    ])('sends nobody to a redirect URI with %s', async (_title, uri) => {
      const answer = await okta.open({ redirect_uri: uri });
      expect(answer.status).toBe(400);
      expect(answer.headers).not.toHaveProperty('location');
      expect(answer.text).toContain('redirect_uri');
    });

    it('sends nobody anywhere for a client that is not there', async () => {
      for (const client of [undefined, 'nobody', tenant.ids.connectionId]) {
        const answer = await okta.open({ client_id: client });
        expect(answer.status).toBe(400);
        expect(answer.headers).not.toHaveProperty('location');
      }
    });

    it.each([
      ['unsupported_response_type', { response_type: 'token' }],
      ['invalid_request', { response_type: undefined }],
      ['invalid_request', { code_challenge: 'x', code_challenge_method: 'plain' }],
    ])('tells the provider of %s (RFC 6749 §4.1.2.1)', async (error, more) => {
      const answer = await okta.open(more);
      expect(answer.status).toBe(302);
      const back = new URL(String(answer.headers.location));
      expect(back.origin + back.pathname).toBe(OKTA_CALLBACK);
      expect(Object.fromEntries(back.searchParams)).toMatchObject({ error, state: 's-1' });
    });

    it('is refused its code a second time, and loses what it got for the first', async () => {
      const code = await okta.code();
      const { access_token: token, refresh_token: refresh } = granted(await okta.exchange(code));
      expect((await okta.scim(token)).status).toBe(200);
      expectError(await okta.exchange(code), 400, 'invalid_grant');
      expectError(await okta.refresh(refresh), 400, 'invalid_grant');
      await stops(() => okta.scim(token));
    });

    it('gives one of two that exchange a code at once its tokens, and leaves neither them', async () => {
      const code = await okta.code();
      const answers = await Promise.all([okta.exchange(code), okta.exchange(code)]);
      const won = answers.filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      expectError(await okta.refresh(granted(won[0]!).refresh_token), 400, 'invalid_grant');
    });

    it('is refused with another redirect URI than the code was asked with', async () => {
      const other = 'https://system-admin.oktapreview.com/admin/app/cpc/rollcall_1/oauth/callback';
      expectError(await okta.exchange(await okta.code(), { redirect_uri: other }), 400, 'invalid_request');
    });

    it('is refused an expired code, and one that nobody gave out', async () => {
      const code = await okta.code();
      await age(CODES, code, { expiresAt: past });
      expectError(await okta.exchange(code), 400, 'invalid_grant');
      expectError(await okta.exchange('nonsense'), 400, 'invalid_grant');
    });

    it('is refused the code of another client', async () => {
      const other = await OAuthTestClient.register(await gateway.newTenant({ idp: 'okta' }));
      const code = await okta.code();
      expectError(await other.exchange(code), 400, 'invalid_grant');
      expect((await okta.exchange(code)).status).toBe(200);
    });

    describe('with a code challenge (RFC 7636)', () => {
      it('needs the verifier, and the secret all the same', async () => {
        const { verifier, challenge } = codeChallenge();
        const asked = { code_challenge: challenge, code_challenge_method: 'S256' };
        expectError(await okta.exchange(await okta.code(asked)), 400, 'invalid_grant');
        const wrong = { code_verifier: codeChallenge().verifier };
        expectError(await okta.exchange(await okta.code(asked), wrong), 400, 'invalid_grant');
        const code = await okta.code(asked);
        const withoutSecret = { ...okta.client, clientSecret: '' };
        const body = { grant_type: 'authorization_code', code, redirect_uri: OKTA_CALLBACK, code_verifier: verifier };
        const stranger = new OAuthTestClient(gateway, tenant, withoutSecret);
        expectError(
          await stranger.token({ ...body, client_id: okta.client.clientId }, { basic: false }),
          400,
          'invalid_client',
        );
        expect((await okta.exchange(code, { code_verifier: verifier })).status).toBe(200);
      });
    });
  });

  describe('refresh (RFC 6749 §6)', () => {
    it('gives new tokens, and leaves the old access token until it expires', async () => {
      const first = await okta.tokens();
      const second = granted(await okta.refresh(first.refresh_token, { scope: 'offline_access' }));
      expect(second.refresh_token).not.toBe(first.refresh_token);
      expect(second.scope).toBe(first.scope);
      for (const { access_token: token } of [first, second]) expect((await okta.scim(token)).status).toBe(200);
      expect((await okta.refresh(second.refresh_token)).status).toBe(200);
    });

    it('is for less where less is asked for, and for all again the next time', async () => {
      const first = await okta.tokens();
      const narrow = granted(await okta.refresh(first.refresh_token, { scope: 'get:users' }));
      expect(narrow.scope).toBe('get:users');
      expect(granted(await okta.refresh(narrow.refresh_token)).scope).toBe(first.scope);
      const { refresh_token: few } = await okta.tokens({ scope: 'get:users' });
      expectError(await okta.refresh(few, { scope: 'get:users put:users' }), 400, 'invalid_scope');
    });

    it('slides: each token is good for as long as the first was', async () => {
      const first = await okta.tokens();
      const nearEnd = Date.now() + 60_000;
      await age(REFRESH_TOKENS, first.refresh_token, { expiresAt: nearEnd });
      const { refresh_token: next } = granted(await okta.refresh(first.refresh_token));
      const kept = await grants.get<Document & { expiresAt: number }>(REFRESH_TOKENS.name, hashToken(next));
      expect(kept?.expiresAt).toBeGreaterThan(Date.now() + (LIFETIMES.refreshToken - 60) * 1_000);
    });

    it('works again within the grace, for a client that did not get the answer', async () => {
      const { refresh_token: first } = await okta.tokens();
      const second = granted(await okta.refresh(first));
      await age(REFRESH_TOKENS, first, { usedAt: Date.now() - (LIFETIMES.refreshGrace - 60) * 1_000 });
      const again = granted(await okta.refresh(first));
      for (const { access_token: token, refresh_token: refresh } of [second, again]) {
        expect((await okta.scim(token)).status).toBe(200);
        expect((await okta.refresh(refresh)).status).toBe(200);
      }
    });

    it('after the grace ends everything that came of it (RFC 9700 §4.14.2)', async () => {
      const { refresh_token: first } = await okta.tokens();
      const second = granted(await okta.refresh(first));
      await age(REFRESH_TOKENS, first, { usedAt: Date.now() - (LIFETIMES.refreshGrace + 1) * 1_000 });
      expectError(await okta.refresh(first), 400, 'invalid_grant');
      expectError(await okta.refresh(second.refresh_token), 400, 'invalid_grant');
      await stops(() => okta.scim(second.access_token));
    });

    it('is refused to an expired token, to another client, and to an access token', async () => {
      const tokens = await okta.tokens();
      const other = await OAuthTestClient.register(tenant);
      expectError(await other.refresh(tokens.refresh_token), 400, 'invalid_grant');
      expectError(await okta.refresh(tokens.access_token), 400, 'invalid_grant');
      await age(REFRESH_TOKENS, tokens.refresh_token, { expiresAt: past });
      expectError(await okta.refresh(tokens.refresh_token), 400, 'invalid_grant');
    });
  });

  describe('client credentials (RFC 6749 §4.4)', () => {
    it.each([true, false])('give a token without a refresh token; Basic: %s', async (basic) => {
      const answer = await okta.token({ grant_type: 'client_credentials', scope: 'get:users' }, { basic });
      expect(answer.body).toEqual({
        access_token: expect.stringMatching(/^oat_/),
        token_type: 'Bearer',
        expires_in: expect.any(Number),
        scope: 'get:users',
      });
      expect((await okta.scim(granted(answer).access_token)).status).toBe(200);
    });

    it('give everything the client may do where nothing of ours is asked for', async () => {
      const scope = 'https://example.com/.default';
      const answer = granted(await okta.token({ grant_type: 'client_credentials', scope }));
      expect(answer.scope.split(' ')).toEqual(expect.arrayContaining(['get:users', 'put:users', 'delete:groups']));
    });

    it('take scopes between commas, as PingFederate sends them', async () => {
      const scope = 'get:users, post:users, put:users';
      const answer = granted(await okta.token({ grant_type: 'client_credentials', scope }));
      expect(answer.scope).toBe('get:users post:users put:users');
    });

    it('give one client a hundred tokens at once, and then one a second', async () => {
      const greedy = await OAuthTestClient.register(await gateway.newTenant({ idp: 'okta' }));
      const guess = new OAuthTestClient(gateway, greedy.tenant, { ...greedy.client, clientSecret: 'no' });
      await guess.token({ grant_type: 'client_credentials' });
      const begun = performance.now();
      const answers = await Promise.all(
        Array.from({ length: 150 }, () => greedy.token({ grant_type: 'client_credentials' })),
      );
      const seconds = Math.ceil((performance.now() - begun) / 1_000);
      const given = answers.filter(({ status }) => status === 200).length;
      expect(given).toBeGreaterThanOrEqual(100);
      expect(given).toBeLessThanOrEqual(100 + seconds);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(refused).toHaveLength(150 - given);
      for (const answer of refused) {
        expectError(answer, 429, 'temporarily_unavailable');
        expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      }
      expect((await okta.token({ grant_type: 'client_credentials' })).status).toBe(200);
    });

    it('give nothing for scopes that are none of ours, and say which there are (RFC 6749 §5.2)', async () => {
      const answer = await okta.token({ grant_type: 'client_credentials', scope: 'get:user,write:users' });
      expectError(answer, 400, 'invalid_scope');
      expect(answer.body).toMatchObject({ error_description: expect.stringContaining('get:users') });
      expect(answer.body).not.toHaveProperty('access_token');
    });
  });

  describe('at the token endpoint', () => {
    it('a wrong client is told so, and how to authenticate (RFC 6749 §5.2)', async () => {
      const wrong = new OAuthTestClient(gateway, tenant, { ...okta.client, clientSecret: 'no' });
      const answer = await wrong.token({ grant_type: 'client_credentials' });
      expectError(answer, 401, 'invalid_client');
      expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
      const unknown = new OAuthTestClient(gateway, tenant, { ...okta.client, clientId: 'nobody' });
      expect((await unknown.token({ grant_type: 'client_credentials' })).body).toEqual(answer.body);
      expectError(await wrong.token({ grant_type: 'client_credentials' }, { basic: false }), 400, 'invalid_client');
    });

    it('says that something is away without saying what, and when to come again', async () => {
      const write = grants.write.bind(grants);
      grants.write = () => Promise.reject(new ReadModelsUnavailable('mongodb://somewhere cannot be reached'));
      try {
        const answer = await okta.token({ grant_type: 'client_credentials' });
        expectError(answer, 503, 'temporarily_unavailable');
        expect(answer.headers['retry-after']).toBe('5');
        expect(answer.text).not.toContain('mongodb');
      } finally {
        grants.write = write;
      }
    });

    it.each([
      ['unsupported_grant_type', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code' }],
      ['unauthorized_client', { grant_type: 'password', username: 'a', password: 'b' }],
      ['invalid_request', {}],
      ['invalid_request', { grant_type: 'authorization_code' }],
      ['invalid_request', { grant_type: 'refresh_token' }],
    ])('%s is answered to %j', async (error, body) => {
      expectError(await okta.token(body), 400, error);
    });

    it('JSON, a parameter that comes twice and endless forms are refused', async () => {
      const json = await okta.token(
        { grant_type: 'client_credentials' },
        { headers: { 'content-type': 'application/json' } },
      );
      expect(json.status).toBe(400);
      const twice = '/oauth/token';
      const send = (body: string) =>
        gateway.http.send({
          method: 'POST',
          target: twice,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body,
        });
      expectError(await send('grant_type=client_credentials&grant_type=refresh_token'), 400, 'invalid_request');
      expectError(await send(`grant_type=${'x'.repeat(10_000)}`), 413, 'invalid_request');
    });
  });

  describe('an access token', () => {
    it('is no token of another tenant', async () => {
      const { access_token: token } = await okta.tokens();
      const other = await gateway.newTenant({ idp: 'okta' });
      expectScimError(await other.get('/Users', { authorization: `Bearer ${token}` }), 401);
    });

    it('says that it has expired', async () => {
      const { access_token: token } = await okta.tokens();
      await age(ACCESS_TOKENS, token, { expiresAt: past });
      const answer = await okta.scim(token);
      expectScimError(answer, 401);
      expect(answer.body.detail).toMatch(/access token has expired.*\/oauth\/token/);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="scim", error="invalid_token"');
      expect((await tenant.events()).map(({ type }) => type)).not.toContain('CredentialExpired');
    });

    it('that has expired is told so a hundred times at once, and then is one too many; others are not', async () => {
      const at = await OAuthTestClient.register(await gateway.newTenant({ idp: 'okta' }));
      const [{ access_token: old }, { access_token: good }] = [await at.tokens(), await at.tokens()];
      await age(ACCESS_TOKENS, old, { expiresAt: past });
      const begun = performance.now();
      const answers = await Promise.all(Array.from({ length: 150 }, () => at.scim(old)));
      const seconds = Math.ceil((performance.now() - begun) / 1_000);
      const told = answers.filter(({ status }) => status === 401).length;
      expect(told).toBeGreaterThanOrEqual(100);
      expect(told).toBeLessThanOrEqual(100 + 2 * seconds);
      const refused = answers.filter(({ status }) => status !== 401);
      expect(refused).toHaveLength(150 - told);
      for (const answer of refused) {
        expectScimError(answer, 429);
        expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
      }
      expect((await at.scim(good)).status).toBe(200);
    });

    it('is held back like a bearer token while its connection is paused or its tenant suspended', async () => {
      const at = await OAuthTestClient.register(await gateway.newTenant({ idp: 'okta' }));
      const { slug, ids } = at.tenant;
      const { access_token: token } = await at.tokens();
      await gateway.admin('POST', `/tenants/${slug}/connections/${ids.connectionId}/pause`);
      expect((await at.scim(token)).status).toBe(503);
      await gateway.admin('POST', `/tenants/${slug}/connections/${ids.connectionId}/resume`);
      await gateway.admin('POST', `/tenants/${slug}/suspend`, {});
      expect((await at.scim(token)).status).toBe(403);
      await gateway.admin('POST', `/tenants/${slug}/resume`);
      expect((await at.scim(token)).status).toBe(200);
    });

    it('survives a restart, as do refresh tokens', async () => {
      const tokens = await okta.tokens();
      await gateway.restart();
      expect((await okta.scim(tokens.access_token)).status).toBe(200);
      expect((await okta.refresh(tokens.refresh_token)).status).toBe(200);
    });

    it('leaves nothing behind that opens anything: hashes are kept alone', async () => {
      const tokens = await okta.tokens();
      const kept = await Promise.all(
        [CODES, ACCESS_TOKENS, REFRESH_TOKENS].map(({ name }) => grants.find(name, { filter: {} })),
      );
      const text = JSON.stringify([kept, await gateway.eventsAfter(undefined)], (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      );
      const secrets = [tokens.access_token, tokens.refresh_token, okta.client.clientSecret, okta.client.password];
      for (const secret of secrets) expect(text).not.toContain(secret);
      expect(text).toContain(hashToken(tokens.access_token));
    });
  });

  describe('revocation (RFC 7009)', () => {
    it('ends an access token, and leaves its grant', async () => {
      const tokens = await okta.tokens();
      expect((await okta.scim(tokens.access_token)).status).toBe(200);
      const answer = await okta.revoke(tokens.access_token);
      expect([answer.status, answer.text]).toEqual([200, '']);
      expectScimError(await okta.scim(tokens.access_token), 401);
      expect((await okta.refresh(tokens.refresh_token)).status).toBe(200);
    });

    it('ends everything along with a refresh token', async () => {
      const first = await okta.tokens();
      const second = granted(await okta.refresh(first.refresh_token));
      expect((await okta.revoke(second.refresh_token)).status).toBe(200);
      expectError(await okta.refresh(second.refresh_token), 400, 'invalid_grant');
      await stops(() => okta.scim(first.access_token));
      await stops(() => okta.scim(second.access_token));
    });

    it('takes no notice of what is no token, or another client’s', async () => {
      const tokens = await okta.tokens();
      const other = await OAuthTestClient.register(tenant);
      for (const token of ['nonsense', tokens.access_token, tokens.refresh_token]) {
        expect((await other.revoke(token)).status).toBe(200);
      }
      expect((await okta.scim(tokens.access_token)).status).toBe(200);
      expect((await okta.refresh(tokens.refresh_token)).status).toBe(200);
      const wrong = new OAuthTestClient(gateway, tenant, { ...okta.client, clientSecret: 'no' });
      expectError(await wrong.revoke(tokens.access_token), 401, 'invalid_client');
    });
  });

  it('describes itself (RFC 8414), the same for every tenant', async () => {
    const { origin } = gateway.http;
    const answer = await gateway.http.send({ method: 'GET', target: '/.well-known/oauth-authorization-server' });
    expect(answer.body).toMatchObject({
      issuer: origin,
      authorization_endpoint: `${origin}/oauth/authorize`,
      token_endpoint: `${origin}/oauth/token`,
      revocation_endpoint: `${origin}/oauth/revoke`,
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    });
    expect(okta.client).toMatchObject({
      authorizationEndpoint: `${registeredAt}/oauth/authorize`,
      tokenEndpoint: `${registeredAt}/oauth/token`,
    });
  });
});

/** Resolves once it opens nothing any more; how soon that is, is for the spec of who knows it, in libs/access. */
async function stops(ask: () => Promise<{ status: number }>): Promise<void> {
  while ((await ask()).status !== 401);
}
