import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, LIST, type TenantClient } from '../support/tenant-client.js';

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** RFC 7644 §3.4.3 (POST .search), §3.4.2.1 (all resource types), §3.11 (/Me). */
describe('searches', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    gateway = await startGateway({ env: { MAX_PAGE_SIZE: '50', DEFAULT_PAGE_SIZE: '20' } });
    tenant = await gateway.newTenant();
    const people: [string, object][] = [
      ['ana', { displayName: 'Mona', externalId: 'x', title: 'Nurse', emails: [{ value: 'a@x.io', type: 'work' }] }],
      ['Bo', { displayName: 'alpha', title: 'Doctor', [ENTERPRISE]: { department: 'Care' } }],
      ['cem', { externalId: 'y', active: false }],
    ];
    for (const [name, attributes] of people) ids[name] = (await tenant.createUser(name, attributes)).id;
    ids['Zeta'] = (await tenant.createGroup('Zeta', [ids['ana']!])).id;
    ids['Beta'] = (await tenant.createGroup('Beta')).id;
    const other = await gateway.newTenant();
    await other.createUser('stranger', { externalId: 'x', displayName: 'Beta' });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const search = (path: string, body: object) => tenant.scim('POST', `${path}/.search`, body);
  type Shown = { Resources: { userName?: string; displayName?: string; meta?: { resourceType: string } }[] };
  const names = (body: Shown) => body.Resources.map(({ userName, displayName }) => userName ?? displayName);

  describe('POST .search', () => {
    it.each<[string, Record<string, string | number>]>([
      ['/Users', { filter: 'title pr', sortBy: 'userName', sortOrder: 'descending', startIndex: 2, count: 1 }],
      ['/Users', { filter: 'userName eq "ANA"', attributes: 'userName,emails.value' }],
      ['/Users', { count: 0 }],
      ['/Users', { excludedAttributes: 'meta,emails' }],
      ['/Groups', { filter: 'displayName co "ETA"', sortBy: 'displayName', excludedAttributes: 'members' }],
      ['', { filter: 'externalId pr or displayName pr', sortBy: 'displayName', count: 3 }],
      ['', {}],
    ])('answers as GET does: %s %j', async (path, parameters) => {
      const query = new URLSearchParams(
        Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
      );
      const { attributes, excludedAttributes, ...rest } = parameters;
      const lists = Object.entries({ attributes, excludedAttributes })
        .filter(([, list]) => list !== undefined)
        .map(([name, list]) => [name, String(list).split(',')] as const);
      const [got, posted] = [
        await tenant.get(`${path}?${query.toString()}`),
        await search(path, { schemas: [SEARCH], ...rest, ...Object.fromEntries(lists) }),
      ];
      expect(got.status).toBe(200);
      expect({ status: posted.status, body: posted.body }).toEqual({ status: 200, body: got.body });
      expect(posted.headers['content-type']).toMatch(/^application\/scim\+json/);
    });

    it('takes what clients send beside the RFC: other schemas, none, null, numbers as text, names in any case', async () => {
      const given = { Filter: 'title pr', COUNT: '1', startindex: ' 2 ', sortBy: null, attributes: 'userName, title' };
      const { status, body } = await search('/Users', { schemas: ['urn:other'], ...given, whatever: {} });
      expect(status).toBe(200);
      expect(body).toMatchObject({ totalResults: 2, startIndex: 2, itemsPerPage: 1 });
      expect(Object.keys(body.Resources[0]).sort()).toEqual(['id', 'schemas', 'title', 'userName']);
    });

    it.each<[string, unknown, string]>([
      ['startIndex', { startIndex: 'two' }, 'invalidValue'],
      ['count', { count: 1.5 }, 'invalidValue'],
      ['count', { count: [1] }, 'invalidValue'],
      ['filter', { filter: { userName: 'x' } }, 'invalidFilter'],
      ['filter', { filter: '' }, 'invalidFilter'],
      ['filter', { filter: { title: [{ constructor: ' ' }] } }, 'invalidFilter'],
      ['attributes', { attributes: [1] }, 'invalidValue'],
      ['excludedAttributes', { attributes: ['title'], excludedAttributes: ['emails'] }, 'invalidValue'],
      ['sortOrder', { sortBy: 'title', sortOrder: 'up' }, 'invalidValue'],
      ['sortBy', { sortBy: 7 }, 'invalidValue'],
      ['cursor', { cursor: 7 }, 'invalidCursor'],
      ['object', [], 'invalidSyntax'],
      ['object', 'x', 'invalidSyntax'],
      ['object', undefined, 'invalidSyntax'],
    ])('names the fault: %s in %j', async (name, body, scimType) => {
      for (const path of ['/Users', '/Groups', '']) {
        const answer = await tenant.scim('POST', `${path}/.search`, body);
        expectScimError(answer, 400, scimType);
        expect(answer.body.detail).toContain(name);
      }
    });

    it('needs a token, and is POST only', async () => {
      for (const path of ['/Users/.search', '/Groups/.search', '/.search', '/', '']) {
        const method = path.endsWith('search') ? 'POST' : 'GET';
        expectScimError(await tenant.scim(method, path, undefined, { authorization: null }), 401);
      }
      const options = await tenant.scim('OPTIONS', '/.search');
      expect([options.status, options.headers['allow']]).toEqual([204, 'POST, OPTIONS']);
      // RFC 7644 §3.4.3 has POST alone; the word is no id that a GET could find nothing under.
      for (const path of ['/.search', '/Users/.search', '/Groups/.search', '/Users/.search?filter=x']) {
        for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
          const wrong = await tenant.scim(method, path, method.startsWith('P') ? {} : undefined);
          expect({ method, path, status: wrong.status }).toEqual({ method, path, status: 405 });
          if (method !== 'HEAD') expectScimError(wrong, 405);
          expect(wrong.headers['allow']).toBe('POST, OPTIONS');
        }
      }
    });
  });

  describe('over all resource types (§3.4.2.1)', () => {
    const find = (filter: string, more = '') => tenant.get(`?filter=${encodeURIComponent(filter)}${more}`);

    it.each<[string, string[]]>([
      ['meta.resourceType eq "User"', ['ana', 'Bo', 'cem']],
      ['meta.resourceType eq "Group"', ['Zeta', 'Beta']],
      ['meta.resourceType ne "Group" and active eq true', ['ana', 'Bo']],
      ['externalId eq "x"', ['ana']],
      ['userName eq "BO" or displayName eq "beta"', ['Bo', 'Beta']],
      ['title pr', ['ana', 'Bo']],
      ['not (title pr)', ['cem', 'Zeta', 'Beta']],
      ['members.value eq "{ana}"', ['Zeta']],
      ['groups.value eq "{Zeta}"', ['ana']],
      ['id eq "{Zeta}" or id eq "{cem}"', ['cem', 'Zeta']],
      ['displayName co "a"', ['ana', 'Bo', 'Zeta', 'Beta']],
      ['userName pr and members pr', []],
      [`${ENTERPRISE}:department eq "care"`, ['Bo']],
      ['noSuchAttribute eq "x"', []],
      ['schemas eq "urn:ietf:params:scim:schemas:core:2.0:Group"', ['Zeta', 'Beta']],
    ])('%s', async (filter, expected) => {
      const { status, body } = await find(filter.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? name));
      expect({ status, schemas: body.schemas, total: body.totalResults, names: names(body) }).toEqual({
        status: 200,
        schemas: [LIST],
        total: expected.length,
        names: expected,
      });
    });

    it('lists everything without a filter, with or without a trailing slash, each type in its own form', async () => {
      for (const path of ['', '/', '?', '/?count=20']) {
        const { body } = await tenant.get(path);
        expect(body).toMatchObject({ totalResults: 5, startIndex: 1, itemsPerPage: 5 });
        expect(names(body)).toEqual(['ana', 'Bo', 'cem', 'Zeta', 'Beta']);
        expect(body.Resources.map(({ meta }: { meta: { resourceType: string } }) => meta.resourceType)).toEqual(
          ['User', 'User', 'User', 'Group', 'Group'], // prettier-ignore
        );
      }
      const one = await tenant.get(`/Groups/${ids['Zeta']}`);
      expect((await tenant.get('')).body.Resources[3]).toEqual(one.body);
    });

    it('pages by index across the types', async () => {
      const all = (await tenant.get('')).body.Resources;
      for (let count = 1; count <= 5; count++) {
        const walked = [];
        for (let start = 1; start <= 5; start += count) {
          const { body } = await tenant.get(`?startIndex=${start}&count=${count}`);
          expect(body).toMatchObject({ totalResults: 5, startIndex: start });
          walked.push(...body.Resources);
        }
        expect(walked).toEqual(all);
      }
      expect((await tenant.get('?startIndex=6')).body).toMatchObject({ totalResults: 5, Resources: [] });
      expect((await tenant.get('?count=0')).body).toMatchObject({ totalResults: 5, Resources: [] });
    });

    it.each<[string, string[]]>([
      ['sortBy=displayName', ['Bo', 'Beta', 'ana', 'Zeta', 'cem']],
      ['sortBy=displayName&sortOrder=descending', ['cem', 'Zeta', 'ana', 'Beta', 'Bo']],
      ['sortBy=userName', ['ana', 'Bo', 'cem', 'Zeta', 'Beta']],
      ['sortBy=userName&sortOrder=descending', ['Zeta', 'Beta', 'cem', 'Bo', 'ana']],
      ['sortBy=meta.created&sortOrder=descending', ['Beta', 'Zeta', 'cem', 'Bo', 'ana']],
      ['sortBy=id', ['ana', 'Bo', 'cem', 'Zeta', 'Beta']],
    ])('sorts across the types, page by page: %s', async (sort, expected) => {
      expect(names((await tenant.get(`?${sort}`)).body)).toEqual(expected);
      const walked = [];
      for (let start = 1; start <= 5; start += 2) {
        walked.push(...names((await tenant.get(`?${sort}&startIndex=${start}&count=2`)).body));
      }
      expect(walked).toEqual(expected);
    });

    it('projects each type by its own attributes', async () => {
      const { body } = await tenant.get('?attributes=userName,displayName,members');
      expect(body.Resources.map((each: object) => Object.keys(each).sort())).toEqual([
        ['displayName', 'id', 'schemas', 'userName'],
        ['displayName', 'id', 'schemas', 'userName'],
        ['id', 'schemas', 'userName'],
        ['displayName', 'id', 'members', 'schemas'],
        ['displayName', 'id', 'schemas'],
      ]);
      expectScimError(await tenant.get('?attributes=id&excludedAttributes=meta'), 400, 'invalidValue');
    });

    it.each([
      ['filter=userName', 'invalidFilter'],
      ['filter=', 'invalidFilter'],
      ['filter=password%20eq%20%22x%22', 'sensitive'],
      ['sortBy=members', 'invalidValue'],
      ['count=x', 'invalidValue'],
    ])('400: ?%s', async (query, scimType) => expectScimError(await tenant.get(`?${query}`), 400, scimType));
  });

  describe('/Me (§3.11)', () => {
    it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('501 to %s, 401 without a token', async (method) => {
      const body = method === 'GET' || method === 'DELETE' ? undefined : { userName: 'x' };
      expectScimError(await tenant.scim(method, '/Me', body), 501);
      expectScimError(await tenant.scim(method, '/Me?attributes=id', body, { authorization: null }), 401);
    });
  });
});
