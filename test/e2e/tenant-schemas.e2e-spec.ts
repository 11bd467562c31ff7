import {
  type Declared,
  type DeclaredSchema,
  sampleOf,
  schemasOf,
  undeclaredIn,
} from '../support/declared-attributes.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, GROUP, type TenantClient, USER } from '../support/tenant-client.js';

const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';
const HR = 'urn:example:params:scim:schemas:acme:2.0:User';

/** A person with attributes of every sort that no RFC knows, as the guides of several products ask for them. */
const CARRIES = {
  country: 'NO',
  favourite: { colour: 'red', Numbers: [1, 2.5] },
  addresses: [{ type: 'work', locality: 'Oslo', floor: 2 }],
  [ENTERPRISE]: { empNum: 'A7', jobLevel: 7, certifications: ['a', 'b'], manager: { value: 'm', phone: '1' } },
  [HR]: { rate: 1.5, remote: true, seats: [1], skills: [{ name: 'TypeScript', years: 3 }, 'Go'] },
};

/** RFC 7644 §4, RFC 7643 §6 and §7: what each tenant is told that its users and groups may hold. */
describe('schemas of a tenant', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
    tenant = await gateway.newTenant();
    await tenant.createUser('carrier@example.com', CARRIES);
    const group = { schemas: [GROUP], displayName: 'Carriers', budget: 10, [HR]: { floor: 'East' } };
    expect((await tenant.scim('POST', '/Groups', group)).status).toBe(201);
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const attributesOf = async (urn: string, of = tenant): Promise<Map<string, Declared>> => {
    const { body } = await of.get(`/Schemas/${urn}`);
    return new Map(((body.attributes ?? []) as Declared[]).map((attribute) => [attribute.name, attribute]));
  };

  describe('declares', () => {
    it('what products read, to everybody with a token, before anybody carried it', async () => {
      const fresh = await gateway.newTenant();
      const [core, enterprise, wisq] = [
        await attributesOf(USER, fresh),
        await attributesOf(ENTERPRISE, fresh),
        await attributesOf(WISQ, fresh),
      ];
      for (const name of ['country', 'region', 'locality', 'department']) {
        expect(core.get(name)).toMatchObject({ type: 'string', mutability: 'readWrite', required: false });
      }
      expect(enterprise.get('joiningDate')).toMatchObject({ type: 'string', multiValued: false });
      expect(enterprise.get('certifications')).toMatchObject({ type: 'string', multiValued: false });
      expect([...wisq.keys()]).toEqual(['employeeId', 'departmentCode', 'managerEmail']);
    });

    it('what its people carried, with the types met, where it stands', async () => {
      const [core, enterprise, hr] = [await attributesOf(USER), await attributesOf(ENTERPRISE), await attributesOf(HR)];
      expect(core.get('favourite')).toMatchObject({
        type: 'complex',
        subAttributes: [
          { name: 'colour', type: 'string', multiValued: false },
          { name: 'Numbers', type: 'decimal', multiValued: true },
        ],
      });
      const last = ({ subAttributes = [] }: Partial<Declared> = {}) => subAttributes.at(-1);
      expect(last(core.get('addresses'))).toMatchObject({ name: 'floor', type: 'integer' });
      expect(last(enterprise.get('manager'))).toMatchObject({ name: 'phone', type: 'string' });
      expect(enterprise.get('empNum')).toMatchObject({ type: 'string', caseExact: false, uniqueness: 'none' });
      expect(enterprise.get('certifications')).toMatchObject({ type: 'string', multiValued: true });
      // Products read it as text, and a number came.
      expect(enterprise.get('jobLevel')).toMatchObject({ type: 'string' });
      expect(hr.get('rate')).toMatchObject({ type: 'decimal' });
      expect(hr.get('remote')).toMatchObject({ type: 'boolean' });
      expect(hr.get('seats')).toMatchObject({ type: 'integer', multiValued: true });
      expect(hr.get('skills')).toMatchObject({
        type: 'complex',
        multiValued: true,
        subAttributes: [{ name: 'value', type: 'string' }, { name: 'name' }, { name: 'years', type: 'integer' }],
      });
      // One URN on both resource types.
      expect(hr.get('floor')).toMatchObject({ type: 'string' });
      expect((await attributesOf(GROUP)).get('budget')).toMatchObject({ type: 'integer' });
    });

    it('another type once it was met, and keeps what is gone', async () => {
      const other = await gateway.newTenant();
      const { id } = await other.createUser('a@example.com', { [HR]: { level: 3 } });
      expect((await attributesOf(HR, other)).get('level')).toMatchObject({ type: 'integer', multiValued: false });
      await other.patch(`/Users/${id}`, { op: 'replace', path: `${HR}:level`, value: ['senior'] });
      expect((await attributesOf(HR, other)).get('level')).toMatchObject({ type: 'string', multiValued: true });
      await other.patch(`/Users/${id}`, { op: 'remove', path: HR });
      expect((await attributesOf(HR, other)).get('level')).toMatchObject({ type: 'string', multiValued: true });
    });

    it('one attribute for all spellings, under the first', async () => {
      const other = await gateway.newTenant();
      await other.createUser('a@example.com', { [ENTERPRISE]: { empNum: '1' } });
      await other.createUser('b@example.com', {
        [ENTERPRISE.toUpperCase()]: { EMPNUM: '2', JOININGDATE: '2026-01-01' },
      });
      const names = [...(await attributesOf(ENTERPRISE, other)).keys()];
      expect(names.filter((name) => /^(empnum|joiningdate)$/i.test(name))).toEqual(['joiningDate', 'empNum']);
    });

    it('nothing of it to other tenants or without a token', async () => {
      const other = await gateway.newTenant();
      expectScimError(await other.get(`/Schemas/${HR}`), 404);
      expectScimError(await tenant.get(`/Schemas/${HR}`, { authorization: null }), 404);
      expect((await other.get('/Schemas')).text).not.toContain('favourite');
      const open = (await tenant.get('/Schemas', { authorization: null })).body.Resources as DeclaredSchema[];
      expect(open.map(({ id }) => id.split(':').at(-1))).toEqual([
        ...['User', 'User', 'Group', 'ServiceProviderConfig', 'ResourceType', 'Schema'],
      ]);
      expect(open[1]!.attributes).toHaveLength(6);
    });

    it('the same after a restart, from the read model', async () => {
      await using own = await startGateway();
      const client = await own.newTenant();
      await client.createUser('carrier@example.com', CARRIES);
      const before = (await client.get('/Schemas')).body.Resources as DeclaredSchema[];
      await own.restart();
      expect((await client.get('/Schemas')).body.Resources.map(withoutMeta)).toEqual(before.map(withoutMeta));
    });
  });

  describe('discovery forms', () => {
    it('lists a tenant’s extensions in /ResourceTypes, none required (RFC 7643 §6)', async () => {
      const { body } = await tenant.get('/ResourceTypes/User');
      expect(body.schemaExtensions).toEqual([ENTERPRISE, WISQ, HR].map((schema) => ({ schema, required: false })));
      expect((await tenant.get('/ResourceTypes/Group')).body.schemaExtensions).toEqual([
        { schema: HR, required: false },
      ]);
      const open = (await tenant.get('/ResourceTypes/User', { authorization: null })).body;
      expect(open.schemaExtensions).toEqual([{ schema: ENTERPRISE, required: false }]);
    });

    it('finds a schema by its URN in any case, and one whose name is an address', async () => {
      expect((await tenant.get(`/Schemas/${HR.toUpperCase()}`)).body.id).toBe(HR);
      const address = 'https://acme.example.com/scim/HR/2.0/User';
      const other = await gateway.newTenant();
      await other.createUser('a@example.com', { [address]: { level: 1 } });
      const listed = (await schemasOf(other)).find(({ id }) => id === address) as unknown as {
        meta: { location: string };
      };
      const read = await other.get(listed.meta.location.slice(other.baseUrl.length));
      expect(read.body).toEqual(listed);
    });

    it('lets clients ask again for what has changed only (RFC 9110 §13.1.2)', async () => {
      const other = await gateway.newTenant();
      for (const path of ['/Schemas', '/ResourceTypes', `/Schemas/${USER}`, '/ServiceProviderConfig']) {
        const { headers } = await other.get(path);
        expect(headers['cache-control']).toBe('private, no-cache');
        const known = { headers: { 'if-none-match': headers.etag! } };
        expect(await other.get(path, known)).toMatchObject({ status: 304, text: '' });
        expect((await other.get(path, { ...known, authorization: null })).status).toBe(
          path === '/ServiceProviderConfig' ? 304 : 200,
        );
      }
      const { etag } = (await other.get('/Schemas')).headers;
      await other.createUser('a@example.com', { [HR]: { level: 1 } });
      expect((await other.get('/Schemas', { headers: { 'if-none-match': etag! } })).status).toBe(200);
    });
  });

  describe('nothing is kept that is not declared', () => {
    it.each(['POST', 'PUT', 'PATCH'])('of a user, by %s', async (method) => {
      const other = await gateway.newTenant();
      const { id } = method === 'POST' ? { id: '' } : await other.createUser('a@example.com');
      const body = { schemas: [USER], userName: 'a@example.com', ...CARRIES };
      const path = method === 'POST' ? '/Users' : `/Users/${id}`;
      const answer =
        method === 'PATCH'
          ? await other.patch(path, { op: 'add', value: CARRIES })
          : await other.scim(method, path, body);
      expect(undeclaredIn(answer.body, USER, await schemasOf(other))).toEqual([]);
      expect(answer.body).toMatchObject(CARRIES);
    });

    it('of a group', async () => {
      const { body } = await tenant.get('/Groups');
      expect(body.Resources[0]).toMatchObject({ budget: 10, [HR]: { floor: 'East' } });
      expect(undeclaredIn(body.Resources[0], GROUP, await schemasOf(tenant))).toEqual([]);
    });

    it('so a check like this would find it', async () => {
      const { body } = await tenant.createUser('z@example.com', CARRIES).then((user) => ({ body: user }));
      const open = (await tenant.get('/Schemas', { authorization: null })).body.Resources as DeclaredSchema[];
      expect(undeclaredIn(body, USER, open)).toEqual([
        ...['country', 'favourite', 'addresses.floor'],
        ...['empNum', 'jobLevel', 'certifications', 'manager.phone'].map((name) => `${ENTERPRISE}:${name}`),
        ...['rate', 'remote', 'seats', 'skills'].map((name) => `${HR}:${name}`),
      ]);
    });
  });

  describe('every attribute declared is as declared', () => {
    const RESOURCES = [
      { endpoint: '/Users', core: USER, named: { userName: 'walk' } },
      { endpoint: '/Groups', core: GROUP, named: { displayName: 'walk' } },
    ];
    let n = 0;
    let member = '';
    beforeAll(async () => void (member = (await tenant.createUser('member@example.com')).id));

    /** Each declared attribute with the resource type it belongs to and the body that gives it a value. */
    async function* walk() {
      const schemas = await schemasOf(tenant);
      const types = (await tenant.get('/ResourceTypes')).body.Resources as {
        endpoint: string;
        schemaExtensions: { schema: string }[];
      }[];
      for (const { endpoint, core, named } of RESOURCES) {
        const extensions = types.find((type) => type.endpoint === endpoint)!.schemaExtensions;
        for (const urn of [core, ...extensions.map(({ schema }) => schema)]) {
          for (const attribute of schemas.find(({ id }) => id === urn)!.attributes) {
            const path = urn === core ? attribute.name : `${urn}:${attribute.name}`;
            const value = attribute.name === 'members' ? [{ value: member, type: 'User' }] : sampleOf(attribute, ++n);
            const identity = Object.fromEntries(Object.entries(named).map(([name, text]) => [name, `${text} ${++n}`]));
            const own = { [attribute.name]: value };
            const body = { schemas: [core], ...identity, ...(urn === core ? own : { [urn]: own }) };
            const at = (resource: Record<string, never>) =>
              (urn === core ? resource[attribute.name] : resource[urn]?.[attribute.name]) as unknown;
            yield { endpoint, core, urn, attribute, path, value, body, at };
          }
        }
      }
    }

    it('mutability and returned: accepted, kept, shown and hidden as they say (RFC 7643 §7, RFC 7644 §3.9)', async () => {
      const seen = new Set<string>();
      for await (const { endpoint, attribute, path, value, body, at } of walk()) {
        const { mutability, returned } = attribute;
        seen.add(`${mutability} ${returned}`);
        const created = await tenant.scim('POST', endpoint, body);
        expect([path, created.status]).toEqual([path, 201]);
        const { id } = created.body;
        const read = async (query = '') => at((await tenant.get(`${endpoint}/${id}${query}`)).body);
        const shown = mutability === 'readOnly' || returned === 'never' ? undefined : value;
        const expected =
          attribute.name === 'members' ? [expect.objectContaining({ value: member, type: 'User' })] : shown;
        expect([path, at(created.body)]).toEqual([path, expected]);
        expect([path, await read()]).toEqual([path, expected]);
        expect([path, await read(`?attributes=${encodeURIComponent(path)}`)]).toEqual([path, expected]);
        expect(await read('?attributes=externalId')).toBeUndefined();
        expect(await read(`?excludedAttributes=${encodeURIComponent(path)}`)).toBeUndefined();
        if (mutability === 'readOnly') {
          expectScimError(await tenant.patch(`${endpoint}/${id}`, { op: 'add', path, value }), 400, 'mutability');
        }
      }
      expect([...seen].sort()).toEqual(['readOnly default', 'readWrite default', 'writeOnly never']);
    });

    it('type: a PATCH sets it, and what a schema of the RFCs defines refuses another type', async () => {
      const { id } = await tenant.createUser('types@example.com');
      const standard = (await tenant.get('/Schemas', { authorization: null })).body.Resources as DeclaredSchema[];
      const groupId = (await tenant.createGroup('types')).id;
      for await (const { endpoint, urn, attribute, path, value, at } of walk()) {
        if (attribute.mutability !== 'readWrite' || ['userName', 'active'].includes(attribute.name)) continue;
        const resource = `${endpoint}/${endpoint === '/Users' ? id : groupId}`;
        const patched = await tenant.patch(`${resource}?attributes=${encodeURIComponent(path)}`, {
          op: 'replace',
          path,
          value,
        });
        expect([path, patched.status]).toEqual([path, 200]);
        if (attribute.name !== 'members') expect([path, at(patched.body)]).toEqual([path, value]);
        const defined = standard
          .find(({ id: known }) => known === urn)
          ?.attributes.some((one) => one.name === attribute.name);
        if (!defined || attribute.name === 'members') continue;
        for (const wrong of attribute.type === 'complex' ? [true, [[1]]] : [{ a: 1 }, [1, 2]]) {
          const refused = await tenant.patch(resource, { op: 'replace', path, value: wrong });
          expectScimError(refused, 400, 'invalidValue');
          expect(refused.body.detail).toContain(path);
        }
      }
    });

    it('required: refused without, and not to be removed', async () => {
      const required: string[] = [];
      for await (const { endpoint, core, attribute, path } of walk()) {
        if (!attribute.required) continue;
        required.push(path);
        expectScimError(await tenant.scim('POST', endpoint, { schemas: [core], externalId: 'x' }), 400, 'invalidValue');
        const id = (await tenant.get(`${endpoint}?count=1`)).body.Resources[0].id as string;
        expectScimError(await tenant.patch(`${endpoint}/${id}`, { op: 'remove', path }), 400, 'mutability');
        expectScimError(
          await tenant.scim('PUT', `${endpoint}/${id}`, { schemas: [core], [attribute.name]: '' }),
          400,
          'invalidValue',
        );
      }
      expect(required).toEqual(['userName', 'displayName']);
    });

    it('uniqueness: of the server’s a second holder is refused, of the others not (RFC 7643 §7)', async () => {
      const unique: string[] = [];
      for await (const { endpoint, attribute, path, body } of walk()) {
        if (attribute.mutability !== 'readWrite') continue;
        expect((await tenant.scim('POST', endpoint, body)).status).toBe(201);
        const twin =
          attribute.name === 'userName' ? body : { ...body, ...(endpoint === '/Users' && { userName: `twin ${++n}` }) };
        const second = await tenant.scim('POST', endpoint, twin);
        if (attribute.uniqueness === 'none') expect([path, second.status]).toEqual([path, 201]);
        else {
          unique.push(path);
          expectScimError(second, 409, 'uniqueness');
        }
      }
      expect(unique).toEqual(['userName']);
    });

    it('caseExact: a filter in other letters finds it or does not (RFC 7643 §7, RFC 7644 §3.4.2.2)', async () => {
      let compared = 0;
      for await (const { endpoint, attribute, path, value, body } of walk()) {
        if (attribute.mutability !== 'readWrite') continue;
        const { id } = (await tenant.scim('POST', endpoint, body)).body;
        const leaves = attribute.type === 'complex' ? attribute.subAttributes! : [attribute];
        const first = (Array.isArray(value) ? value[0] : value) as unknown;
        for (const leaf of leaves) {
          const text = leaf === attribute ? first : (first as Record<string, unknown>)[leaf.name];
          const plain = (Array.isArray(text) ? text[0] : text) as unknown;
          if (typeof plain !== 'string' || (attribute.name === 'members' && leaf.name !== 'value')) continue;
          const at = leaf === attribute ? path : `${path}.${leaf.name}`;
          const found = async (literal: string) => {
            const query = `filter=${encodeURIComponent(`${at} eq ${JSON.stringify(literal)}`)}&count=1000&attributes=id`;
            const { body: list } = await tenant.get(`${endpoint}?${query}`);
            return (list.Resources as { id: string }[]).some((one) => one.id === id);
          };
          expect([at, await found(plain)]).toEqual([at, true]);
          const other = plain.toUpperCase() === plain ? plain.toLowerCase() : plain.toUpperCase();
          expect([at, await found(other)]).toEqual([at, !leaf.caseExact]);
          compared += 1;
        }
      }
      expect(compared).toBeGreaterThan(80);
    });
  });
});

const withoutMeta = ({ meta: _meta, ...schema }: DeclaredSchema & { meta?: unknown }): object => schema;
