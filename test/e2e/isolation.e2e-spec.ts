import { ADMIN_CASES } from '../support/isolation/admin-cases.js';
import { nowhereLike, type Place, placeOf, UNDISCLOSED, visible } from '../support/isolation/place.js';
import { PUBLIC_CASES } from '../support/isolation/public-cases.js';
import { SCIM_CASES, type Sent } from '../support/isolation/scim-cases.js';
import type { Answer } from '../support/http-client.js';
import { granted as tokensIn, OAuthTestClient } from '../support/oauth-client.js';
import type { ServedRoute } from '../support/routes.js';
import { standalone } from '../support/standalone.js';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';
import { StoppedClock } from '../support/stopped-clock.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * No tenant learns anything of another, not even that it is there. Each request is made twice: about something that is
 * there elsewhere, and about its twin that is nowhere. Whoever asks must not be able to tell the two answers apart.
 */
describe('isolation of tenants', () => {
  let gateway: TestGateway;
  let routes: readonly ServedRoute[] = [];
  let elsewhere: Place;
  let nowhere: Place;
  /** Credentials that open nothing at another tenant; each is answered like the first, which was never issued. */
  let strangers: Record<string, string>;
  let homes = 0;
  /** Slugs of tenants in every state, none of them ours. */
  let others: Record<string, string>;

  beforeAll(async () => {
    const env = { METRICS_TOKEN: 'what-prometheus-shows' };
    gateway = await startGateway({ env, compose: standalone((served) => (routes = served)) });
    const abroad = await gateway.newTenant({ slug: 'abroad' });
    elsewhere = await placeOf(abroad, UNDISCLOSED);
    nowhere = nowhereLike(elsewhere, 'abrode');
    const [suspended, paused, deleted, cut] = [
      await gateway.newTenant({ slug: 'asleep' }),
      await gateway.newTenant(),
      await gateway.newTenant({ slug: 'ending' }),
      await gateway.newTenant(),
    ];
    const admin = async (method: string, path: string, body?: object) => {
      const answer = await gateway.admin(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.body as { id: string; key: string; token: string };
    };
    const tokens = `/tenants/abroad/connections/${elsewhere.connectionId}/tokens`;
    const issuedEarlier = async () => {
      using clock = new StoppedClock();
      clock.forward(-60_000);
      const token = await admin('POST', tokens, { expiresAt: clock.in(1_000) });
      return token;
    };
    const expired = await issuedEarlier();
    const revoked = await admin('POST', tokens);
    const narrow = await admin('POST', tokens, { scopes: ['get:users'] });
    await admin('DELETE', `/tenants/abroad/tokens/${revoked.id}`);
    await admin('POST', '/tenants/asleep/suspend', {});
    await admin('POST', `/tenants/${paused.slug}/connections/${paused.ids.connectionId}/pause`);
    await admin('DELETE', '/tenants/ending?confirm=ending');
    await admin('DELETE', `/tenants/${cut.slug}/connections/${cut.ids.connectionId}`);
    const [granted, ended] = [await OAuthTestClient.register(abroad), await OAuthTestClient.register(abroad)];
    const accessOf = async (client: OAuthTestClient) =>
      tokensIn(await client.token({ grant_type: 'client_credentials' })).access_token;
    const [access, late] = [await accessOf(granted), await accessOf(ended)];
    await admin('DELETE', `/tenants/abroad/oauth-clients/${ended.client.clientId}`);
    const operator = await admin('POST', '/admins', { name: 'Kim', role: 'operator' });
    strangers = {
      'a token that was never issued': `Bearer ${nowhere.token}`,
      'another tenant’s token': `Bearer ${elsewhere.token}`,
      'another tenant’s token, bare': elsewhere.token,
      'another tenant’s token as a password': `Basic ${Buffer.from(`x:${elsewhere.token}`).toString('base64')}`,
      'another tenant’s token with few scopes': `Bearer ${narrow.token}`,
      'another tenant’s expired token': `Bearer ${expired.token}`,
      'another tenant’s revoked token': `Bearer ${revoked.token}`,
      'another tenant’s access token of OAuth': `Bearer ${access}`,
      'an access token of a client that is gone': `Bearer ${late}`,
      'an access token that was never issued': `Bearer ${access.replace(/.{4}$/, 'none')}`,
      'a suspended tenant’s token': `Bearer ${suspended.token}`,
      'a paused connection’s token': `Bearer ${paused.token}`,
      'a deleted tenant’s token': `Bearer ${deleted.token}`,
      'a deleted connection’s token': `Bearer ${cut.token}`,
      'the admin key': `Bearer ${ADMIN_KEY}`,
      'an operator’s key': `Bearer ${operator.key}`,
    };
    others = { active: 'abroad', suspended: 'asleep', deleted: 'ending' };
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const ask = (method: string, base: string, { path, body, headers = {} }: Sent, authorization?: string) =>
    gateway.http.send({
      method,
      target: base + path,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  /** A GET is asked for with HEAD too. */
  const methodsOf = (route: string): string[] => {
    const [method = ''] = route.split(' ');
    if (method === 'ALL') return METHODS;
    return method === 'GET' ? ['GET', 'HEAD'] : [method];
  };
  const expectNothingDisclosed = ({ text, headers }: Answer) => {
    expect(text).not.toContain(UNDISCLOSED);
    expect(JSON.stringify(headers)).not.toContain(UNDISCLOSED);
  };

  it('is shown for every route that the server answers, and for no other', () => {
    const methodsAt = new Map<string, string[]>();
    for (const { method, path } of routes) methodsAt.set(path, [...(methodsAt.get(path) ?? []), method]);
    const served = [...methodsAt].flatMap(([path, methods]) =>
      methods.length > METHODS.length ? [`ALL ${path}`] : methods.map((method) => `${method} ${path}`),
    );
    const cases = [SCIM_CASES, ADMIN_CASES, PUBLIC_CASES].flatMap((table) => Object.keys(table));
    const missing = served.filter((route) => !cases.includes(route)).map((route) => `${route}: ${remedyFor(route)}`);
    expect(missing).toEqual([]);
    expect(cases.filter((route) => !served.includes(route))).toEqual([]);
    expect(served.length).toBeGreaterThan(55);
  });

  describe.each(Object.entries(SCIM_CASES))('%s', (route, { status, send, isPublic, probes }) => {
    let home: Place;
    /** What is asked about elsewhere is asked at home, what about nowhere at its twin: their histories are the same. */
    let twin: Place;
    beforeAll(async () => {
      const number = String(++homes).padStart(3, '0');
      home = await placeOf(await gateway.newTenant({ slug: `home-a${number}` }));
      twin = await placeOf(await gateway.newTenant({ slug: `home-b${number}` }));
    });
    const own = () => `Bearer ${home.token}`;
    const base = ({ slug }: Pick<Place, 'slug'>) => `/scim/v2/${slug}`;
    /** Answers to a good request at home, with these credentials. */
    const atHome = async (method: string, authorization?: string) =>
      visible(await ask(method, base(home), send(home, home), authorization), home);

    it('opens to no credential of elsewhere, and tells nothing of it', async () => {
      for (const method of methodsOf(route)) {
        const before = await gateway.store.lastPosition();
        const [[, neverIssued] = ['', '']] = Object.entries(strangers);
        const expected = await atHome(method, neverIssued);
        expect(expected).toMatchObject({ status: 401 });
        for (const [title, authorization] of Object.entries(strangers)) {
          expect([title, await atHome(method, authorization)]).toEqual([title, expected]);
        }
        const eventsAt = (slug: string) =>
          gateway.eventsAfter(before).then((all) => all.filter((one) => one.stream.includes(slug)));
        expect(await eventsAt(home.slug)).toEqual([]);
      }
    });

    it('answers at another tenant’s URL as where there is no tenant', async () => {
      for (const method of methodsOf(route)) {
        const atSlug = async (slug: string, authorization?: string) => {
          const at = { ...nowhere, slug };
          const answer = await ask(method, base(at), send(at, home), authorization);
          expectNothingDisclosed(answer);
          return visible(answer, at);
        };
        for (const authorization of [own(), undefined]) {
          const expected = await atSlug(nowhere.slug, authorization);
          expect(expected).toMatchObject({ status: isPublic && !authorization ? 200 : 401 });
          for (const [title, slug] of Object.entries(others)) {
            expect([title, await atSlug(slug, authorization)]).toEqual([title, expected]);
          }
        }
      }
    });

    for (const [title, [expected, probe]] of Object.entries(probes))
      it(`does not tell whether there is ${title}`, async () => {
        for (const method of methodsOf(route)) {
          const before = await gateway.store.lastPosition();
          const answers: object[] = [];
          for (const [there, at] of [
            [elsewhere, home],
            [nowhere, twin],
          ] as const) {
            const answer = await ask(method, base(at), probe(there, at), `Bearer ${at.token}`);
            expectNothingDisclosed(answer);
            answers.push(visible(answer, there, at));
          }
          expect(answers[0]).toEqual(answers[1]);
          expect(answers[0]).toMatchObject({ status: expected });
          const events = await gateway.eventsAfter(before);
          expect(events.filter(({ stream }) => stream.includes(elsewhere.slug)).map(({ type }) => type)).toEqual([]);
        }
      });

    it('is answered at home', async () => {
      const [method = ''] = methodsOf(route);
      expect((await ask(method, base(home), send(home, home), own())).status).toBe(status);
    });
  });

  describe.each(Object.entries(PUBLIC_CASES))('%s', (route, { status, send, probes = {} }) => {
    it('tells everybody the same', async () => {
      for (const method of methodsOf(route)) {
        const expected = visible(await ask(method, '', send(nowhere)), nowhere);
        expect(expected).toMatchObject({ status });
        for (const authorization of Object.values(strangers)) {
          const answer = await ask(method, '', send(nowhere), authorization);
          expectNothingDisclosed(answer);
          expect(visible(answer, nowhere)).toEqual(expected);
        }
      }
    });

    for (const [title, [expected, probe]] of Object.entries(probes))
      it(`does not tell whether there is ${title}`, async () => {
        const [method = ''] = methodsOf(route);
        const answers: object[] = [];
        for (const there of [elsewhere, nowhere]) {
          answers.push(visible(await ask(method, '', probe(there, nowhere)), there));
        }
        expect(answers[0]).toEqual(answers[1]);
        expect(answers[0]).toMatchObject({ status: expected });
      });
  });

  it('lets two tenants have the same names, and each finds its own', async () => {
    const [one, two] = [await gateway.newTenant(), await gateway.newTenant()];
    const shared = { externalId: 'e-1', emails: [{ value: 'ana@example.com' }] };
    const ids = await Promise.all(
      [one, two].map(async (tenant) => (await tenant.createUser('ana', shared)).id as string),
    );
    const groups = await Promise.all(
      [one, two].map(async (tenant) => (await tenant.createGroup('Staff')).id as string),
    );
    for (const [n, tenant] of [one, two].entries()) {
      for (const filter of [
        'userName eq "ANA"',
        'externalId eq "e-1"',
        'emails.value eq "ana@example.com"',
        'userName pr',
      ]) {
        const { body } = await tenant.find('Users', filter);
        expect([filter, (body.Resources as { id: string }[]).map(({ id }) => id)]).toEqual([filter, [ids[n]]]);
      }
      const { body } = await tenant.find('Groups', 'displayName eq "Staff"');
      expect((body.Resources as { id: string }[]).map(({ id }) => id)).toEqual([groups[n]]);
    }
    expect((await one.scim('DELETE', `/Users/${ids[0]}`)).status).toBe(204);
    expect((await two.get(`/Users/${ids[1]}`)).status).toBe(200);
  });
});

/** What the developer of a new route is to do. */
function remedyFor(route: string): string {
  const folder = 'test/support/isolation';
  if (route.includes('/scim/'))
    return `add a row to ${folder}/scim-cases.ts: a good request, and as probes every way to name something of another tenant in it`;
  if (route.includes('/admin/') || route.endsWith('/people'))
    return `add a row to ${folder}/admin-cases.ts: which roles may, a good request, and as probes every way to name something of another tenant in it`;
  return `add a row to ${folder}/public-cases.ts if it is for everybody, or to ${folder}/admin-cases.ts if it asks for an admin’s key`;
}
