import { AdminClient } from '../support/admin-client.js';
import type { TestGateway } from '../support/start-gateway.js';
import { eventually, TestStandalone } from '../support/start-standalone.js';
import { ENTERPRISE, type TenantClient } from '../support/tenant-client.js';

const ACME = 'urn:acme:params:scim:2.0:User';
const GUID = '9d98ed114c4840d298fad781915f27e4';
/** One that no value of ours can be read through. */
const MASKED = '••••';

/** The products of a tenant in the admin API. Answers are held to the OpenAPI document. */
describe('products of a tenant', () => {
  let standalone: TestStandalone;
  let gateway: TestGateway;
  let operator: AdminClient;
  let acme: TenantClient;
  let path: string;
  beforeAll(async () => {
    standalone = await TestStandalone.start();
    ({ gateway } = standalone);
    operator = await AdminClient.of(gateway);
  });
  beforeEach(async () => {
    acme = await gateway.newTenant();
    path = `/tenants/${acme.slug}/products`;
  });
  afterAll(() => standalone[Symbol.asyncDispose]());

  const appoint = async (role: string, tenants?: string[]): Promise<AdminClient> => {
    const { body } = await operator.post('/admins', { name: 'Kim', role, ...(tenants && { tenants }) });
    return operator.as(body.key as string);
  };
  const person = async (userName: string, enterprise: object, more: object = {}): Promise<string> => {
    const sent = { name: { givenName: 'Ana', familyName: 'Lee' }, [ENTERPRISE]: enterprise, ...more };
    return (await acme.createUser(userName, sent)).id as string;
  };
  const faults = (body: { errors: { field: string; detail: string; pointer: string }[] }) =>
    body.errors.map(({ field, pointer }) => [field, pointer]);

  describe('the list', () => {
    it('tells which are enabled, under which mapping, and who lacks what', async () => {
      await person('ana@acme.test', {});
      await acme.createUser('bo');
      await eventually(async () => {
        const { body } = await operator.get(path);
        expect(body.products).toMatchObject([
          {
            id: 'wellness',
            enabled: true,
            topic: 'rollcall.product.wellness',
            mappingVersion: 0,
            completeness: { people: 2, incomplete: 1 },
          },
          { id: 'hr-assistant', enabled: true, completeness: { people: 2, incomplete: 0 } },
          { id: 'define', enabled: false, rolesVersion: 0 },
          { id: 'client-settings', enabled: false, rolesVersion: 0 },
          { id: 'identity-platform', enabled: false },
        ]);
        expect(body.products[2]).not.toHaveProperty('completeness');
      });
    });

    it('is switched, each time by an event that names the admin', async () => {
      const { types } = await acme.recording(async () => {
        expect((await operator.post(`${path}/define/enable`)).body).toMatchObject({ id: 'define', enabled: true });
        expect((await operator.post(`${path}/define/enable`)).body).toMatchObject({ enabled: true });
        expect((await operator.post(`${path}/wellness/disable`)).body).toMatchObject({ enabled: false });
      });
      expect(types).toEqual(['ProductEnabled', 'ProductDisabled']);
      const { body } = await operator.get(path);
      const enabled = (body.products as { id: string; enabled: boolean }[]).filter((one) => one.enabled);
      expect(enabled.map(({ id }) => id)).toEqual(['hr-assistant', 'define']);
    });
  });

  describe('a product', () => {
    it('tells each key with its sources, the mapping’s override, and how many people have a value', async () => {
      await person('ana@acme.test', { empNum: '007', dob: 'soon' });
      await person('bo@acme.test', { empNum: '008' });
      await operator.put(`${path}/wellness/mapping`, { overrides: [{ key: 'employee_id', path: 'empNum' }] });
      const { body } = await operator.get(`${path}/wellness`);
      expect(body.keys).toHaveLength(40);
      const key = (name: string) => (body.keys as { key: string }[]).find((one) => one.key === name);
      expect(key('employee_id')).toEqual({
        key: 'employee_id',
        namespace: 'enterprise',
        sources: [`${ENTERPRISE}:employeeNumber`, `${ENTERPRISE}:employeeId`, 'employeeNumber'].map((one) => ({
          path: one,
        })),
        override: 'empNum',
        type: 'string',
        level: 'recommended',
        sensitive: false,
        own: false,
        description: expect.any(String),
        valued: 2,
        missing: 0,
        problems: 0,
      });
      expect(key('dob')).toMatchObject({ sensitive: true, type: 'date', valued: 0, problems: 1 });
      expect(body).toMatchObject({
        mappingVersion: 1,
        identityKey: 'email',
        clientNamespace: ENTERPRISE,
        ownKeys: false,
        deactivation: { loginBlocked: true, dataRetained: true, historyVisible: true },
        coverage: { people: 2, lookedAt: 2, complete: true },
      });
      expect((await operator.get(`${path}/wellness?coverage=false`)).body).not.toHaveProperty('coverage');
      expect((await operator.get(`${path}/wellness?coverage=maybe`)).status).toBe(400);
      expect((await operator.get(`${path}/client-settings`)).body.roles).toMatchObject({ key: 'roles' });
    });

    it('that there is not is answered 404 with those that there are', async () => {
      const { status, body } = await operator.get(`${path}/payroll`);
      expect({ status, detail: body.detail }).toEqual({
        status: 404,
        detail: expect.stringMatching(/"payroll".*wellness, hr-assistant, define/),
      });
      expect((await operator.post(`${path}/payroll/enable`)).status).toBe(404);
      expect((await operator.get(`${path}/constructor/mapping`)).status).toBe(404);
    });

    it('shows one person as it sees them, sensitive values masked', async () => {
      const ana = await person('ana@acme.test', { dob: '1990-05-01', department: 'ICU', joiningDate: '5/1/2024' });
      expect((await operator.get(`${path}/wellness/people/${ana}`)).body).toEqual({
        userId: ana,
        enabled: true,
        awaitsRederivation: false,
        active: true,
        deleted: false,
        mappingVersion: 0,
        attributes: {
          email: 'ana@acme.test',
          first_name: 'Ana',
          last_name: 'Lee',
          dob: MASKED,
          department: 'ICU',
        },
        missing: [],
        problems: [{ key: 'joining_date', path: `${ENTERPRISE}:joiningDate`, problem: expect.any(String) }],
      });
      await acme.scim('DELETE', `/Users/${ana}`);
      expect((await operator.get(`${path}/wellness/people/${ana}`)).body).toMatchObject({
        active: false,
        deleted: true,
        attributes: { department: 'ICU' },
      });
      expect((await operator.get(`${path}/wellness/people/nobody`)).status).toBe(404);
      const other = await gateway.newTenant();
      expect((await operator.get(`/tenants/${other.slug}/products/wellness/people/${ana}`)).status).toBe(404);
    });

    it('shows the roles that somebody’s groups come to', async () => {
      const ana = await person('ana@acme.test', {}, { externalId: 'e1' });
      const inner = await acme.createGroup('Editors', [ana]);
      await acme.createGroup('Staff', [inner.id as string]);
      await operator.put(`${path}/define/roles`, { rules: [{ group: { displayName: 'staff' }, role: 'Member' }] });
      for (const product of ['define', 'client-settings']) await operator.post(`${path}/${product}/enable`);
      const rolesIn = async (product: string) =>
        (await operator.get(`${path}/${product}/people/${ana}`)).body.attributes.roles as string[];
      await eventually(async () => {
        expect(await rolesIn('define')).toEqual(['Member']);
        expect(await rolesIn('client-settings')).toEqual(['Editors', 'Staff']);
      });
    });

    it('lists who lacks a required key or has a value that does not fit, page by page', async () => {
      await person('whole@acme.test', { department: 'ICU' });
      const ana = await person('ana@acme.test', { joiningDate: '5/1/2024' });
      const { id: bo } = await acme.createUser('bo@acme.test');
      await eventually(async () => {
        expect((await operator.get(`${path}/wellness/people`)).body).toEqual({
          people: [
            {
              userId: ana,
              userName: 'ana@acme.test',
              missing: [],
              problems: [expect.objectContaining({ key: 'joining_date' })],
            },
            { userId: bo, userName: 'bo@acme.test', missing: ['first_name', 'last_name'], problems: [] },
          ],
          total: 2,
        });
      });
      const { body: first } = await operator.get(`${path}/wellness/people?limit=1`);
      expect(first).toMatchObject({ people: [{ userId: ana }], total: 2, nextCursor: ana });
      const { body: second } = await operator.get(`${path}/wellness/people?limit=1&cursor=${ana}`);
      expect(second).toMatchObject({ people: [{ userId: bo }], total: 2 });
      expect(second).not.toHaveProperty('nextCursor');
      await acme.patch(`/Users/${bo}`, { op: 'replace', path: 'active', value: false });
      await eventually(async () => {
        expect((await operator.get(`${path}/wellness/people`)).body.total).toBe(1);
      });
    });
  });

  describe('its mapping', () => {
    const save = (overrides: object[], more: object = {}, product = 'wellness') =>
      operator.put(`${path}/${product}/mapping`, { overrides, ...more });

    it('is saved as one version, with who saved it', async () => {
      const overrides = [
        { key: 'employee_id', path: 'empNum' },
        { key: 'job_level', path: `extension_${GUID}_jobLevel` },
        { key: 'business_unit', path: `${ENTERPRISE}:divisionName` },
      ];
      const { answer, types } = await acme.recording(() => save(overrides, { basedOn: 0 }));
      expect({ status: answer.status, types }).toEqual({ status: 200, types: ['AttributeMappingChanged'] });
      const savedBy = { id: 'admin-key', name: 'admin key', role: 'operator' };
      const expected = { version: 1, savedAt: expect.any(String), savedBy, overrides };
      expect(answer.body).toMatchObject(expected);
      expect((await operator.get(`${path}/wellness/mapping`)).body).toEqual(answer.body);
      const again = await acme.recording(() => save([...overrides].reverse()));
      expect({ types: again.types, version: again.answer.body.version }).toEqual({ types: [], version: 1 });
    });

    it('warns of attributes that nobody has sent so far', async () => {
      await person('ana@acme.test', { EMPNUM: '007' });
      const { body } = await save([
        { key: 'employee_id', path: 'empNum' },
        { key: 'department', path: 'divison' },
      ]);
      expect(body.warnings).toEqual([{ line: 1, detail: expect.stringContaining('"divison"') }]);
    });

    it('is refused with all faults at once, each with its line, and nothing is saved', async () => {
      const { answer, types } = await acme.recording(() =>
        save([
          { key: 'employee_id', path: 'emp num' },
          { key: 'shoe_size', path: 'shoeSize' },
          { key: 'department', path: 'area' },
          { key: 'region', path: 'AREA' },
          { key: 'department', path: 'area2' },
          { key: 'country', path: `${ACME}:country` },
          { key: 'gender', path: '' },
        ]),
      );
      expect({ status: answer.status, types }).toEqual({ status: 400, types: [] });
      expect(faults(answer.body)).toEqual([
        ['overrides.0.path', '#/overrides/0/path'],
        ['overrides.1.key', '#/overrides/1/key'],
        ['overrides.3.path', '#/overrides/3/path'],
        ['overrides.4.key', '#/overrides/4/key'],
        ['overrides.5.path', '#/overrides/5/path'],
        ['overrides.6.path', '#/overrides/6/path'],
      ]);
      const details = answer.body.errors.map((one: { detail: string }) => one.detail);
      expect(details[0]).toMatch(/^Line 1: "emp num" has spaces or special characters/);
      expect(details[2]).toMatch(/^Line 4: "AREA" is mapped to "department" in line 3 already/);
      expect(details[4]).toContain(`must be under ${ENTERPRISE}`);
    });

    it.each<[unknown, string]>([
      [{}, 'overrides'],
      [{ overrides: 'empNum' }, 'overrides'],
      [{ overrides: ['empNum'] }, 'overrides.0'],
      [{ overrides: [null] }, 'overrides.0'],
      [{ overrides: [{ key: 'dob' }] }, 'overrides.0.path'],
      [{ overrides: [{ key: 'dob', path: 7 }] }, 'overrides.0.path'],
      [{ overrides: [{ key: 'dob', path: 'x', as: 'date' }] }, 'overrides.0.as'],
      [{ overrides: [], basedOn: '0' }, 'basedOn'],
      [{ overrides: [], version: 3 }, 'version'],
    ])('is refused as %j', async (body, field) => {
      const { answer, types } = await acme.recording(() => operator.put(`${path}/wellness/mapping`, body));
      expect({ status: answer.status, types }).toEqual({ status: 400, types: [] });
      expect(faults(answer.body).map(([name]) => name)).toContain(field);
    });

    it('is not saved over another version than the one that was looked at', async () => {
      await save([{ key: 'dob', path: 'birthday' }]);
      const { answer, types } = await acme.recording(() => save([], { basedOn: 0 }));
      expect({ status: answer.status, types, errors: faults(answer.body) }).toEqual({
        status: 409,
        types: [],
        errors: [['basedOn', '#/basedOn']],
      });
      expect((await save([], { basedOn: 1 })).body).toMatchObject({ version: 2, overrides: [] });
    });

    it('of two admins who save at once only one is taken', async () => {
      const answers = await Promise.all(['a', 'b'].map((name) => save([{ key: 'dob', path: name }], { basedOn: 0 })));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    });

    it('has versions that can be brought back, the first of all too', async () => {
      const first = [{ key: 'dob', path: 'birthday' }];
      await save(first);
      await save([{ key: 'gender', path: 'sex' }]);
      const restored = await operator.post(`${path}/wellness/mapping/versions/1/restore`, { basedOn: 2 });
      expect(restored.body).toMatchObject({ version: 3, restores: 1, overrides: first });
      const { body } = await operator.get(`${path}/wellness/mapping/versions`);
      expect(body.versions.map((one: { version: number }) => one.version)).toEqual([3, 2, 1]);
      expect(body.versions[0]).toMatchObject({ restores: 1, savedBy: { id: 'admin-key' }, overrides: first });
      const page = await operator.get(`${path}/wellness/mapping/versions?limit=1&before=3`);
      expect(page.body.versions.map((one: { version: number }) => one.version)).toEqual([2]);
      expect((await operator.post(`${path}/wellness/mapping/versions/0/restore`)).body).toMatchObject({
        version: 4,
        restores: 0,
        overrides: [],
      });
      expect((await operator.post(`${path}/wellness/mapping/versions/9/restore`)).status).toBe(404);
      expect((await operator.post(`${path}/wellness/mapping/versions/x/restore`)).status).toBe(400);
      expect((await operator.post(`${path}/wellness/mapping/versions/1/restore`, { basedOn: 3 })).status).toBe(409);
      // Versions of one product are nobody else's.
      expect((await operator.get(`${path}/hr-assistant/mapping/versions`)).body.versions).toEqual([]);
    });

    it('may add keys to the identity platform, from any namespace, and nowhere else', async () => {
      await acme.createUser('ana', { externalId: '00u1', [ACME]: { shoe: { size: 42 } } });
      const overrides = [{ key: 'shoeSize', path: `${ACME}:shoe.size` }];
      expect((await save(overrides, {}, 'identity-platform')).body).toMatchObject({ version: 1, warnings: [] });
      const { body } = await operator.get(`${path}/identity-platform`);
      expect(body.keys.at(-1)).toMatchObject({ key: 'shoeSize', own: true, sensitive: true, valued: 1 });
      expect((await save(overrides, {}, 'hr-assistant')).status).toBe(400);
    });

    it('survives a restart', async () => {
      await save([{ key: 'dob', path: 'birthday' }]);
      await gateway.restart();
      expect((await operator.get(`${path}/wellness/mapping`)).body).toMatchObject({ version: 1 });
    });
  });

  describe('its preview', () => {
    const preview = (overrides: object[]) => operator.post(`${path}/wellness/mapping/preview`, { overrides });

    it('shows what would change, what would be lost and what would not fit, and saves nothing', async () => {
      const ana = await person('ana@acme.test', {
        department: 'ICU',
        area: 'North',
        born: '1.5.1990',
        dob: '1990-05-01',
      });
      const bo = await person('bo@acme.test', { department: 'ER' });
      await person('cy@acme.test', {});
      const { answer, types } = await acme.recording(() =>
        preview([
          { key: 'department', path: 'area' },
          { key: 'dob', path: 'born' },
          { key: 'job_code', path: 'jobKode' },
        ]),
      );
      expect(types).toEqual([]);
      expect(answer.body).toEqual({
        basedOn: 0,
        people: 3,
        lookedAt: 3,
        complete: true,
        changed: 2,
        keys: [
          expect.objectContaining({ key: 'department', lost: 1, gained: 0, replaced: 1, failing: 0, failures: [] }),
          expect.objectContaining({
            key: 'dob',
            lost: 1,
            failing: 1,
            failingNow: 0,
            failures: [
              {
                userId: ana,
                path: `${ENTERPRISE}:born`,
                problem: expect.stringContaining('YYYY-MM-DD'),
                value: MASKED,
              },
            ],
          }),
        ],
        examples: [
          { userId: ana, before: { department: 'ICU', dob: MASKED }, after: { department: 'North' } },
          { userId: bo, before: { department: 'ER' }, after: {} },
        ],
        warnings: [{ line: 2, detail: expect.stringContaining('jobKode') }],
      });
      expect(answer.text).not.toContain('1990');
    });

    it('compares with the mapping in force, over more people than one step holds', async () => {
      await operator.put(`${path}/wellness/mapping`, { overrides: [{ key: 'department', path: 'area' }] });
      const names = Array.from({ length: 230 }, (_, i) => `p${i}@acme.test`);
      await Promise.all(names.map((name, i) => person(name, { area: 'North', ...(i % 2 && { zone: 'Z' }) })));
      const { body } = await preview([{ key: 'department', path: 'zone' }]);
      expect(body).toMatchObject({ basedOn: 1, people: 230, lookedAt: 230, complete: true, changed: 230 });
      expect(body.keys).toMatchObject([{ key: 'department', lost: 115, replaced: 115 }]);
      expect((await preview([{ key: 'department', path: 'area' }])).body).toMatchObject({ changed: 0, keys: [] });
    });

    it('says of how many people the product is then told, deleted ones included', async () => {
      const gone = await person('gone@acme.test', { department: 'ICU' });
      const off = await person('off@acme.test', { department: 'ER' });
      await person('bo@acme.test', {});
      await acme.patch(`/Users/${off}`, { op: 'replace', path: 'active', value: false });
      await acme.scim('DELETE', `/Users/${gone}`);
      const overrides = [{ key: 'department', path: 'area' }];
      expect((await preview(overrides)).body).toMatchObject({ people: 3, lookedAt: 3, changed: 2 });
      await operator.put(`${path}/wellness/mapping`, { overrides });
      await eventually(async () => {
        const { rederivation } = (await operator.get(`${path}/wellness?coverage=false`)).body;
        expect(rederivation).toMatchObject({ state: 'done', mappingVersion: 1, done: 3, published: 2 });
      });
      expect((await operator.get(`${path}/wellness`)).body.coverage).toMatchObject({ people: 2, lookedAt: 2 });
    });

    it('refuses what saving would refuse', async () => {
      const { status, body } = await preview([{ key: 'department', path: 'a b' }]);
      expect({ status, errors: faults(body) }).toEqual({
        status: 400,
        errors: [['overrides.0.path', '#/overrides/0/path']],
      });
    });
  });

  describe('its roles', () => {
    const rules = [
      { group: { displayName: 'Admins' }, role: 'Admin' },
      { group: { externalId: 'g-7' }, role: 'Editor' },
    ];
    const save = (body: object, product = 'define') => operator.put(`${path}/${product}/roles`, body);

    it('are mapped from groups, as one version, which can be brought back', async () => {
      expect((await operator.get(`${path}/define/roles`)).body).toEqual({ version: 0, rules: [] });
      const { answer, types, events } = await acme.recording(() => save({ rules, basedOn: 0 }));
      expect({ status: answer.status, types }).toEqual({ status: 200, types: ['RoleMappingChanged'] });
      expect(events[0]?.data).toEqual({ product: 'define', version: 1, rules });
      expect(answer.body).toMatchObject({ version: 1, savedBy: { id: 'admin-key' }, rules });
      expect((await operator.get(`${path}/define/roles`)).body).toEqual(answer.body);
      expect((await save({ rules: [], basedOn: 0 })).status).toBe(409);
      await save({ rules: [] });
      const restored = await operator.post(`${path}/define/roles/versions/1/restore`);
      expect(restored.body).toMatchObject({ version: 3, restores: 1, rules });
      const { body } = await operator.get(`${path}/define/roles/versions`);
      expect(body.versions.map((one: { version: number }) => one.version)).toEqual([3, 2, 1]);
    });

    it.each<[unknown, string]>([
      [{ rules: [{ group: {}, role: 'Admin' }] }, 'rules.0.group'],
      [{ rules: [{ group: { id: '1', displayName: 'A' }, role: 'Admin' }] }, 'rules.0.group'],
      [{ rules: [{ group: 'Admins', role: 'Admin' }] }, 'rules.0.group'],
      [{ rules: [{ group: { name: 'A' }, role: 'Admin' }] }, 'rules.0.group.name'],
      [{ rules: [{ group: { id: '1' }, role: ' ' }] }, 'rules.0.role'],
      [{ rules: [rules[0], rules[0]] }, 'rules.1.group'],
      [{}, 'rules'],
    ])('are refused as %j', async (body, field) => {
      const answer = await operator.put(`${path}/define/roles`, body);
      expect({ status: answer.status, fields: faults(answer.body).map(([name]) => name) }).toEqual({
        status: 400,
        fields: expect.arrayContaining([field]),
      });
    });

    it('are refused for a product without roles', async () => {
      const { status, body } = await save({ rules }, 'wellness');
      expect({ status, detail: body.errors[0].detail }).toEqual({
        status: 400,
        detail: expect.stringContaining('has no roles'),
      });
    });
  });

  it('unmapped attributes are those that no enabled product reads', async () => {
    await person('ana@acme.test', { empNum: '007', jobCode: 'J1' }, { [ACME]: { shoe: 42 }, badge: 'B' });
    const unmapped = async () =>
      ((await operator.get(`/tenants/${acme.slug}/unmapped-attributes`)).body.attributes as { path: string }[]).map(
        (one) => one.path,
      );
    expect((await unmapped()).sort()).toEqual(['badge', `${ACME}:shoe`, `${ENTERPRISE}:empNum`].sort());
    await operator.put(`${path}/wellness/mapping`, { overrides: [{ key: 'employee_id', path: 'empNum' }] });
    expect(await unmapped()).not.toContain(`${ENTERPRISE}:empNum`);
    const { body } = await operator.get(`/tenants/${acme.slug}/attributes`);
    expect(body.attributes).toContainEqual({
      path: `${ENTERPRISE}:empNum`,
      types: ['string'],
      multiValued: false,
      readBy: [{ product: 'wellness', key: 'employee_id' }],
    });
    await operator.post(`${path}/wellness/disable`);
    expect(await unmapped()).toEqual(expect.arrayContaining([`${ENTERPRISE}:empNum`, `${ENTERPRISE}:jobCode`]));
  });

  it('are changed by operators and the tenant’s own admins, read by auditors, and hidden from others', async () => {
    const foreign = await gateway.newTenant();
    const auditor = await appoint('auditor');
    const own = await appoint('tenant-admin', [acme.slug]);
    const other = await appoint('tenant-admin', [foreign.slug]);
    const changes: [string, string, object][] = [
      ['POST', '/define/enable', {}],
      ['POST', '/define/disable', {}],
      ['PUT', '/wellness/mapping', { overrides: [] }],
      ['POST', '/wellness/mapping/versions/0/restore', {}],
      ['PUT', '/define/roles', { rules: [] }],
      ['POST', '/define/roles/versions/0/restore', {}],
    ];
    for (const [method, route, body] of changes) {
      const ask = async (client: AdminClient) => (await client.call(method, `${path}${route}`, body)).status;
      expect([route, await ask(own), await ask(auditor), await ask(other)]).toEqual([route, 200, 403, 404]);
    }
    for (const route of ['', '/wellness', '/wellness/mapping', '/wellness/people', '/define/roles']) {
      const ask = async (client: AdminClient) => (await client.get(`${path}${route}`)).status;
      expect([route, await ask(own), await ask(auditor), await ask(other)]).toEqual([route, 200, 200, 404]);
    }
    const before = await gateway.store.lastPosition();
    for (const [client, status] of [
      [own, 200],
      [auditor, 200],
      [other, 404],
    ] as const) {
      const answer = await client.post(`${path}/wellness/mapping/preview`, { overrides: [] });
      expect(answer.status).toBe(status);
    }
    expect(await gateway.eventsAfter(before)).toEqual([]);
  });

  it('of a tenant that is gone are not answered', async () => {
    await operator.delete(`/tenants/${acme.slug}?confirm=${acme.slug}`);
    expect((await operator.get(path)).status).toBe(404);
    expect((await operator.put(`${path}/wellness/mapping`, { overrides: [] })).status).toBe(404);
    expect((await operator.get('/tenants/nobody/products')).status).toBe(404);
  });
});
