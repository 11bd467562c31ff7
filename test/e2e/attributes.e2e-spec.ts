import { evolveUser, absentUser, parseStream, type Fact, type UserEvent } from '#domain';
import { compileProfile, deriveView, hrAssistant, type ProductProfile, wellness } from '#products';
import type { ResourceAttributes } from '#scim';
import type { Answer } from '../support/http-client.js';
import { ACME, GUIDE_PEOPLE, WELLNESS_ENTERPRISE, WISQ } from '../support/guide-people.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, type TenantClient, USER } from '../support/tenant-client.js';

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Attributes come back exactly where and as they came, and reach events and products so (RFC 7643 §3.3, profile B7). */
describe('attributes', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let n = 0;
  beforeAll(async () => {
    gateway = await startGateway({ env: { BASE_DOMAIN: 'scim.example' } });
    tenant = await gateway.newTenant();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const newName = () => `person${++n}@example.com`;
  const read = async (id: string, query = '') => (await tenant.get(`/Users/${id}${query}`)).body;
  const bare = ({ schemas: _s, id: _i, meta: _m, userName: _u, ...rest }: Answer['body']) => rest as object;
  const update = (changes: object) => ({ type: 'UserUpdated', data: { changes } });

  /** The person as the log tells of them. */
  async function logged(id: string): Promise<ResourceAttributes> {
    const events = (await tenant.events()).filter(
      ({ stream }) => stream.startsWith('user-') && parseStream(stream).id === id,
    );
    return events.reduce((user, event) => evolveUser(user, event as unknown as Fact<UserEvent>), absentUser).attributes;
  }

  async function viewOf(profile: ProductProfile, id: string) {
    return deriveView(compileProfile(profile), { id, attributes: await logged(id), active: true });
  }

  /** The custom parts of a person, one by one: path, value, and where to look for it. */
  function* customPartsOf(person: Readonly<Record<string, unknown>>) {
    for (const [name, value] of Object.entries(person)) {
      if (!name.includes(':')) {
        if (['country', 'region', 'locality'].includes(name)) yield { path: name, schema: undefined, name, value };
        continue;
      }
      for (const [attribute, one] of Object.entries(value as object)) {
        yield { path: `${name}:${attribute}`, schema: name, name: attribute, value: one as unknown };
      }
    }
  }

  describe.each(Object.entries(GUIDE_PEOPLE))('as the guide of the %s has them', (_title, person) => {
    const shown = { active: true, ...person };

    it('POST keeps them, and the log holds them', async () => {
      const userName = newName();
      const created = await tenant.createUser(userName, person);
      expect(bare(created)).toEqual(shown);
      expect(created.schemas).toEqual([USER, ...Object.keys(person).filter((name) => name.includes(':'))]);
      expect(bare(await read(created.id))).toEqual(shown);
      expect(await logged(created.id)).toEqual({ userName, ...shown });
    });

    it('PUT keeps them, and finds them unchanged when they come again', async () => {
      const userName = newName();
      const { id } = await tenant.createUser(userName);
      const body = { schemas: [USER], userName, ...person };
      expect(bare((await tenant.scim('PUT', `/Users/${id}`, body)).body)).toEqual(shown);
      const again = await tenant.recording(() => tenant.scim('PUT', `/Users/${id}`, body));
      expect([again.answer.status, again.types]).toEqual([200, []]);
      expect(await logged(id)).toEqual({ userName, ...shown });
    });

    it.each(['add', 'replace'])('PATCH %s keeps them: without a path, by URN, by flat keys, one by one', async (op) => {
      const flat = Object.fromEntries(
        Object.entries(person).flatMap(([name, value]) =>
          name.includes(':')
            ? Object.entries(value as object).map(([attribute, one]) => [`${name}:${attribute}`, one as unknown])
            : [[name, value]],
        ),
      );
      // As a key, a URN with an object is an extension of its own; as a path it can be an attribute.
      const objects = Object.entries(flat).filter(([path, value]) => path.includes(':') && isObject(value));
      const flatUnlessObjects = { ...flat };
      for (const [path, value] of objects) {
        delete flatUnlessObjects[path];
        const border = path.lastIndexOf(':');
        flatUnlessObjects[path.slice(0, border)] = { [path.slice(border + 1)]: value };
      }
      const ways = [
        [{ op, value: person }],
        [{ op, value: flatUnlessObjects }],
        Object.entries(person).map(([path, value]) => ({ op, path, value })),
        Object.entries(flat).map(([path, value]) => ({ op, path, value })),
        [{ op, path: USER, value: person }],
      ];
      for (const operations of ways) {
        const { id } = await tenant.createUser(newName());
        const { answer } = await tenant.recording(() => tenant.patch(`/Users/${id}`, ...operations));
        expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
        expect(bare(answer.body)).toEqual(shown);
        const { userName: _userName, ...held } = await logged(id);
        expect(held).toEqual(shown);
        const repeated = await tenant.recording(() => tenant.patch(`/Users/${id}`, ...operations));
        expect(repeated.types).toEqual([]);
      }
    });

    it('a filter finds them, a projection shows or hides them, a PATCH removes them', async () => {
      const { id } = await tenant.createUser(newName(), person);
      for (const { path, schema, name, value } of customPartsOf(person)) {
        const at = (body: Answer['body']) => (schema === undefined ? body[name] : body[schema]?.[name]) as unknown;
        for (const spelled of [path, path.toUpperCase()]) {
          const query = encodeURIComponent(spelled);
          expect(at(await read(id, `?attributes=${query}`))).toEqual(value);
          expect(Object.keys(await read(id, `?attributes=${query}`)).sort()).toEqual(
            [...(schema === undefined ? [name] : [schema]), 'id', 'schemas'].sort(),
          );
          expect(at(await read(id, `?excludedAttributes=${query}`))).toBeUndefined();
          const literal = JSON.stringify(Array.isArray(value) ? value[0] : value);
          const filter =
            typeof value === 'object' && !Array.isArray(value) ? `${spelled} pr` : `${spelled} eq ${literal}`;
          const { body } = await tenant.find('Users', `${filter} and id eq "${id}"`);
          expect([filter, body.totalResults]).toEqual([filter, 1]);
        }
        const { events } = await tenant.recording(() =>
          tenant.patch(`/Users/${id}`, { op: 'remove', path: path.toUpperCase() }),
        );
        expect(events).toMatchObject([update({ [path]: null })]);
      }
      const left = await read(id);
      expect(left.schemas).toEqual([USER]);
      expect(Object.keys(left).filter((name) => name.includes(':'))).toEqual([]);
    });
  });

  describe('spellings (RFC 7643 §2.1)', () => {
    it('takes the enterprise extension in any case, misspelt, and under its SCIM 1 name', async () => {
      for (const urn of [
        ENTERPRISE.toUpperCase(),
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0User',
        'urn:scim:schemas:extension:enterprise:1.0',
      ]) {
        const { id } = await tenant.createUser(newName(), { [urn]: { empNum: '7', DEPARTMENT: 'ICU' } });
        expect((await read(id))[ENTERPRISE]).toEqual({ empNum: '7', department: 'ICU' });
        await tenant.patch(`/Users/${id}`, { op: 'replace', path: `${urn}:EmpNum`, value: '8' });
        expect((await read(id, `?attributes=${urn}:EMPNUM`))[ENTERPRISE]).toEqual({ empNum: '8' });
      }
    });

    it('takes the HR assistant’s attributes as an object, as flat keys, and as both', async () => {
      for (const body of [
        { [WISQ]: { employeeId: '7', departmentCode: 'D' } },
        { [`${WISQ}:employeeId`]: '7', [`${WISQ}:departmentCode`]: 'D' },
        { [WISQ]: { employeeId: '7' }, [`${WISQ.toUpperCase()}:departmentCode`]: 'D' },
      ]) {
        const { id } = await tenant.createUser(newName(), body);
        expect((await read(id))[WISQ]).toEqual({ employeeId: '7', departmentCode: 'D' });
        expect((await viewOf(hrAssistant, id)).keys['custom']).toEqual({ employeeId: '7', departmentCode: 'D' });
      }
    });

    it('knows extension_{GUID}_{name} in any case', async () => {
      const { id } = await tenant.createUser(newName(), { [ENTERPRISE]: { extension_0F1E_CostRun: 'a' } });
      const path = `${ENTERPRISE}:EXTENSION_0f1e_costrun`;
      expect((await tenant.find('Users', `${path} eq "a" and id eq "${id}"`)).body.totalResults).toBe(1);
      const { events } = await tenant.recording(() =>
        tenant.patch(`/Users/${id}`, { op: 'Replace', path, value: 'b' }),
      );
      expect(events).toMatchObject([update({ [`${ENTERPRISE}:extension_0F1E_CostRun`]: 'b' })]);
    });

    it('keeps the first spelling of a user’s attribute, through PUT and PATCH, and after both', async () => {
      const userName = newName();
      const { id } = await tenant.createUser(userName, { Country: 'NO', [ACME]: { empNum: '1', car: { Plate: 'A' } } });
      const put = {
        schemas: [USER],
        userName,
        country: 'SE',
        [ACME.toUpperCase()]: { EmpNum: '2', CAR: { plate: 'A' } },
      };
      const { answer, events } = await tenant.recording(() => tenant.scim('PUT', `/Users/${id}`, put));
      expect(bare(answer.body)).toEqual({ active: true, Country: 'SE', [ACME]: { empNum: '2', car: { Plate: 'A' } } });
      expect(events).toMatchObject([update({ Country: 'SE', [`${ACME}:empNum`]: '2' })]);
      await tenant.patch(`/Users/${id}`, { op: 'add', value: { [ACME]: { EMPNUM: '3' }, COUNTRY: 'DK' } });
      expect(bare(await read(id))).toMatchObject({ Country: 'DK', [ACME]: { empNum: '3' } });
      expect((await tenant.find('Users', `${ACME}:empnum eq "3" and id eq "${id}"`)).body.totalResults).toBe(1);
    });

    it('keeps names of extensions apart from those beside userName', async () => {
      const body = { department: 'Core', [ENTERPRISE]: { department: 'Enterprise' }, [ACME]: { department: 'Acme' } };
      const { id } = await tenant.createUser(newName(), body);
      await tenant.patch(`/Users/${id}`, { op: 'replace', path: 'department', value: 'New' });
      expect(bare(await read(id))).toEqual({ active: true, ...body, department: 'New' });
    });
  });

  describe('values (profile A10.4 to A10.11)', () => {
    it.each<[string, object, object]>([
      ['a manager as text', { [ENTERPRISE]: { manager: 'm1' } }, { [ENTERPRISE]: { manager: { value: 'm1' } } }],
      [
        'a manager as a list of one',
        { [ENTERPRISE]: { manager: [{ $ref: '../m1', value: 'm1', displayName: 'Bo' }] } },
        { [ENTERPRISE]: { manager: { $ref: '../m1', value: 'm1', displayName: 'Bo' } } },
      ],
      [
        'a manager of OneLogin',
        { [ENTERPRISE]: { manager: { managerId: 'm1' } } },
        { [ENTERPRISE]: { manager: { value: 'm1' } } },
      ],
      [
        'booleans as text',
        { active: 'False', emails: { value: 'a', primary: 'True' } },
        { active: false, emails: [{ value: 'a', primary: true }] },
      ],
      [
        'numbers where texts belong',
        { title: 7, [ENTERPRISE]: { employeeNumber: 77 } },
        { title: '7', [ENTERPRISE]: { employeeNumber: '77' } },
      ],
      [
        'custom values in the type they came in',
        { [ACME]: { a: 1, b: 1.5, c: true, d: '1', e: ['x', 2] } },
        { [ACME]: { a: 1, b: 1.5, c: true, d: '1', e: ['x', 2] } },
      ],
      [
        'dates and dateTimes as text',
        { [ENTERPRISE]: { dob: '1990-02-28', seen: '2026-01-31T08:00:00.5+01:00' } },
        { [ENTERPRISE]: { dob: '1990-02-28', seen: '2026-01-31T08:00:00.5+01:00' } },
      ],
      [
        'the last of several primaries',
        { emails: ['a', 'b', 'c'].map((value) => ({ value, primary: value !== 'c' })) },
        {
          emails: [
            { value: 'a', primary: false },
            { value: 'b', primary: true },
            { value: 'c', primary: false },
          ],
        },
      ],
      [
        'elements of one type and value as one',
        {
          emails: [
            { value: 'a', type: 'work' },
            { value: 'a', type: 'work', primary: true },
            { value: 'a', type: 'home' },
          ],
        },
        {
          emails: [
            { value: 'a', type: 'work', primary: true },
            { value: 'a', type: 'home' },
          ],
        },
      ],
      [
        'no empty values',
        { title: '', emails: null, addresses: [{}], [ENTERPRISE]: { division: '' }, [ACME]: { a: null } },
        {},
      ],
      [
        'no empty types, as one guide warns of',
        { emails: [{ value: 'a', type: '' }], addresses: [{ type: '', primary: true }] },
        { emails: [{ value: 'a' }] },
      ],
      ['nothing readOnly', { id: 'mine', meta: { version: 'x' }, groups: [{ value: 'g' }] }, {}],
    ])('%s', async (_title, body, expected) => {
      const { id } = await tenant.createUser(newName(), body);
      const shown = { active: true, ...expected };
      expect(bare(await read(id))).toEqual(shown);

      const userName = newName();
      const { id: put } = await tenant.createUser(userName);
      await tenant.scim('PUT', `/Users/${put}`, { userName, ...body });
      expect(bare(await read(put))).toEqual(shown);

      const { id: patched } = await tenant.createUser(newName());
      const { id: _id, meta: _meta, ...changes } = body as Record<string, unknown>;
      if (Object.keys(changes).length > 0) {
        expect((await tenant.patch(`/Users/${patched}`, { op: 'add', value: changes })).status).toBe(200);
      }
      expect(bare(await read(patched))).toEqual(shown);
    });

    it('readOnly ones: ignored without a path, refused with one unless they are the same (A10.9)', async () => {
      const { id } = await tenant.createUser(newName());
      const ignored = await tenant.recording(() =>
        tenant.patch(`/Users/${id}`, { op: 'replace', value: { id: 'x', groups: [] } }),
      );
      expect([ignored.answer.status, ignored.types]).toEqual([200, []]);
      expect((await tenant.patch(`/Users/${id}`, { op: 'replace', path: 'id', value: id })).status).toBe(200);
      expectScimError(await tenant.patch(`/Users/${id}`, { op: 'replace', path: 'id', value: 'x' }), 400, 'mutability');
    });

    it('several primaries by PATCH: the one added wins (RFC 7644 §3.5.2)', async () => {
      const { id } = await tenant.createUser(newName(), { emails: [{ value: 'a', primary: true }] });
      await tenant.patch(`/Users/${id}`, { op: 'add', path: 'emails', value: [{ value: 'b', primary: true }] });
      expect((await read(id)).emails).toEqual([
        { value: 'a', primary: false },
        { value: 'b', primary: true },
      ]);
    });

    it('wrong ones: the same answer from POST, PUT and PATCH, all faults in it, no value quoted, nothing appended', async () => {
      const userName = newName();
      const { id } = await tenant.createUser(userName);
      const wrong = {
        active: 'SECRET',
        emails: [{ value: 'ok' }, { value: ['SECRET'] }],
        [ENTERPRISE]: { manager: { displayName: { a: 'SECRET' } } },
      };
      const faults = [
        'Attribute "active" must be true or false, but a string came.',
        'Attribute "emails[1].value" must be a string, but an array came.',
        `Attribute "${ENTERPRISE}:manager.displayName" must be a string, but an object came.`,
      ];
      const { answer, types } = await tenant.recording(async () => [
        await tenant.scim('POST', '/Users', { userName: newName(), ...wrong }),
        await tenant.scim('PUT', `/Users/${id}`, { userName, ...wrong }),
        await tenant.patch(`/Users/${id}`, { op: 'replace', value: wrong }),
      ]);
      for (const one of answer) {
        expectScimError(one, 400, 'invalidValue');
        expect(one.body.detail.replaceAll('Operation 1 (replace): ', '')).toBe(faults.join(' '));
      }
      expect(types).toEqual([]);
    });
  });

  describe('where the guides disagree (profile B7)', () => {
    it('1: any URN is taken, comes back, and is declared', async () => {
      const { id } = await tenant.createUser(newName(), { [ACME]: { any: 'x' } });
      expect((await read(id))[ACME]).toEqual({ any: 'x' });
      expect(JSON.stringify((await tenant.get(`/Schemas/${ACME}`)).body)).toContain('"any"');
    });

    it('2: the wellness rows under the enterprise URN are kept, declared, and reach the product', async () => {
      const { id } = await tenant.createUser(newName(), GUIDE_PEOPLE['wellness, default keys']);
      const declared = (await tenant.get(`/Schemas/${ENTERPRISE}`)).body.attributes.map(
        ({ name }: { name: string }) => name,
      );
      expect(declared).toEqual(expect.arrayContaining(Object.keys(WELLNESS_ENTERPRISE)));
      const { keys, problems, missing } = await viewOf(wellness, id);
      expect({ problems, missing }).toEqual({ problems: [], missing: [] });
      // All 40 keys of the guide but the address's and the e-mail's own are plain here; every one has a value.
      expect(Object.keys(keys)).toHaveLength(40);
      expect(keys).toMatchObject({
        employee_id: '007',
        dob: '1990-02-28',
        salary_amount: '52000.50',
        certifications: ['CPR', 'ICU'],
      });
    });

    it('3: a manager’s name from the enterprise displayName or from manager.displayName, each left where it came', async () => {
      for (const enterprise of [{ displayName: 'Bo' }, { manager: { displayName: 'Bo' } }]) {
        const { id } = await tenant.createUser(newName(), { displayName: 'Ana', [ENTERPRISE]: enterprise });
        expect((await read(id))[ENTERPRISE]).toEqual(enterprise);
        expect((await viewOf(wellness, id)).keys['manager_name']).toBe('Bo');
      }
    });

    it('4: country, region and locality beside userName go before those of an address, and both stay', async () => {
      const place = { country: 'Norway', region: 'Viken', locality: 'Oslo' };
      const addresses = [{ type: 'work', country: 'SE', region: 'Skåne', locality: 'Lund' }];
      const both = await tenant.createUser(newName(), { ...place, addresses });
      expect(bare(await read(both.id))).toEqual({ active: true, ...place, addresses });
      expect((await viewOf(wellness, both.id)).keys).toMatchObject({
        country: 'Norway',
        region: 'Viken',
        office_location: 'Oslo',
      });
      const one = await tenant.createUser(newName(), { addresses });
      expect((await viewOf(wellness, one.id)).keys).toMatchObject({
        country: 'SE',
        region: 'Skåne',
        office_location: 'Lund',
      });
    });

    it('5: an address without a type, or a work one, and the primary before both', async () => {
      const cityOf = async (...addresses: object[]) => {
        const { id } = await tenant.createUser(newName(), { addresses });
        expect((await read(id)).addresses).toEqual(addresses);
        return (await viewOf(hrAssistant, id)).keys['city'];
      };
      const [untyped, work, home, primary] = [
        { locality: 'Untyped' },
        { type: 'work', locality: 'Work' },
        { type: 'home', locality: 'Home' },
        { type: 'other', locality: 'Primary', primary: true },
      ];
      expect(await cityOf(home, untyped)).toBe('Untyped');
      expect(await cityOf(home, untyped, work)).toBe('Work');
      expect(await cityOf(home, untyped, work, primary)).toBe('Primary');
      expect(await cityOf(home)).toBe('Home');
    });

    it('6: each product reads its own e-mail, and userName is never copied into emails', async () => {
      const userName = newName();
      const { id } = await tenant.createUser(userName, { emails: [{ value: 'work@example.com', type: 'work' }] });
      expect((await viewOf(wellness, id)).keys['email']).toBe(userName);
      expect((await viewOf(hrAssistant, id)).keys['email']).toBe('work@example.com');
      const none = await tenant.createUser(newName());
      expect(none.emails).toBeUndefined();
      expect((await viewOf(hrAssistant, none.id)).keys['email']).toBeUndefined();
    });

    it('7: users are found by userName, externalId or id, and the id is the server’s', async () => {
      const userName = newName();
      const user = await tenant.createUser(userName, { id: '12345', externalId: '00u-seven' });
      expect(user.id).not.toBe('12345');
      for (const filter of [
        `userName eq "${userName.toUpperCase()}"`,
        'externalId eq "00u-seven"',
        `id eq "${user.id}"`,
      ]) {
        expect((await tenant.find('Users', filter)).body.Resources.map(({ id }: { id: string }) => id)).toEqual([
          user.id,
        ]);
      }
    });

    it('8: employeeNumber and employeeId both, beside userName and in the extension', async () => {
      for (const body of [
        { [ENTERPRISE]: { employeeNumber: '008' } },
        { [ENTERPRISE]: { employeeId: '008' } },
        { employeeNumber: '008' },
      ]) {
        const { id } = await tenant.createUser(newName(), body);
        expect(bare(await read(id))).toEqual({ active: true, ...body });
        expect((await viewOf(wellness, id)).keys['employee_id']).toBe('008');
      }
    });

    it('9: a second e-mail from secondaryEmail or from emails', async () => {
      for (const body of [
        { [ENTERPRISE]: { secondaryEmail: 'ana@home.example' } },
        {
          emails: [
            { value: 'a@x.io', type: 'work' },
            { value: 'ana@home.example', type: 'home' },
          ],
        },
      ]) {
        const { id } = await tenant.createUser(newName(), body);
        expect(bare(await read(id))).toEqual({ active: true, ...body });
        expect((await viewOf(wellness, id)).keys['personal_email']).toBe('ana@home.example');
      }
    });

    it('10: the kind of employment from employmentType or userType, for either product', async () => {
      for (const body of [{ userType: 'Part time' }, { [ENTERPRISE]: { employmentType: 'Part time' } }]) {
        const { id } = await tenant.createUser(newName(), body);
        for (const profile of [wellness, hrAssistant]) {
          expect((await viewOf(profile, id)).keys['employment_type']).toBe('Part time');
        }
      }
    });

    it('11: no names are no fault in SCIM, and told to the product that needs them', async () => {
      const { id } = await tenant.createUser(newName());
      expect((await viewOf(wellness, id)).missing).toEqual(['first_name', 'last_name']);
      expect((await viewOf(hrAssistant, id)).missing).toEqual([]);
    });

    it('12: groups are there for whoever sends them', async () => {
      const user = await tenant.createUser(newName());
      const group = await tenant.createGroup('Admins', [user.id]);
      expect((await read(user.id)).groups).toMatchObject([{ value: group.id, display: 'Admins', type: 'direct' }]);
    });

    it('13: DELETE is 204, then 404; the person is kept with all attributes and comes back under the same id', async () => {
      const userName = newName();
      const user = await tenant.createUser(userName, { [ACME]: { empNum: '1' } });
      expect((await tenant.scim('DELETE', `/Users/${user.id}`)).status).toBe(204);
      expectScimError(await tenant.get(`/Users/${user.id}`), 404);
      expect(await logged(user.id)).toMatchObject({ userName, [ACME]: { empNum: '1' }, active: false });
      const back = await tenant.createUser(userName, { [ACME]: { EmpNum: '2' } });
      expect(back).toMatchObject({ id: user.id, active: true, [ACME]: { empNum: '2' } });
    });

    it('14: a token as Bearer, bare, or as the password of Basic', async () => {
      const basic = Buffer.from(`scim:${tenant.token}`).toString('base64');
      for (const authorization of [`Bearer ${tenant.token}`, tenant.token, `Basic ${basic}`]) {
        expect((await tenant.get('/Users?count=1', { authorization })).status).toBe(200);
      }
    });

    it('15: a base without a version, which locations then use', async () => {
      const options = { base: '/api/scim', headers: { host: `${tenant.slug}.scim.example` } };
      const user = await tenant.scim('POST', '/Users', { userName: newName() }, options);
      expect(user.status).toBe(201);
      expect(user.body.meta.location).toBe(`http://${tenant.slug}.scim.example/api/scim/Users/${user.body.id}`);
      expect((await read(user.body.id)).meta.location).toBe(`${tenant.baseUrl}/Users/${user.body.id}`);
    });

    it('16: dates of either form are texts in SCIM and dates for the product; a bad one is the product’s problem', async () => {
      for (const [sent, date] of [
        ['2024-05-01', '2024-05-01'],
        ['2024-05-01T23:30:00-05:00', '2024-05-01'],
        ['May 1st', undefined],
      ]) {
        const { id } = await tenant.createUser(newName(), { [ENTERPRISE]: { joiningDate: sent } });
        expect((await read(id))[ENTERPRISE].joiningDate).toBe(sent);
        const { keys, problems } = await viewOf(wellness, id);
        expect(keys['joining_date']).toBe(date);
        expect(problems.map(({ key }) => key)).toEqual(date === undefined ? ['joining_date'] : []);
      }
      const joining = (await tenant.get(`/Schemas/${ENTERPRISE}`)).body.attributes.find(
        ({ name }: { name: string }) => name === 'joiningDate',
      );
      expect(joining.type).toBe('string');
    });

    it('17: a country in any form, unchanged, with a word to the product that asks for a code', async () => {
      for (const [country, problems] of [
        ['NO', []],
        ['USA', ['country_code']],
      ] as const) {
        const { id } = await tenant.createUser(newName(), { addresses: [{ type: 'work', country }] });
        expect((await read(id)).addresses[0].country).toBe(country);
        const view = await viewOf(hrAssistant, id);
        expect([view.keys['country_code'], view.problems.map(({ key }) => key)]).toEqual([country, problems]);
      }
    });

    it('18: active is true unless told, kept by a PUT without it, and always shown', async () => {
      const userName = newName();
      const { id, active } = await tenant.createUser(userName);
      expect(active).toBe(true);
      await tenant.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
      expect((await tenant.scim('PUT', `/Users/${id}`, { userName, title: 'x' })).body.active).toBe(false);
      expect((await tenant.find('Users', `id eq "${id}"`)).body.Resources[0].active).toBe(false);
    });
  });
});
