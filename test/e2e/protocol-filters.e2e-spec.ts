import type { EventStore } from '#event-store';
import { gatewayBehind, startGateway, type TestGateway } from '../support/start-gateway.js';
import { SteppingClock } from '../support/stepping-clock.js';
import { ENTERPRISE, expectScimError, type TenantClient } from '../support/tenant-client.js';

/** RFC 7644 §3.4.2.2 and §3.9, rule by rule where readers of the RFC go wrong. */
describe('filters', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  /** Streams that were read from the log. */
  let read: string[] = [];

  beforeAll(async () => {
    const noting = (store: EventStore): EventStore =>
      new Proxy(store, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          return (...parameters: unknown[]): unknown => {
            if (String(name).startsWith('read') && typeof parameters[0] === 'string') read.push(parameters[0]);
            return (member as (...all: unknown[]) => unknown).apply(target, parameters);
          };
        },
      });
    gateway = await startGateway({
      compose: gatewayBehind((engines) => ({ store: noting(engines.store), readModels: engines.readModels })),
    });
    tenant = await gateway.newTenant();
    const people: [string, object][] = [
      [
        'ana',
        {
          title: 'Say "hé"',
          externalId: 'Ab',
          name: { familyName: 'Lee' },
          emails: [
            { value: 'a@x.io', type: 'work', primary: true },
            { value: 'ana@home.io', type: 'home' },
          ],
        },
      ],
      ['bo', { title: 'Nurse', externalId: 'ab', active: false, emails: [{ value: 'bo@x.io', type: 'home' }] }],
      ['cem', { [ENTERPRISE]: { manager: { value: 'm1' } } }],
    ];
    for (const [name, attributes] of people) await tenant.createUser(name, attributes);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const names = (body: { Resources: { userName: string }[] }) => body.Resources.map(({ userName }) => userName);

  it.each<[string, string, string[]]>([
    ['C2.1', 'NOT (Title PR) aNd ACTIVE Eq true', ['cem']],
    ['C2.2', 'not (title pr) or title eq "nurse" and active eq true', ['cem']],
    ['C2.3', 'title eq "say \\"h\\u00E9\\""', ['ana']],
    ['C2.3', 'externalId eq "Ab"', ['ana']],
    ['C2.4', 'title ne null', ['ana', 'bo']],
    ['C2.4', 'title eq null', ['cem']],
    ['C2.4', 'title eq ""', ['cem']],
    ['C2.4', 'emails pr', ['ana', 'bo']],
    ['C2.4', 'emails eq null', ['cem']],
    ['C2.4', 'name pr', ['ana']],
    ['C2.4', 'not (externalId pr)', ['cem']],
    ['C2.5', 'emails.type eq "home" and emails.value eq "a@x.io"', ['ana']],
    ['C2.5', 'emails[type eq "home" and value eq "a@x.io"]', []],
    ['C2.5', 'emails sw "bo"', ['bo']],
    ['C2.6', 'emails.type ne "work"', ['bo', 'cem']],
    ['C2.7', 'emails[not (type eq "work")] and active eq true', ['ana']],
    ['C2.7', 'not (emails[type eq "work"])', ['bo', 'cem']],
    ['C2.7', 'emails[type eq "work"].value eq "A@X.io"', ['ana']],
    ['C2.7', 'emails[type eq "home"].value eq "a@x.io"', []],
    ['C2.7', 'emails[primary eq "True"].value sw "a"', ['ana']],
    ['C2.8', 'userName ge "bo" and userName lt "CEM"', ['bo']],
    ['C2.9', 'externalId eq "AB"', []],
    ['C2.9', 'active eq "False"', ['bo']],
    ['C2.9', `${ENTERPRISE}:manager eq "m1"`, ['cem']],
    ['C2.10', 'nothingLikeIt ne "x"', []],
    ['C2.10', 'not (nothingLikeIt eq "x")', ['ana', 'bo', 'cem']],
  ])('%s: %s', async (_rule, filter, expected) => {
    const { status, body } = await tenant.find('Users', filter);
    expect({ status, names: names(body) }).toEqual({ status: 200, names: expected });
    expect(body.totalResults).toBe(expected.length);
  });

  it.each<[string, string]>([
    ['C2.2 not without parentheses', 'not title pr'],
    ['C2.1 a keyword of JSON in another case', 'active eq tRuE'],
    ['C2.3 an unquoted word', 'userName eq ana'],
    ['C2.3 a broken escape', 'userName eq "\\x"'],
    ['C2.7 brackets in brackets', 'emails[type[value eq "x"]]'],
    ['C2.8 an order of booleans', 'active gt true'],
    ['C2.8 an order of what is binary', 'x509Certificates.value gt "x"'],
    ['C2.8 a date that is none', 'meta.created gt "soon"'],
    ['C2.10 an unknown operator', 'userName like "x"'],
    ['C2.10 an open bracket', '(userName eq "x"'],
    ['C2.10 a closed bracket', 'userName eq "x")'],
    ['C2.10 too deep', `${'('.repeat(60)}title pr${')'.repeat(60)}`],
    ['C2.10 too long', Array.from({ length: 300 }, () => 'title pr').join(' or ')],
  ])('400 invalidFilter: %s', async (_rule, filter) =>
    expectScimError(await tenant.find('Users', filter), 400, 'invalidFilter'),
  );

  it('C2.3: takes an unquoted word from Entra ID alone, behind eq', async () => {
    const entra = await gateway.newTenant({ idp: 'entra-id' });
    await entra.createUser('ana', { externalId: 'alee' });
    expect(names((await entra.find('Users', 'externalId eq alee')).body)).toEqual(['ana']);
    expectScimError(await entra.find('Users', 'externalId sw alee'), 400, 'invalidFilter');
    const okta = await gateway.newTenant({ idp: 'okta' });
    expectScimError(await okta.find('Users', 'externalId eq alee'), 400, 'invalidFilter');
  });

  it.each(['password eq "x"', 'PASSWORD pr', 'not (password sw "a") and userName pr', 'password[value eq "x"]'])(
    'C2.11: 400 sensitive, whatever is asked of a password (§7.5.2): %s',
    async (filter) => expectScimError(await tenant.find('Users', filter), 400, 'sensitive'),
  );

  it('takes the first of a parameter that comes twice', async () => {
    const query = 'filter=title%20pr&filter=userName%20eq%20%22cem%22&count=1&count=9&sortBy=userName&sortBy=title';
    const { body } = await tenant.get(`/Users?${query}&attributes=userName&attributes=title`);
    expect(body).toMatchObject({ totalResults: 2, itemsPerPage: 1 });
    expect(Object.keys(body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName']);
  });

  it('C4.4: excludedAttributes=members does not load them', async () => {
    const { id } = await tenant.createUser('member');
    for (const name of ['g1', 'g2']) await tenant.createGroup(name, [id as string]);
    await gateway.restart();
    const groupsRead = async (path: string): Promise<number> => {
      read = [];
      expect((await tenant.get(path)).body.totalResults).toBeGreaterThanOrEqual(2);
      return read.filter((stream) => stream.startsWith('group-')).length;
    };
    for (const path of ['/Groups', '/Groups?count=5&cursor=', '/Groups?filter=displayName%20pr', '/']) {
      const more = path.includes('?') ? '&' : '?';
      expect(await groupsRead(`${path}${more}excludedAttributes=members`)).toBe(0);
      expect(await groupsRead(`${path}${more}attributes=displayName`)).toBe(0);
    }
    expect(await groupsRead('/Groups')).toBe(2);
  });
});

/** RFC 7644 §3.12, `tooMany`: a search that no index answers is bounded. */
describe('searches that look at everybody', () => {
  it('end with 400 tooMany, telling what to do; what indexes answer has no such bound', async () => {
    await using gateway = await startGateway({ env: { LIST_SEARCH_MS: '1' } });
    const tenant = await gateway.newTenant();
    const names = Array.from({ length: 500 }, (_, n) => `user-${n}`);
    for (let at = 0; at < names.length; at += 50) {
      const portion = names.slice(at, at + 50);
      await Promise.all(portion.map((name) => tenant.createUser(name, { title: 'x'.repeat(300), nickName: name })));
    }
    {
      // The time of every search is up at once.
      using _clock = new SteppingClock(1);
      const filter = encodeURIComponent('title co "nobody" and not (nickName eq "x")');
      for (const path of [`/Users?filter=${filter}`, `?filter=${filter}`, `/Users?filter=${filter}&cursor=`]) {
        const refused = await tenant.get(path);
        expectScimError(refused, 400, 'tooMany');
        expect(refused.body.detail).toMatch(
          /title, nickName are not indexed.*userName, externalId, emails\.value.*LIST_SEARCH_MS/,
        );
      }
      const sorted = await tenant.get('/Users?sortBy=nickName');
      expectScimError(sorted, 400, 'tooMany');
      expect(sorted.body.detail).toContain('nickName is not indexed');
    }

    // Of one person at most: even that takes longer than a search may, where the machine stands still meanwhile.
    using _clock = new SteppingClock(0);
    const answered = [
      'userName co "user-49"',
      'not (externalId pr)',
      'userName eq "user-7" and nickName eq "user-7"',
      'userName ew "9" or id eq "x"',
    ];
    for (const one of answered) expect((await tenant.find('Users', one)).status).toBe(200);
    const page = await tenant.get('/Users?sortBy=userName&sortOrder=descending&count=3');
    expect(page.body.Resources).toHaveLength(3);
  });
});
