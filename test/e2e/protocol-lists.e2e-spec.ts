import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, LIST, type TenantClient } from '../support/tenant-client.js';

/** RFC 7644 §3.4.2: filters, paging, sorting; §3.9: what of a resource is shown. */
describe('lists', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  const ids: Record<string, string> = {};
  /** In the order of their creation. */
  const people: { name: string; attributes: object }[] = [
    {
      name: 'dora',
      attributes: {
        title: 'Nurse',
        externalId: 'B',
        emails: [
          { value: 'zed@example.com', type: 'home' },
          { value: 'Dora@example.com', type: 'work', primary: true },
        ],
      },
    },
    { name: 'Ana', attributes: { title: 'engineer', externalId: 'a', name: { familyName: 'Lee' } } },
    {
      name: 'cem',
      attributes: { active: false, name: { familyName: 'berg' }, emails: [{ value: 'cem@example.com' }] },
    },
    { name: 'Bo', attributes: { title: 'Doctor', [ENTERPRISE]: { department: 'Care', employeeNumber: '007' } } },
    { name: 'elif', attributes: { title: 'Ärztin', externalId: 'b', name: { familyName: 'Ödegaard' } } },
  ];

  beforeAll(async () => {
    gateway = await startGateway({ env: { MAX_PAGE_SIZE: '50', DEFAULT_PAGE_SIZE: '20' } });
    tenant = await gateway.newTenant();
    for (const { name, attributes } of people) ids[name] = (await tenant.createUser(name, attributes)).id;
    ids['inner'] = (await tenant.createGroup('Inner', [ids['Ana']!, ids['cem']!])).id;
    ids['outer'] = (await tenant.createGroup('Outer', [ids['inner']!, ids['dora']!])).id;
    ids['empty'] = (await tenant.createGroup('Empty')).id;
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const named = (name: string): string => ids[name] ?? name;
  const names = (body: { Resources: { userName?: string; displayName?: string }[] }) =>
    body.Resources.map(({ userName, displayName }) => userName ?? displayName);

  describe('filters (§3.4.2.2)', () => {
    it.each<[string, string[]]>([
      ['userName eq "ANA"', ['Ana']],
      ['USERNAME Eq "ana"', ['Ana']],
      ['urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ana"', ['Ana']],
      ['id eq "{Bo}"', ['Bo']],
      ['id eq "nobody"', []],
      ['id eq "{Bo}" or id eq "{cem}"', ['cem', 'Bo']],
      ['externalId eq "b"', ['elif']],
      ['title co "E"', ['dora', 'Ana']],
      ['title sw "nur"', ['dora']],
      ['title ew "TOR"', ['Bo']],
      ['title eq "ärztin"', ['elif']],
      ['not (title pr)', ['cem']],
      ['title pr and active eq true', ['dora', 'Ana', 'Bo', 'elif']],
      ['active eq false', ['cem']],
      ['active eq "False"', ['cem']],
      ['emails co "@EXAMPLE.com"', ['dora', 'cem']],
      ['emails[type eq "work" and value sw "dora"]', ['dora']],
      ['emails[type eq "work" and value sw "zed"]', []],
      ['emails.type eq "work" and emails.value sw "zed"', ['dora']],
      ['emails[not (type eq "work")] and active eq true', ['dora']],
      ['name.familyName gt "BERG"', ['Ana', 'elif']],
      [`${ENTERPRISE}:department eq "care"`, ['Bo']],
      [`${ENTERPRISE}:employeeNumber eq "007"`, ['Bo']],
      ['title eq "Nurse" or title eq "Doctor" and active eq false', ['dora']],
      ['(title eq "Nurse" or title eq "Doctor") and active eq true', ['dora', 'Bo']],
      ['groups.value eq "{inner}"', ['Ana', 'cem']],
      ['groups eq "{outer}"', ['dora']],
      ['groups.value eq "{inner}" and active eq true', ['Ana']],
      ['meta.created gt "2001-01-01T00:00:00Z"', ['dora', 'Ana', 'cem', 'Bo', 'elif']],
      ['meta.lastModified lt "2001-01-01T00:00:00Z"', []],
      ['meta.resourceType eq "User"', ['dora', 'Ana', 'cem', 'Bo', 'elif']],
      ['noSuchAttribute eq "x"', []],
      ['title eq null', ['cem']],
      ['title co "(a+)+$"', []],
    ])('%s', async (filter, expected) => {
      const { answer, types } = await tenant.recording(() =>
        tenant.find(
          'Users',
          filter.replace(/\{(\w+)\}/g, (_all, name: string) => named(name)),
        ),
      );
      expect({ status: answer.status, names: names(answer.body), total: answer.body.totalResults }).toEqual({
        status: 200,
        names: expected,
        total: expected.length,
      });
      expect(types).toEqual([]);
    });

    it.each<[string, string[]]>([
      ['displayName eq "INNER"', ['Inner']],
      ['members.value eq "{Ana}"', ['Inner']],
      ['members eq "{inner}"', ['Outer']],
      ['members[value eq "{dora}"]', ['Outer']],
      ['members[value eq "{dora}" or value eq "{cem}"]', ['Inner', 'Outer']],
      ['members pr', ['Inner', 'Outer']],
      ['not (members pr)', ['Empty']],
      ['displayName eq "inner" and members eq "{Bo}"', []],
      ['id eq "{empty}"', ['Empty']],
    ])('groups: %s', async (filter, expected) => {
      const { body } = await tenant.find(
        'Groups',
        filter.replace(/\{(\w+)\}/g, (_all, name: string) => named(name)),
      );
      expect(names(body).sort()).toEqual(expected.sort());
    });

    it.each([
      '',
      '%20',
      'userName',
      'userName%20eq',
      'userName%20is%20%22x%22',
      '(userName%20pr',
      'userName%20pr%20and',
    ])('400 invalidFilter: filter=%s', async (filter) =>
      expectScimError(await tenant.get(`/Users?filter=${filter}`), 400, 'invalidFilter'),
    );

    it('compares instants, not texts (C2 rule 8)', async () => {
      const { created } = (await tenant.get(`/Users/${ids['Bo']}`)).body.meta;
      const inOslo = new Date(Date.parse(created) + 3_600_000).toISOString().replace('Z', '+01:00');
      expect(names((await tenant.find('Users', `meta.created eq "${inOslo}"`)).body)).toContain('Bo');
      expect(names((await tenant.find('Users', `meta.created lt "${inOslo}"`)).body)).not.toContain('Bo');
    });
  });

  describe('paging (§3.4.2.4)', () => {
    it.each<[string, { totalResults: number; startIndex: number; itemsPerPage: number }, string[]]>([
      ['', { totalResults: 5, startIndex: 1, itemsPerPage: 5 }, ['dora', 'Ana', 'cem', 'Bo', 'elif']],
      ['startIndex=2&count=2', { totalResults: 5, startIndex: 2, itemsPerPage: 2 }, ['Ana', 'cem']],
      ['startIndex=0&count=1', { totalResults: 5, startIndex: 1, itemsPerPage: 1 }, ['dora']],
      ['startIndex=-7&count=1', { totalResults: 5, startIndex: 1, itemsPerPage: 1 }, ['dora']],
      ['startIndex=5', { totalResults: 5, startIndex: 5, itemsPerPage: 1 }, ['elif']],
      ['startIndex=6', { totalResults: 5, startIndex: 6, itemsPerPage: 0 }, []],
      ['startIndex=999999999999', { totalResults: 5, startIndex: 999999999999, itemsPerPage: 0 }, []],
      ['count=0', { totalResults: 5, startIndex: 1, itemsPerPage: 0 }, []],
      ['count=-1', { totalResults: 5, startIndex: 1, itemsPerPage: 0 }, []],
      ['count=9999999', { totalResults: 5, startIndex: 1, itemsPerPage: 5 }, ['dora', 'Ana', 'cem', 'Bo', 'elif']],
      ['filter=title%20pr&startIndex=3&count=1', { totalResults: 4, startIndex: 3, itemsPerPage: 1 }, ['Bo']],
      ['filter=userName%20eq%20%22ana%22&startIndex=2', { totalResults: 1, startIndex: 2, itemsPerPage: 0 }, []],
      ['filter=userName%20eq%20%22ana%22&count=0', { totalResults: 1, startIndex: 1, itemsPerPage: 0 }, []],
      ['sortBy=userName&startIndex=4&count=3', { totalResults: 5, startIndex: 4, itemsPerPage: 2 }, ['dora', 'elif']],
      ['sortBy=title&startIndex=4&count=9', { totalResults: 5, startIndex: 4, itemsPerPage: 2 }, ['elif', 'cem']],
    ])('?%s', async (query, counts, expected) => {
      const { status, body } = await tenant.get(`/Users?${query}`);
      const { Resources, ...rest } = body;
      expect({ status, ...rest }).toEqual({ status: 200, schemas: [LIST], ...counts });
      expect(names({ Resources })).toEqual(expected);
    });

    it.each(['startIndex=abc', 'count=x', 'count=1.5', 'startIndex=1e3', 'startIndex=99999999999999999999'])(
      '400 invalidValue: ?%s',
      async (query) => expectScimError(await tenant.get(`/Users?${query}`), 400, 'invalidValue'),
    );

    it('caps the page, walks all pages without gap or repetition, while others come and go', async () => {
      const many = await gateway.newTenant();
      const created = await Promise.all(Array.from({ length: 120 }, (_, n) => many.createUser(`p${n}`)));
      expect((await many.get('/Users?count=1000')).body).toMatchObject({ totalResults: 120, itemsPerPage: 50 });
      expect((await many.get('/Users')).body).toMatchObject({ totalResults: 120, itemsPerPage: 20 });
      const seen = (await many.everything('Users', 7)).map(({ id }) => id as string);
      expect(seen).toEqual(created.map(({ id }) => id as string).sort());
      const first = (await many.get('/Users?count=60&sortBy=userName&sortOrder=descending')).body;
      expect(names(first)).toEqual(
        created
          .map(({ userName }) => userName as string)
          .sort()
          .reverse()
          .slice(0, 50),
      );
      await many.createUser('zz-late');
      expect((await many.get('/Users?startIndex=121')).body.Resources[0].userName).toBe('zz-late');
    });
  });

  describe('sorting (§3.4.2.3)', () => {
    it.each<[string, string[], string[]]>([
      ['userName', ['Ana', 'Bo', 'cem', 'dora', 'elif'], ['elif', 'dora', 'cem', 'Bo', 'Ana']],
      ['title', ['Bo', 'Ana', 'dora', 'elif', 'cem'], ['cem', 'elif', 'dora', 'Ana', 'Bo']],
      ['name.familyName', ['cem', 'Ana', 'elif', 'dora', 'Bo'], ['dora', 'Bo', 'elif', 'Ana', 'cem']],
      ['externalId', ['dora', 'Ana', 'elif', 'cem', 'Bo'], ['cem', 'Bo', 'elif', 'Ana', 'dora']],
      ['emails', ['cem', 'dora', 'Ana', 'Bo', 'elif'], ['Ana', 'Bo', 'elif', 'dora', 'cem']],
      ['id', ['dora', 'Ana', 'cem', 'Bo', 'elif'], ['elif', 'Bo', 'cem', 'Ana', 'dora']],
      [`${ENTERPRISE}:department`, ['Bo', 'dora', 'Ana', 'cem', 'elif'], ['dora', 'Ana', 'cem', 'elif', 'Bo']],
    ])('by %s, missing values last ascending and first descending', async (sortBy, ascending, descending) => {
      expect(names((await tenant.get(`/Users?sortBy=${sortBy}`)).body)).toEqual(ascending);
      expect(names((await tenant.get(`/Users?sortBy=${sortBy}&sortOrder=Ascending`)).body)).toEqual(ascending);
      expect(names((await tenant.get(`/Users?sortBy=${sortBy}&sortOrder=descending`)).body)).toEqual(descending);
      const pages = [];
      for (let start = 1; start <= 5; start += 2) {
        const { body } = await tenant.get(`/Users?sortBy=${sortBy}&sortOrder=descending&startIndex=${start}&count=2`);
        expect(body.totalResults).toBe(5);
        pages.push(...names(body));
      }
      expect(pages).toEqual(descending);
    });

    it('by meta.created', async () => {
      const times = async (order: string): Promise<string[]> => {
        const { body } = await tenant.get(`/Users?sortBy=meta.created&sortOrder=${order}`);
        return body.Resources.map(({ meta }: { meta: { created: string } }) => meta.created);
      };
      const ascending = await times('ascending');
      expect(ascending).toEqual([...ascending].sort());
      expect(await times('descending')).toEqual([...ascending].reverse());
    });

    it.each(['sortOrder=sideways&sortBy=title', 'sortBy=a%20b', 'sortBy=addresses'])(
      '400 invalidValue: ?%s',
      async (q) => expectScimError(await tenant.get(`/Users?${q}`), 400, 'invalidValue'),
    );
  });

  describe('what is shown (§3.4.2.5, §3.9)', () => {
    const read = async (query: string) => {
      const [one, list] = [await tenant.get(`/Users/${ids['dora']}?${query}`), await tenant.get(`/Users?${query}`)];
      expect(list.body.Resources[0]).toEqual(one.body);
      return one.body as Record<string, unknown>;
    };

    it.each<[string, string[]]>([
      ['attributes=userName', ['schemas', 'id', 'userName']],
      ['attributes=USERNAME,Title,unknown', ['schemas', 'id', 'userName', 'title']],
      ['attributes=meta', ['schemas', 'id', 'meta']],
      ['attributes=groups', ['schemas', 'id', 'groups']],
      ['attributes=password', ['schemas', 'id']],
      ['attributes=urn:ietf:params:scim:schemas:core:2.0:User:title', ['schemas', 'id', 'title']],
      [
        'excludedAttributes=emails,groups,meta,id,schemas',
        ['schemas', 'id', 'externalId', 'userName', 'title', 'active'],
      ],
    ])('?%s', async (query, expected) => expect(Object.keys(await read(query)).sort()).toEqual([...expected].sort()));

    it('prunes each element to the sub-attributes that are named', async () => {
      expect((await read('attributes=emails.value'))['emails']).toEqual([
        { value: 'zed@example.com' },
        { value: 'Dora@example.com' },
      ]);
      expect((await read('excludedAttributes=emails.type,meta.location'))['emails']).toEqual([
        { value: 'zed@example.com' },
        { value: 'Dora@example.com', primary: true },
      ]);
    });

    it('shows extensions by URN and by full path', async () => {
      const bo = async (query: string) => (await tenant.get(`/Users/${ids['Bo']}?${query}`)).body;
      expect((await bo(`attributes=${ENTERPRISE}:department`))[ENTERPRISE]).toEqual({ department: 'Care' });
      expect((await bo(`attributes=${ENTERPRISE}`))[ENTERPRISE]).toEqual({ department: 'Care', employeeNumber: '007' });
      expect(await bo(`excludedAttributes=${ENTERPRISE}`)).not.toHaveProperty([ENTERPRISE]);
    });

    it('does not take both parameters at once', async () =>
      expectScimError(await tenant.get('/Users?attributes=title&excludedAttributes=emails'), 400, 'invalidValue'));

    it('holds for POST, PUT and PATCH too; a PATCH of a group with attributes answers 200 (§3.5.2)', async () => {
      const own = await gateway.newTenant();
      const created = await own.scim('POST', '/Users?attributes=userName', { userName: 'x', title: 'y' });
      expect(Object.keys(created.body).sort()).toEqual(['id', 'schemas', 'userName']);
      const path = `/Users/${created.body.id}`;
      const put = await own.scim('PUT', `${path}?excludedAttributes=meta,title`, { userName: 'x', title: 'z' });
      expect(Object.keys(put.body).sort()).toEqual(['active', 'id', 'schemas', 'userName']);
      const patched = await own.patch(`${path}?attributes=title`, { op: 'replace', path: 'title', value: 'w' });
      expect(patched.body).toMatchObject({ title: 'w', id: created.body.id });
      expect(patched.body).not.toHaveProperty('userName');
      const group = await own.createGroup('G', [created.body.id]);
      const answer = await own.patch(`/Groups/${group.id}?attributes=displayName`, {
        op: 'replace',
        path: 'displayName',
        value: 'H',
      });
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 200,
        body: { schemas: group.schemas, id: group.id, displayName: 'H' },
      });
    });

    it('names groups direct and indirect (RFC 7643 §4.1.2), each with its $ref', async () => {
      const { body } = await tenant.get(`/Users/${ids['Ana']}`);
      expect(body.groups).toEqual([
        { value: ids['inner'], $ref: `${tenant.baseUrl}/Groups/${ids['inner']}`, display: 'Inner', type: 'direct' },
        { value: ids['outer'], $ref: `${tenant.baseUrl}/Groups/${ids['outer']}`, display: 'Outer', type: 'indirect' },
      ]);
      const outer = (await tenant.get(`/Groups/${ids['outer']}`)).body;
      expect(outer.members).toEqual([
        { value: ids['inner'], $ref: `${tenant.baseUrl}/Groups/${ids['inner']}`, type: 'Group' },
        { value: ids['dora'], $ref: `${tenant.baseUrl}/Users/${ids['dora']}`, type: 'User' },
      ]);
    });
  });

  it('keeps every member of a large group, pushed in portions of 256 (polis #4080, FusionAuth #2784)', async () => {
    const big = await gateway.newTenant();
    const users = await Promise.all(Array.from({ length: 600 }, (_, n) => big.createUser(`m${n}`)));
    const members = users.map(({ id }) => ({ value: id as string, display: 'x' }));
    const { id } = await big.createGroup('Everybody');
    for (let at = 0; at < members.length; at += 256) {
      const portion = { op: 'add', path: 'members', value: members.slice(at, at + 256) };
      expect((await big.patch(`/Groups/${id}`, portion)).status).toBe(204);
    }
    expect(await big.membersOf(id)).toEqual(members.map(({ value }) => value).sort());
    expect((await big.find('Users', `groups.value eq "${id}"`, '&count=0')).body.totalResults).toBe(600);
  });
});
