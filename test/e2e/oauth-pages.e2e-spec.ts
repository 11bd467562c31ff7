import type { Answer } from '../support/http-client.js';
import { OAuthTestClient, OKTA_CALLBACK } from '../support/oauth-client.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import type { TenantClient } from '../support/tenant-client.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The pages that an admin of an identity provider sees, as a browser without any rights of its own would try them. */
describe('the sign-in and consent pages', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let okta: OAuthTestClient;

  beforeAll(async () => {
    gateway = await startGateway({ env: { TRUSTED_PROXIES: '1' } });
    // Longer than what chance puts into a signature.
    tenant = await gateway.newTenant({ idp: 'okta', slug: 'acme-hospital' });
    okta = await OAuthTestClient.register(tenant, { userName: 'kim@example.com', password: 'pâss w0rd & "more" <x>' });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const anew = () => new OAuthTestClient(gateway, tenant, okta.client);
  const expectSafe = ({ headers, text }: Answer) => {
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; .*frame-ancestors 'none'/),
    });
    expect(text).not.toMatch(/<script|javascript:| on\w+=/i);
  };
  const interactionOf = (page: Answer) => /name="interaction" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    gateway.http.send({
      method: 'POST',
      target: '/oauth/authorize',
      headers: { ...FORM, ...headers },
      body: new URLSearchParams(fields).toString(),
    });

  it('are framed by nobody, kept nowhere, and run nothing', async () => {
    const client = anew();
    const page = await client.open();
    expectSafe(page);
    const consent = await client.submit(page, { username: okta.client.userName, password: okta.client.password });
    expectSafe(consent);
    expectSafe(await client.open({ redirect_uri: 'https://evil.example.com/' }));
    expectSafe(await client.submit(page, { username: 'x', password: 'y' }));
    expectSafe(await post({}));
  });

  it('name nobody before the sign-in, and say who, what and where to after it', async () => {
    await gateway.admin('PATCH', `/tenants/${tenant.slug}`, { name: 'Acme <b>Hospital</b>' });
    const client = anew();
    const page = await client.open();
    expect(page.text).toContain('Okta');
    for (const name of [tenant.slug, 'Acme', okta.client.userName]) expect(page.text).not.toContain(name);
    const { userName: username, password } = okta.client;
    const { text } = await client.submit(page, { username, password });
    expect(text).toContain('Acme &lt;b&gt;Hospital&lt;/b&gt;');
    for (const told of [username, 'system-admin.okta.com', 'read and search, create, change'])
      expect(text).toContain(told);
    expect(text).not.toMatch(/People<\/b> <span>[^<]*remove/);
  });

  it('do not say which of username and password is wrong, nor let anybody on', async () => {
    const { userName: username, password } = okta.client;
    const faults = [];
    for (const fields of [
      { username, password: 'wrong' },
      { username: 'wrong', password },
      { username: 'wrong', password: 'wrong' },
      { username: username.toUpperCase(), password },
      {},
    ]) {
      const answer = await anew()
        .open()
        .then((page) => submitted(page, fields));
      expect(answer.status).toBe(400);
      expect(answer.text).not.toContain('Allow');
      faults.push(/role="alert"[^>]*>([^<]+)</.exec(answer.text)?.[1]);
    }
    expect(new Set(faults)).toEqual(new Set(['Username or password is not right.']));
  });

  const submitted = (page: Answer, fields: Record<string, string>) => {
    const [cookie = ''] = page.headers['set-cookie'] ?? [];
    return post({ interaction: interactionOf(page), ...fields }, { cookie: cookie.split(';', 1)[0] ?? '' });
  };

  it('send the browser back without a code where the admin cancels', async () => {
    const client = anew();
    const answer = await client.submit(await client.signIn(), { decision: 'cancel' });
    expect(answer.status).toBe(303);
    const back = new URL(String(answer.headers.location));
    expect(back.origin + back.pathname).toBe(OKTA_CALLBACK);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 's-1' });
    expect(back.searchParams.has('code')).toBe(false);
  });

  describe('take no form', () => {
    it('without the cookie of the page, or with another browser’s', async () => {
      const { userName: username, password } = okta.client;
      const page = await anew().open();
      const fields = { interaction: interactionOf(page), username, password };
      for (const cookie of ['', 'rollcall-oauth=x', 'other=1']) {
        const answer = await post(fields, cookie ? { cookie } : {});
        expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
        expect(answer.text).toContain('another window');
      }
    });

    it('of consent before the sign-in, or for another request than was signed in for', async () => {
      const client = anew();
      const page = await client.open();
      const early = await client.submit(page, { decision: 'allow' });
      expect([early.status, early.headers.location]).toEqual([400, undefined]);
      const consent = await client.signIn();
      const more = {
        decision: 'allow',
        redirect_uri: 'https://system-admin.oktapreview.com/admin/app/cpc/e/oauth/callback',
      };
      const back = new URL(String((await client.submit(consent, more)).headers.location));
      expect(back.origin + back.pathname).toBe(OKTA_CALLBACK);
    });

    it('a second time', async () => {
      const client = anew();
      const consent = await client.signIn();
      expect((await client.submit(consent, { decision: 'allow' })).status).toBe(303);
      const again = await client.submit(consent, { decision: 'allow' });
      expect([again.status, again.headers.location]).toEqual([400, undefined]);
    });

    it('of a client that is gone since', async () => {
      const gone = await OAuthTestClient.register(tenant);
      const consent = await gone.signIn();
      await gateway.admin('DELETE', `/tenants/${tenant.slug}/oauth-clients/${gone.client.clientId}`);
      const answer = await gone.submit(consent, { decision: 'allow' });
      expect([answer.status, answer.headers.location]).toEqual([400, undefined]);
    });
  });

  describe('behind a proxy', () => {
    const forwarded = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'scim.example.com',
      'x-forwarded-prefix': '/people',
    };

    it('lead to where the browser is, and keep the cookie to https', async () => {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: okta.client.clientId,
        redirect_uri: OKTA_CALLBACK,
      }).toString();
      const page = await gateway.http.send({ method: 'GET', target: `/oauth/authorize?${query}`, headers: forwarded });
      expect(page.text).toContain('action="/people/oauth/authorize"');
      expect(page.headers['set-cookie']?.[0]).toMatch(
        /^rollcall-oauth=[\w-]{32}; Path=\/people\/oauth; HttpOnly; SameSite=Lax; Secure$/,
      );
      const metadata = await gateway.http.send({
        method: 'GET',
        target: '/.well-known/oauth-authorization-server',
        headers: forwarded,
      });
      expect(metadata.body).toMatchObject({
        issuer: 'https://scim.example.com/people',
        token_endpoint: 'https://scim.example.com/people/oauth/token',
      });
    });
  });

  describe('slow down whoever guesses', () => {
    const guess = async (client: OAuthTestClient, address: string, password = 'wrong') => {
      const page = await client.open();
      const [cookie = ''] = page.headers['set-cookie'] ?? [];
      const headers = { cookie: cookie.split(';', 1)[0] ?? '', 'x-forwarded-for': address };
      const { userName: username } = client.client;
      return post({ interaction: interactionOf(page), username, password }, headers);
    };

    it('from one address at one account, for a while, and lock its owner out nowhere else', async () => {
      const client = await OAuthTestClient.register(tenant);
      const fresh = () => new OAuthTestClient(gateway, tenant, client.client);
      for (let n = 0; n < 10; n++) expect((await guess(fresh(), '198.51.100.1')).status).toBe(400);
      const held = await guess(fresh(), '198.51.100.1', client.client.password);
      expect(held.status).toBe(429);
      expect(Number(held.headers['retry-after'])).toBeGreaterThan(200);
      expect(held.text).toMatch(/Too many attempts. Try again in \d+ minutes./);
      expect((await guess(fresh(), '198.51.100.2', client.client.password)).status).toBe(200);
      expect((await guess(anew(), '198.51.100.1', okta.client.password)).status).toBe(200);
    });

    it('at client secrets from one address, and answer everybody there who has a right one (ADR 0026)', async () => {
      const headers = { 'x-forwarded-for': '192.0.2.7' };
      const neighbour = await OAuthTestClient.register(await gateway.newTenant({ idp: 'okta' }));
      const ask = (client: OAuthTestClient['client']) =>
        new OAuthTestClient(gateway, tenant, client).token({ grant_type: 'client_credentials' }, { headers });
      const wrong = { ...okta.client, clientSecret: 'wrong' };
      const answers = await Promise.all(
        Array.from({ length: 24 }, (_, n) => ask(n % 2 === 0 ? wrong : { ...wrong, clientId: 'nobody' })),
      );
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(20);
      const held = answers.filter(({ status }) => status === 429);
      expect(held).toHaveLength(4);
      for (const answer of held) {
        expect(answer.body).toMatchObject({ error: 'temporarily_unavailable' });
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
      // Nobody has asked with this one before: what is remembered of it does not help.
      const given = await ask(neighbour.client);
      expect(given.status).toBe(200);
      const { access_token: token } = given.body as { access_token: string };
      const { clientId: client_id, clientSecret: client_secret } = neighbour.client;
      const ended = await gateway.http.send({
        method: 'POST',
        target: '/oauth/revoke',
        headers: { ...FORM, ...headers },
        body: new URLSearchParams({ client_id, client_secret, token }).toString(),
      });
      expect(ended.status).toBe(200);
      expect((await ask(okta.client)).status).toBe(200);
      expect((await guess(anew(), '192.0.2.7', okta.client.password)).status).toBe(200);
    });
  });
});
