import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { expectScimError, type TenantClient, USER } from '../support/tenant-client.js';

/** Comparison of userNames over HTTP: RFC 7643 §4.1.1 and §5, RFC 8265 §3.3; profile C5.3 and C5.4. */
describe('userNames beyond ASCII', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  beforeEach(async () => {
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const idsOf = (filter: string) =>
    tenant.find('Users', filter).then(({ body }) => body.Resources.map(({ id }: { id: string }) => id));

  it.each([
    ['case', 'ÅSA@example.com', 'åsa@example.com'],
    ['composition', 'A\u030asa@example.com', 'Åsa@example.com'],
    ['the Angstrom sign', '\u212bsa', 'åsa'],
    ['width', 'ＡＮＡ＠ｅｘａｍｐｌｅ．ｃｏｍ', 'ana@example.com'],
    ['half-width kana', 'ｶﾞ', 'ガ'],
    ['final sigma', 'ΟΔΟΣ', 'οδος'],
    ['dotted capital I', 'İPEK', 'i̇pek'],
    ['Cyrillic case', 'ЖЕНЯ', 'женя'],
    ['Arabic, right to left', 'علي', 'علي'],
  ])('%s does not tell two names apart: for a claim, a look-up, a filter, on PUT and PATCH', async (_what, a, b) => {
    const first = await tenant.createUser(a);
    expect(first.userName).toBe(a);
    expectScimError(await tenant.scim('POST', '/Users', { schemas: [USER], userName: b }), 409, 'uniqueness');
    const other = await tenant.createUser('other');
    expectScimError(await tenant.scim('PUT', `/Users/${other.id}`, { userName: b }), 409, 'uniqueness');
    const patched = await tenant.patch(`/Users/${other.id}`, { op: 'replace', path: 'userName', value: b });
    expectScimError(patched, 409, 'uniqueness');
    for (const name of [a, b]) {
      expect(await idsOf(`userName eq "${name}"`)).toEqual([first.id]);
      expect(await idsOf(`${USER}:userName eq "${name}"`)).toEqual([first.id]);
      expect(await idsOf(`userName sw "${name}" and active eq true`)).toEqual([first.id]);
      expect(await idsOf(`not (userName ne "${name}")`)).toEqual([first.id]);
    }
    // Its own name in another spelling is no conflict, and is kept as it came.
    const renamed = await tenant.scim('PUT', `/Users/${first.id}`, { userName: b });
    expect([renamed.status, renamed.body.userName]).toEqual([200, b]);
    expect(Buffer.from((await tenant.get(`/Users/${first.id}`)).body.userName)).toEqual(Buffer.from(b));
  });

  it.each([
    ['dotless and dotted i', 'ırmak', 'irmak'],
    ['sharp s and two s', 'straße', 'strasse'],
    ['Latin and Cyrillic a', 'ana', 'аnа'],
    ['superscript and plain digit', 'ana²', 'ana2'],
    ['a ligature and its letters', 'ﬁn', 'fin'],
  ])('%s are different names: no compatibility folding, no locale', async (_what, a, b) => {
    const [first, second] = [await tenant.createUser(a), await tenant.createUser(b)];
    expect(await idsOf(`userName eq "${a}"`)).toEqual([first.id]);
    expect(await idsOf(`userName eq "${b.toUpperCase() === 'IRMAK' ? 'IRMAK' : b}"`)).toEqual([second.id]);
  });

  it('sorts by the same form', async () => {
    for (const name of ['ｃ', 'B', 'á', 'a']) await tenant.createUser(name);
    const { body } = await tenant.get('/Users?sortBy=userName');
    expect(body.Resources.map(({ userName }: { userName: string }) => userName)).toEqual(['a', 'B', 'ｃ', 'á']);
  });

  it('brings a deleted person back under another spelling of the name', async () => {
    const { id } = await tenant.createUser('ÅSA');
    await tenant.scim('DELETE', `/Users/${id}`);
    expect((await tenant.createUser('A\u030asa')).id).toBe(id);
  });

  it('refuses U+0000 and takes a byte order mark; half a surrogate pair does no harm', async () => {
    const nul = await tenant.scim('POST', '/Users', undefined, { raw: '{"userName":"a\\u0000"}' });
    expectScimError(nul, 400, 'invalidValue');
    const bom = await tenant.scim('POST', '/Users', undefined, { raw: '\ufeff{"userName":"åsa"}' });
    expect([bom.status, bom.body.userName]).toEqual([201, 'åsa']);
    const half = await tenant.scim('POST', '/Users', undefined, { raw: '{"userName":"a\\ud800"}' });
    expectScimError(half, 400, 'invalidValue');
    expect((await tenant.get('/Users')).body.totalResults).toBe(1);
  });
});
