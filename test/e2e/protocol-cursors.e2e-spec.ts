import fc from 'fast-check';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient } from '../support/tenant-client.js';

/** RFC 9865: paging by cursor. */
describe('cursors', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  const COUNT = 23;

  beforeAll(async () => {
    gateway = await startGateway({
      env: { MAX_PAGE_SIZE: '10', DEFAULT_PAGE_SIZE: '5', CURSOR_TIMEOUT_SECONDS: '1800' },
    });
    tenant = await gateway.newTenant();
    for (let n = 0; n < COUNT; n++) {
      const userName = `u${String((n * 7) % COUNT).padStart(2, '0')}`;
      // Many share a title, some have none.
      await tenant.createUser(
        userName,
        n % 4 === 0 ? {} : { title: `T${n % 3}`, emails: [{ value: `${n % 5}@x.io` }] },
      );
    }
    for (const name of ['g1', 'T1', 'a']) await tenant.createGroup(name);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  type Item = { id: string };
  const idsOf = (body: { Resources: Item[] }) => body.Resources.map(({ id }) => id);

  /** The pages from the first one on, as cursors lead to them. */
  async function walk(of: TenantClient, path: string, parameters: string, between?: (page: number) => Promise<void>) {
    const pages: { Resources: Item[]; totalResults: number; previousCursor?: string; nextCursor?: string }[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const { status, body } = await of.get(`${path}?cursor=${cursor}&${parameters}`);
      expect(status).toBe(200);
      expect(body.itemsPerPage).toBe(body.Resources.length);
      expect(body).not.toHaveProperty('startIndex');
      pages.push(body);
      cursor = body.nextCursor;
      expect(cursor ?? '').toMatch(/^[A-Za-z0-9._~-]*$/); // RFC 3986 unreserved
      await between?.(pages.length);
    }
    return pages;
  }

  it.each([
    ['/Users', ''],
    ['/Users', 'count=1'],
    ['/Users', 'count=10'],
    ['/Users', 'count=7&filter=title%20pr'],
    ['/Users', 'count=3&sortBy=userName'],
    ['/Users', 'count=3&sortBy=userName&sortOrder=descending'],
    ['/Users', 'count=4&sortBy=title'],
    ['/Users', 'count=4&sortBy=title&sortOrder=descending'],
    ['/Users', 'count=4&sortBy=emails&filter=userName%20lt%20%22u15%22'],
    ['/Users', 'count=4&sortBy=id&sortOrder=descending'],
    ['/Users', 'count=4&sortBy=meta.created&filter=not%20(title%20eq%20%22T1%22)'],
    ['/Groups', 'count=2&sortBy=displayName'],
    ['', 'count=4'],
    ['', 'count=4&sortBy=displayName'],
    ['', 'count=2&sortBy=title&sortOrder=descending&filter=title%20pr%20or%20displayName%20pr'],
    ['', 'count=3&sortBy=meta.lastModified&sortOrder=descending'],
  ])('walks the list that an index pages through, forwards and back: %s ?%s', async (path, parameters) => {
    const without = parameters.replace(/count=\d+&?/, '');
    const expected: string[] = [];
    for (;;) {
      const { body } = await tenant.get(`${path}?count=10&startIndex=${expected.length + 1}&${without}`);
      expected.push(...idsOf(body));
      if (expected.length >= body.totalResults) break;
    }
    const pages = await walk(tenant, path, parameters);
    const count = Number(/count=(\d+)/.exec(parameters)?.[1] ?? 5);
    expect(pages.flatMap(idsOf)).toEqual(expected);
    expect(pages.slice(0, -1).every(({ Resources }) => Resources.length === count)).toBe(true);
    expect(pages.every(({ totalResults }) => totalResults === expected.length)).toBe(true);
    expect(pages[0]).not.toHaveProperty('previousCursor');

    const back: string[][] = [];
    for (let cursor = pages.at(-1)?.previousCursor; cursor !== undefined;) {
      const { body } = await tenant.get(`${path}?cursor=${cursor}&${parameters}`);
      back.unshift(idsOf(body));
      // Forwards again from where it is: the page that came from.
      const again = await tenant.get(`${path}?cursor=${body.nextCursor}&${parameters}`);
      expect(idsOf(again.body)).toEqual(idsOf(pages[pages.length - back.length]!));
      cursor = body.previousCursor;
    }
    expect(back).toEqual(pages.slice(0, -1).map(idsOf));
  });

  it('takes a cursor in a SearchRequest as in a query', async () => {
    const search = { filter: 'title pr', sortBy: 'userName', count: 4 };
    const first = (await tenant.scim('POST', '/Users/.search', { ...search, cursor: '' })).body;
    const cursor = first.nextCursor as string;
    const [posted, got] = [
      await tenant.scim('POST', '/Users/.search', { ...search, cursor }),
      await tenant.get(`/Users?filter=title%20pr&sortBy=userName&count=4&cursor=${cursor}`),
    ];
    expect(idsOf(posted.body)).toEqual(idsOf(got.body));
    expect(posted.body.totalResults).toBe(first.totalResults);
  });

  it('answers a lookup on one page', async () => {
    const { body } = await tenant.get('/Users?cursor&filter=userName%20eq%20%22U03%22');
    expect(body).toMatchObject({ totalResults: 1, itemsPerPage: 1 });
    expect(Object.keys(body)).not.toContain('nextCursor');
    expect((await tenant.get('/Users?cursor=&filter=userName%20eq%20%22nobody%22')).body.Resources).toEqual([]);
  });

  it('may change the page size on the way', async () => {
    const first = (await tenant.get('/Users?cursor=&count=2')).body;
    const second = (await tenant.get(`/Users?cursor=${first.nextCursor}&count=9`)).body;
    expect(idsOf(second)).toEqual(idsOf((await tenant.get('/Users?startIndex=3&count=9')).body));
  });

  it('visits everybody who stays exactly once, whoever else comes and goes meanwhile', async () => {
    let run = 0;
    const change = fc.record({
      page: fc.integer({ min: 1, max: 6 }),
      remove: fc.nat({ max: 15 }),
      add: fc.nat({ max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('', '&sortBy=userName', '&sortBy=userName&sortOrder=descending', '&sortBy=title'),
        fc.integer({ min: 1, max: 5 }),
        fc.array(change, { maxLength: 6 }),
        async (order, count, changes) => {
          const own = await gateway.newTenant();
          const user = (n: number | string) => own.createUser(`p${n}-${run++}`, { title: `t${String(n).length}` });
          const there: string[] = [];
          for (let n = 0; n < 16; n++) there.push((await user((n * 5) % 16)).id as string);
          const gone = new Set<string>();
          const pages = await walk(own, '/Users', `count=${count}${order}`, async (page) => {
            for (const each of changes.filter((one) => one.page === page)) {
              const id = there[each.remove];
              if (id !== undefined && !gone.has(id)) {
                gone.add(id);
                expect((await own.scim('DELETE', `/Users/${id}`)).status).toBe(204);
              }
              for (let n = 0; n < each.add; n++) await user(`new${n}`);
            }
          });
          const seen = pages.flatMap(idsOf);
          expect(new Set(seen).size).toBe(seen.length);
          const stayed = there.filter((id) => !gone.has(id));
          expect(seen.filter((id) => stayed.includes(id)).sort()).toEqual([...stayed].sort());
        },
      ),
      { numRuns: 12 },
    );
  });

  it('refuses cursors that are changed, made up, of another list or of another tenant', async () => {
    const first = (await tenant.get('/Users?cursor=&count=2&sortBy=userName')).body;
    const cursor = first.nextCursor as string;
    const flipped = (cursor.startsWith('B') ? 'C' : 'B') + cursor.slice(1);
    const middle = Math.floor(cursor.length / 2);
    const bent = cursor.slice(0, middle) + (cursor[middle] === 'x' ? 'y' : 'x') + cursor.slice(middle + 1);
    const other = await gateway.newTenant();
    await other.createUser('x');
    const faults = [
      ...['abc', flipped, bent, cursor.slice(0, -1), `${cursor}A`, '%00', '1', 'null', 'a'.repeat(5_000)].map((each) =>
        tenant.get(`/Users?sortBy=userName&cursor=${each}`),
      ),
      tenant.get(`/Users?cursor=${cursor}`),
      tenant.get(`/Users?sortBy=userName&sortOrder=descending&cursor=${cursor}`),
      tenant.get(`/Users?sortBy=userName&filter=title%20pr&cursor=${cursor}`),
      tenant.get(`/Groups?sortBy=displayName&cursor=${cursor}`),
      tenant.get(`?sortBy=userName&cursor=${cursor}`),
      other.get(`/Users?sortBy=userName&cursor=${cursor}`),
    ];
    for (const answer of await Promise.all(faults)) expectScimError(answer, 400, 'invalidCursor');
    expect((await tenant.get(`/Users?sortBy=userName&cursor=${cursor}`)).status).toBe(200);
  });

  it('tells nobody what the list is sorted by', async () => {
    const { nextCursor } = (await tenant.get('/Users?cursor=&count=2&sortBy=userName')).body;
    expect(Buffer.from(nextCursor as string, 'base64url').toString('latin1')).not.toMatch(/u0|userName/);
  });

  it.each(['0', '-1', '11', '1.5', 'x', '99999999999999999999'])('400 invalidCount: count=%s', async (count) => {
    const answer = await tenant.get(`/Users?cursor=&count=${count}`);
    expectScimError(answer, 400, 'invalidCount');
    expect(answer.body.detail).toContain('10');
  });

  it('does not take startIndex and a cursor together', async () => {
    expectScimError(await tenant.get('/Users?cursor=&startIndex=1'), 400, 'invalidValue');
    expectScimError(await tenant.scim('POST', '/.search', { cursor: '', startIndex: 1 }), 400, 'invalidValue');
  });

  it('keeps paging by index the default (RFC 9865 §2.4), and says so in ServiceProviderConfig (§4)', async () => {
    const { body } = await tenant.get('/Users');
    expect(body.startIndex).toBe(1);
    expect(body).not.toHaveProperty('nextCursor');
    expect((await tenant.get('/ServiceProviderConfig')).body.pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 5,
      maxPageSize: 10,
      cursorTimeout: 1800,
    });
  });

  it('goes on after a restart, and with another token of the tenant', async () => {
    const { nextCursor } = (await tenant.get('/Users?cursor=&count=4')).body;
    await gateway.restart();
    const issued = await gateway.admin('POST', `/tenants/${tenant.slug}/connections`, { idp: 'okta' });
    const { status, body } = await tenant.get(`/Users?cursor=${nextCursor}&count=4`, {
      authorization: `Bearer ${issued.body.token}`,
    });
    expect(status).toBe(200);
    expect(idsOf(body)).toEqual(idsOf((await tenant.get('/Users?startIndex=5&count=4')).body));
  });
});
