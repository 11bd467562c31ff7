import { type Access, ADMIN_CASES, ROLES } from '../support/isolation/admin-cases.js';
import {
  nowhereLike,
  type Place,
  placeOf,
  UNDISCLOSED,
  visible,
  withHold,
  withOAuthClient,
} from '../support/isolation/place.js';
import type { Sent } from '../support/isolation/scim-cases.js';
import type { Answer } from '../support/http-client.js';
import { standalone } from '../support/standalone.js';
import { ADMIN_KEY, startGateway, type TestGateway } from '../support/start-gateway.js';

type Role = (typeof ROLES)[number];

/** Every route behind an admin’s key, under every role, against a table of who may; and what one tenant’s admin can learn of another. */
describe('isolation of admins', () => {
  let gateway: TestGateway;
  let home: Place;
  let elsewhere: Place;
  let nowhere: Place;
  /** Keys of those who read and change nothing that another case needs. */
  let keys: Record<'operator' | 'tenant admin' | 'auditor' | 'auditor of it', string>;
  let strangers: Record<string, string>;

  const call = async (method: string, path: string, body?: object) => {
    const answer = await gateway.admin(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body as { id: string; key: string; token: string };
  };
  const appoint = async (role: string, tenants?: string[]) =>
    (await call('POST', '/admins', { name: 'Kim', role, ...(tenants && { tenants }) })).key;

  beforeAll(async () => {
    gateway = await startGateway({ compose: standalone() });
    home = await withOAuthClient(gateway, await placeOf(await gateway.newTenant({ slug: 'at-home' })));
    elsewhere = await placeOf(await gateway.newTenant({ slug: 'abroad' }), UNDISCLOSED);
    elsewhere = await withHold(gateway, await withOAuthClient(gateway, elsewhere, UNDISCLOSED));
    nowhere = nowhereLike(elsewhere, 'abrode');
    keys = {
      operator: await appoint('operator'),
      'tenant admin': await appoint('tenant-admin', [home.slug]),
      auditor: await appoint('auditor'),
      'auditor of it': await appoint('auditor', [home.slug]),
    };
    const [revoked, replaced] = [
      await call('POST', '/admins', { name: 'Kim', role: 'operator' }),
      await call('POST', '/admins', { name: 'Kim', role: 'operator' }),
    ];
    await call('DELETE', `/admins/${revoked.id}`);
    await call('POST', `/admins/${replaced.id}/key`, {});
    strangers = {
      'a key that was never issued': `Bearer ${nowhere.token}`,
      'a tenant’s token': `Bearer ${home.token}`,
      'another tenant’s token': `Bearer ${elsewhere.token}`,
      'a revoked admin’s key': `Bearer ${revoked.key}`,
      'a key that was replaced': `Bearer ${replaced.key}`,
      'less of the admin key': `Bearer ${ADMIN_KEY.slice(0, -1)}`,
      'more of the admin key': `Bearer ${ADMIN_KEY}x`,
      'the admin key in other letters': `Bearer ${ADMIN_KEY.toUpperCase()}`,
    };
    for (const slug of [home.slug, elsewhere.slug]) await call('POST', `/tenants/${slug}/products/define/enable`);
    // Products hear of people from their topics.
    for (const [product, slug] of ['wellness', 'hr-assistant', 'define'].flatMap((one) => [
      [one, home.slug],
      [one, elsewhere.slug],
    ])) {
      const target = `/${product}/people?tenant=${slug}`;
      for (let people: unknown[] = []; people.length < 2;) {
        const { body } = await gateway.http.send({ method: 'GET', target, headers: bearer(ADMIN_KEY) });
        ({ people } = body as { people: unknown[] });
      }
    }
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const ask = (method: string, { path, body, headers = {} }: Sent, authorization?: string) =>
    gateway.http.send({
      method,
      target: path,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  /** The answer, which must have changed nothing. */
  const askInVain = async (...request: Parameters<typeof ask>): Promise<Answer> => {
    const before = await gateway.store.lastPosition();
    const answer = await ask(...request);
    expect((await gateway.eventsAfter(before)).map(({ type }) => type)).toEqual([]);
    expect(answer.text).not.toContain(UNDISCLOSED);
    return answer;
  };
  /** A tenant that may come to harm, and somebody in the role who may see it. */
  const spare = async (role: Role, route: string): Promise<{ at: Place; key: string }> => {
    const sketch = { ...home, ...(await sketchOf()) };
    const at = await furnished(sketch, route);
    const ofIt = role === 'tenant admin' || role === 'auditor of it';
    return {
      at,
      key: ofIt
        ? await appoint(role === 'tenant admin' ? 'tenant-admin' : 'auditor', [at.slug])
        : keys[role as 'operator'],
    };
  };
  const furnished = async (sketch: Place, route: string): Promise<Place> => {
    if (route.includes('/:clientId')) return withOAuthClient(gateway, sketch);
    return route.includes('/:holdId') ? withHold(gateway, sketch) : sketch;
  };
  const sketchOf = async () => {
    const { slug, token, ids } = await gateway.newTenant();
    const { id: adminId } = await call('POST', '/admins', { name: 'Kim', role: 'tenant-admin', tenants: [slug] });
    return { slug, token, ...ids, adminId };
  };

  describe.each(Object.entries(ADMIN_CASES))('%s', (route, { may, send, probes = {} }) => {
    const [method = ''] = route.split(' ');
    const columns = may.split(/\s+/) as Access[];
    const access = (role: Role): Access => columns[ROLES.indexOf(role)]!;

    it('says who may, for every role', () => {
      expect(columns).toHaveLength(ROLES.length);
      for (const word of columns) expect(['yes', 'no', 'hidden']).toContain(word);
    });

    it.each(ROLES.slice(0, -1).map((role) => [role, access(role)]))('%s: %s', async (role, expected) => {
      const isRead = method === 'GET';
      if (expected === 'yes') {
        const { at, key } = isRead ? { at: home, key: keys[role as keyof typeof keys] } : await spare(role, route);
        const { status, text } = await ask(method, send(at), `Bearer ${key}`);
        expect({ isDone: status >= 200 && status < 300, status, text }).toMatchObject({ isDone: true });
        return;
      }
      const key = keys[role as keyof typeof keys];
      const { status } = await askInVain(method, send(home), `Bearer ${key}`);
      expect(status).toBe(403);
    });

    it(`admins of another: ${access('admins of another')}`, async () => {
      const expected = { yes: 200, no: 403, hidden: 404 }[access('admins of another')];
      for (const key of [keys['tenant admin'], keys['auditor of it']]) {
        const [there, nothing] = [
          visible(await askInVain(method, send(elsewhere), `Bearer ${key}`), elsewhere),
          visible(await askInVain(method, send(nowhere), `Bearer ${key}`), nowhere),
        ];
        expect(there).toEqual(nothing);
        expect(there).toMatchObject({ status: expected });
      }
    });

    it('opens with no other credential, and tells none from another', async () => {
      const none = await askInVain(method, send(home));
      expect(none.status).toBe(401);
      expect(visible(await askInVain(method, send(nowhere)), nowhere)).toEqual(visible(none, home));
      const [[, neverIssued] = ['', '']] = Object.entries(strangers);
      const expected = visible(await askInVain(method, send(home), neverIssued), home);
      expect(expected).toMatchObject({ status: 401 });
      for (const [title, authorization] of Object.entries(strangers)) {
        for (const place of [home, elsewhere, nowhere]) {
          const seen = visible(await askInVain(method, send(place), authorization), place);
          expect([title, place.slug, seen]).toEqual([title, place.slug, expected]);
        }
      }
    });

    for (const [title, [expected, probe]] of Object.entries(probes)) {
      it(`does not tell whether there is ${title}`, async () => {
        const isRead = method === 'GET' || access('auditor of it') === 'yes';
        const readers = isRead ? [keys['tenant admin'], keys['auditor of it']] : [keys['tenant admin']];
        for (const key of readers) {
          const answers: object[] = [];
          for (const there of [elsewhere, nowhere]) {
            const answer = await askInVain(method, probe(there, home), `Bearer ${key}`);
            answers.push(visible(answer, there, home));
          }
          expect(answers[0]).toEqual(answers[1]);
          expect(answers[0]).toMatchObject({ status: expected });
        }
      });
    }
  });
});
