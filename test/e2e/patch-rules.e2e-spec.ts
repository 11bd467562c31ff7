import { startGateway, type TestGateway } from '../support/start-gateway.js';
import {
  ENTERPRISE,
  expectRefusal,
  expectScimError,
  PATCH_OP,
  type TenantClient,
  USER,
} from '../support/tenant-client.js';

const CUSTOM = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';

/** The rules of PATCH (RFC 7644 §3.5.2) that servers break most, each by its number in the list of rules, C1. */
describe('rules of PATCH', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  let ana: string;
  let before: { readonly [name: string]: unknown; readonly meta: { readonly version: string } };
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  beforeEach(async () => {
    tenant = await gateway.newTenant();
    before = await tenant.createUser('ana@example.com', {
      name: { givenName: 'Ana', familyName: 'Lee' },
      emails: [
        { type: 'work', value: 'ana@work.example', primary: true },
        { type: 'home', value: 'ana@home.example' },
      ],
      [ENTERPRISE]: { department: 'Care', manager: { value: 'm-1' } },
    });
    ana = `/Users/${before['id'] as string}`;
  });

  const refused = async (scimType: string, ...operations: object[]) => {
    const { body } = await expectRefusal(tenant, () => tenant.patch(ana, ...operations));
    expect(body.scimType).toBe(scimType);
    expect((await tenant.get(ana)).body).toEqual(before);
  };

  it('C1.1 operations build on each other, and come to one event and one version', async () => {
    const { answer, types } = await tenant.recording(() =>
      tenant.patch(
        ana,
        { op: 'add', path: 'nickName', value: 'An' },
        { op: 'replace', path: 'nickName', value: 'Annie' },
        { op: 'remove', path: 'name.familyName' },
        { op: 'add', path: 'phoneNumbers', value: [{ type: 'work', value: '1' }] },
        { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: '2' },
      ),
    );
    expect(answer.body).toMatchObject({ nickName: 'Annie', phoneNumbers: [{ type: 'work', value: '2' }] });
    expect(answer.body.name).toEqual({ givenName: 'Ana' });
    expect(types).toEqual(['UserUpdated']);
    await expectRefusal(tenant, () =>
      tenant.patch(ana, { op: 'add', path: 'title', value: 'x' }, { op: 'remove', path: 'userName' }),
    );
    expect((await tenant.get(ana)).body).toEqual(answer.body);
  });

  it('C1.2 add: equal is no change, a single value is replaced, a complex one merged, a list appended to', async () => {
    const { answer: same, types } = await tenant.recording(() =>
      tenant.patch(
        ana,
        { op: 'add', path: 'name.givenName', value: 'Ana' },
        { op: 'add', value: { emails: [{ type: 'home', value: 'ana@home.example' }] } },
      ),
    );
    expect(same.body).toEqual(before);
    expect(types).toEqual([]);
    const { body } = await tenant.patch(
      ana,
      { op: 'add', path: 'name', value: { givenName: 'Anna', middleName: 'Kim' } },
      { op: 'add', path: 'emails', value: [{ type: 'other', value: 'a@other.example' }] },
      { op: 'add', value: { title: 'Nurse', [ENTERPRISE]: { division: 'North' } } },
    );
    expect(body).toMatchObject({
      name: { givenName: 'Anna', familyName: 'Lee', middleName: 'Kim' },
      emails: [{ type: 'work' }, { type: 'home' }, { type: 'other' }],
      title: 'Nurse',
      [ENTERPRISE]: { department: 'Care', division: 'North', manager: { value: 'm-1' } },
    });
  });

  it('C1.3 remove: no path is noTarget; who is no member, or what no filter finds, changes nothing', async () => {
    await refused('noTarget', { op: 'remove' });
    await refused('noTarget', { op: 'remove', value: { title: 'x' } });
    const group = await tenant.createGroup('Eng', [before['id'] as string]);
    const { answer, types } = await tenant.recording(async () => [
      await tenant.patch(`/Groups/${group.id}`, { op: 'remove', path: 'members[value eq "nobody"]' }),
      await tenant.patch(`/Groups/${group.id}`, { op: 'remove', path: 'members', value: [{ value: 'nobody' }] }),
      await tenant.patch(ana, { op: 'remove', path: 'emails[type eq "other"].value' }),
      await tenant.patch(ana, { op: 'remove', path: 'nickName' }),
    ]);
    for (const { status } of answer) expect([200, 204]).toContain(status);
    expect(types).toEqual([]);
  });

  it('C1.4 remove or change of what is required or readOnly is refused with mutability', async () => {
    for (const path of ['userName', 'id', 'meta', 'meta.version', 'groups', 'groups[value eq "x"]', USER]) {
      await refused('mutability', { op: 'remove', path });
    }
    await refused('mutability', { op: 'replace', path: 'id', value: 'other' });
    await refused('mutability', { op: 'add', path: 'groups', value: [{ value: 'x' }] });
    const group = await tenant.createGroup('Eng');
    const { body } = await expectRefusal(tenant, () =>
      tenant.patch(`/Groups/${group.id}`, { op: 'remove', path: 'displayName' }),
    );
    expect(body.scimType).toBe('mutability');
  });

  it('C1.5 replace merges: without a path the resource, on a complex attribute its parts; a list it takes whole', async () => {
    const { body } = await tenant.patch(
      ana,
      { op: 'replace', value: { title: 'Nurse', name: { familyName: 'Berg' } } },
      { op: 'replace', path: 'emails', value: [{ value: 'only@example.com' }] },
      { op: 'replace', path: 'nickName', value: 'Annie' },
    );
    expect(body).toMatchObject({ userName: 'ana@example.com', title: 'Nurse', nickName: 'Annie', active: true });
    expect(body.name).toEqual({ givenName: 'Ana', familyName: 'Berg' });
    expect(body.emails).toEqual([{ value: 'only@example.com' }]);
    expect(body[ENTERPRISE]).toEqual(before[ENTERPRISE]);
  });

  it('C1.6 a filter without a match makes the element it describes; one that describes none is noTarget', async () => {
    const { body } = await tenant.patch(
      ana,
      { op: 'replace', path: 'addresses[type eq "work" and country eq "NO"].locality', value: 'Oslo' },
      { op: 'add', path: 'roles[primary eq "True"].value', value: 'admin' },
    );
    expect(body.addresses).toEqual([{ type: 'work', country: 'NO', locality: 'Oslo' }]);
    expect(body.roles).toEqual([{ primary: true, value: 'admin' }]);
    before = body;
    await refused('noTarget', { op: 'replace', path: 'emails[type eq "a" or type eq "b"].value', value: 'x' });
    await refused('noTarget', { op: 'replace', path: 'emails[value co "zzz"].type', value: 'x' });
    const group = await tenant.createGroup('Eng');
    const value = { value: before['id'] };
    await tenant.patch(`/Groups/${group.id}`, {
      op: 'add',
      path: `members[value eq "${before['id'] as string}"]`,
      value,
    });
    expect(await tenant.membersOf(group.id)).toEqual([]);
  });

  it('C1.7 a primary that is set takes it from the one that had it, whichever way it comes', async () => {
    const primaries = async (...operations: object[]): Promise<unknown[]> => {
      const { body } = await tenant.patch(ana, ...operations);
      const emails = body.emails as { value: string; primary?: boolean }[];
      return emails.filter(({ primary }) => primary).map(({ value }) => value);
    };
    const path = 'emails[type eq "home"].primary';
    expect(await primaries({ op: 'replace', path, value: true })).toEqual(['ana@home.example']);
    const third = { type: 'other', value: 'o@example.com', primary: true };
    expect(await primaries({ op: 'add', path: 'emails', value: [third] })).toEqual(['o@example.com']);
    expect(await primaries({ op: 'add', path: 'emails[type eq "work"]', value: { primary: 'True' } })).toEqual([
      'ana@work.example',
    ]);
    const again = { type: 'home', value: 'ana@home.example', primary: true };
    expect(await primaries({ op: 'add', value: { emails: [again] } })).toEqual(['ana@home.example']);
    const two = [third, { value: 'last@example.com', primary: true }];
    expect(await primaries({ op: 'replace', path: 'emails', value: two })).toEqual(['last@example.com']);
    expect(await primaries({ op: 'remove', path: 'emails[primary eq true].primary' })).toEqual([]);
  });

  it('C1.8 paths in every form, with and without a schema, in any case', async () => {
    const { body } = await tenant.patch(
      ana,
      { op: 'replace', path: 'NAME.givenname', value: 'Anna' },
      { op: 'replace', path: `${USER}:name.familyName`, value: 'Berg' },
      { op: 'replace', path: `${USER.toUpperCase()}:emails[TYPE Eq "HOME"].Value`, value: 'new@home.example' },
      { op: 'replace', path: `${ENTERPRISE}:manager.displayName`, value: 'Bo' },
      { op: 'add', path: `${CUSTOM}:employeeId`, value: '77' },
      { op: 'add', path: ENTERPRISE, value: { costCenter: '5' } },
    );
    expect(body).toMatchObject({
      name: { givenName: 'Anna', familyName: 'Berg' },
      emails: [{}, { type: 'home', value: 'new@home.example' }],
      [ENTERPRISE]: { costCenter: '5', department: 'Care', manager: { value: 'm-1', displayName: 'Bo' } },
      [CUSTOM]: { employeeId: '77' },
    });
    before = body;
    for (const path of ['name.', '.name', 'a b', 'userName.x', 'emails[type eq "work"].a.b', 'urn:', 'name[']) {
      const answer = await expectRefusal(tenant, () => tenant.patch(ana, { op: 'add', path, value: 'x' }));
      expect(['invalidPath', 'invalidFilter']).toContain(answer.body.scimType);
    }
    expect((await tenant.get(ana)).body).toEqual(before);
  });

  it('C1.9 an extension comes into schemas with its first attribute and leaves with its last', async () => {
    const schemas = async (...operations: object[]) => (await tenant.patch(ana, ...operations)).body.schemas;
    expect(before['schemas']).toEqual([USER, ENTERPRISE]);
    expect(await schemas({ op: 'add', path: `${CUSTOM}:badge`, value: '1' })).toEqual([USER, ENTERPRISE, CUSTOM]);
    expect(await schemas({ op: 'remove', path: `${CUSTOM}:badge` })).toEqual([USER, ENTERPRISE]);
    expect(await schemas({ op: 'remove', path: `${ENTERPRISE}:department` })).toEqual([USER, ENTERPRISE]);
    expect(await schemas({ op: 'replace', path: `${ENTERPRISE}:manager`, value: '' })).toEqual([USER]);
    expect(await schemas({ op: 'add', value: { [ENTERPRISE]: { division: 'N' } } })).toEqual([USER, ENTERPRISE]);
    expect(await schemas({ op: 'remove', path: ENTERPRISE })).toEqual([USER]);
    expect(await schemas({ op: 'add', path: 'schemas', value: [ENTERPRISE] })).toEqual([USER]);
    expect((await tenant.get(ana)).body.schemas).toEqual([USER]);
  });

  it('C1.10 answers 200 for users, 204 for groups unless the preset or attributes ask to see it; op in any case', async () => {
    const operation = { op: 'REPLACE', path: 'displayName', value: 'X' };
    expect((await tenant.patch(ana, operation)).status).toBe(200);
    const entra = await gateway.newTenant({ idp: 'entra-id' });
    const group = await entra.createGroup('Eng');
    const bare = await entra.patch(`/Groups/${group.id}`, operation);
    expect({ status: bare.status, text: bare.text }).toEqual({ status: 204, text: '' });
    const body = { schemas: [PATCH_OP], Operations: [operation] };
    const asked = await entra.scim('PATCH', `/Groups/${group.id}?attributes=displayName`, body);
    expect({ status: asked.status, displayName: asked.body.displayName }).toEqual({ status: 200, displayName: 'X' });
    for (const broken of [
      {},
      { Operations: [] },
      { Operations: null },
      { Operations: [{ op: 'copy', path: 'title' }] },
    ]) {
      expectScimError(await tenant.scim('PATCH', ana, { schemas: [PATCH_OP], ...broken }), 400, 'invalidSyntax');
    }
  });

  it("C1.11 a member's id cannot be changed, only the member", async () => {
    const bo = (await tenant.createUser('bo@example.com')).id as string;
    const id = before['id'] as string;
    const group = await tenant.createGroup('Eng', [id]);
    for (const operation of [
      { op: 'replace', path: `members[value eq "${id}"].value`, value: bo },
      { op: 'add', path: `members[value eq "${id}"]`, value: { value: bo } },
      { op: 'remove', path: `members[value eq "${id}"].value` },
    ]) {
      const answer = await expectRefusal(tenant, () => tenant.patch(`/Groups/${group.id}`, operation));
      expect(answer.body.scimType).toBe('mutability');
    }
    await tenant.patch(
      `/Groups/${group.id}`,
      { op: 'remove', path: `members[value eq "${id}"]` },
      { op: 'add', path: 'members', value: [{ value: bo }] },
    );
    expect(await tenant.membersOf(group.id)).toEqual([bo]);
    const back = { op: 'replace', path: `members[value eq "${bo}"]`, value: [{ value: id }] };
    expect((await tenant.patch(`/Groups/${group.id}`, back)).status).toBeLessThan(300);
    expect(await tenant.membersOf(group.id)).toEqual([id]);
    const { body } = await expectRefusal(tenant, () => tenant.patch(`/Groups/${group.id}`, back));
    expect(body.scimType).toBe('noTarget');
    const nobody = { ...back, path: `members[value eq "${id}"]`, value: { value: 'nobody' } };
    expect((await expectRefusal(tenant, () => tenant.patch(`/Groups/${group.id}`, nobody))).body.scimType).toBe(
      'invalidValue',
    );
  });

  it('C1.12 judges what comes of it, not what came: a name may be away in between, and an equal end is no change', async () => {
    const { answer, types } = await tenant.recording(() =>
      tenant.patch(
        ana,
        { op: 'remove', path: ENTERPRISE },
        { op: 'add', path: 'title', value: 'x' },
        { op: 'add', value: { [ENTERPRISE]: before[ENTERPRISE] } },
        { op: 'remove', path: 'title' },
      ),
    );
    expect(answer.body).toEqual(before);
    expect(types).toEqual([]);
    expect((await tenant.patch(ana, { op: 'add', path: 'title', value: 'x' })).status).toBe(200);
  });
});
