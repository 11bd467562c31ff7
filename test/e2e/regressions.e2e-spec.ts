import type { Answer } from '../support/http-client.js';
import { startGateway, type TestGateway } from '../support/start-gateway.js';
import { ENTERPRISE, expectScimError, GROUP, PATCH_OP, type TenantClient, USER } from '../support/tenant-client.js';

/** Bugs that other SCIM projects had in public; each test bears the number of the issue or pull request it is about. */
describe('bugs of others', () => {
  let gateway: TestGateway;
  let tenant: TenantClient;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  beforeEach(async () => {
    tenant = await gateway.newTenant();
  });

  /** Which of the two it is depends on the preset; RFC 7644 §3.5.2 allows both. */
  const expectDone = ({ status }: Answer) => expect([200, 204]).toContain(status);
  const workEmail = (value: string) => ({ type: 'work', value });
  const people = (names: readonly string[]) =>
    Promise.all(names.map(async (name) => (await tenant.createUser(`${name}@example.com`)).id as string));
  const crowd = (size: number) => people(Array.from({ length: size }, (_, index) => `p${index}`));

  describe('changes of members', () => {
    it('SCIM-SDK #757: a replace of members with [] empties the group', async () => {
      const ids = await people(['ana', 'bo']);
      for (const operation of [
        { op: 'replace', path: 'members', value: [] },
        { op: 'replace', value: { members: [] } },
      ]) {
        const group = await tenant.createGroup('Eng', ids);
        expectDone(await tenant.patch(`/Groups/${group.id}`, operation));
        expect((await tenant.get(`/Groups/${group.id}`)).body).not.toHaveProperty('members');
      }
    });

    it('simpleidserver #245: adding a member once more is a success that changes nothing', async () => {
      const [ana] = await people(['ana']);
      const group = await tenant.createGroup('Eng', [ana!]);
      const again = { op: 'add', path: 'members', value: [{ value: ana, display: 'ana@example.com' }] };
      const { answer, types } = await tenant.recording(() => tenant.patch(`/Groups/${group.id}`, again));
      expectDone(answer);
      expect(types).toEqual([]);
      expect((await tenant.get(`/Groups/${group.id}`)).body).toEqual(group);
    });

    it('vouch #1415: a remove of members with a list of values takes out those and no others', async () => {
      const [ana, bo, cy] = await people(['ana', 'bo', 'cy']);
      const group = await tenant.createGroup('Eng', [ana!, bo!, cy!]);
      const answer = await tenant.patch(`/Groups/${group.id}`, {
        op: 'Remove',
        path: 'members',
        value: [{ $ref: null, value: ana }],
      });
      expectDone(answer);
      expect(await tenant.membersOf(group.id)).toEqual([bo, cy].sort());
    });

    it('scim-for-keycloak #172: a pathless value that is a string with JSON in it counts as that JSON', async () => {
      const [ana, bo] = await people(['ana', 'bo']);
      const group = await tenant.createGroup('developers', [ana!]);
      const attributes = { schemas: [GROUP], externalId: 'kc-1', displayName: 'Developers' };
      const answer = await tenant.patch(
        `/Groups/${group.id}`,
        { op: 'replace', value: JSON.stringify(attributes) },
        { op: 'remove', path: `members[value eq "${ana}"]` },
        { op: 'add', path: 'members', value: [{ value: bo }] },
      );
      expectDone(answer);
      const { body } = await tenant.get(`/Groups/${group.id}`);
      expect(body).toMatchObject({ ...attributes, members: [{ value: bo }] });
    });

    it('authentik #11249: a PATCH whose URL ends in a bare ?, from a client without a name, finds its route', async () => {
      const [ana] = await people(['ana']);
      const group = await tenant.createGroup('Eng');
      const body = { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: [{ value: ana }] }] };
      const answer = await tenant.scim('PATCH', `/Groups/${group.id}?`, body, { headers: { 'user-agent': '' } });
      expectDone(answer);
      expect(await tenant.membersOf(group.id)).toEqual([ana]);
    });

    it('FusionAuth #2784: adding one to a group of more than a hundred loses nobody, and all of them are shown', async () => {
      const [last, ...ids] = await crowd(151);
      const group = await tenant.createGroup('Everybody', ids);
      expect(group.members).toHaveLength(150);
      const body = { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: [{ value: last }] }] };
      const answer = await tenant.scim('PATCH', `/Groups/${group.id}?attributes=members`, body);
      expect(answer.body.members).toHaveLength(151);
      expect(await tenant.membersOf(group.id)).toEqual([last, ...ids].sort());
      const listed = await tenant.find('Groups', 'displayName eq "Everybody"');
      expect(listed.body.Resources[0].members).toHaveLength(151);
    });

    it('polis #4080: members come 256 at a time, and every portion counts', async () => {
      const ids = await crowd(300);
      const group = await tenant.createGroup('Everybody');
      for (const portion of [ids.slice(0, 256), ids.slice(256)]) {
        const value = portion.map((id, index) => ({ value: id, display: `p${index}@example.com` }));
        expectDone(await tenant.patch(`/Groups/${group.id}`, { op: 'add', path: 'members', value }));
      }
      expect(await tenant.membersOf(group.id)).toEqual([...ids].sort());
    });
  });

  describe('filtered and dotted paths', () => {
    it('scim-patch #132: dotted keys in a value without a path are sub-attributes', async () => {
      const ana = await tenant.createUser('ana@example.com', { name: { givenName: 'Ana', familyName: 'Lee' } });
      const { body } = await tenant.patch(`/Users/${ana.id}`, {
        op: 'add',
        value: { 'name.familyName': 'Berg', 'name.middleName': 'Kim', nickName: 'Annie' },
      });
      expect(body.name).toEqual({ givenName: 'Ana', familyName: 'Berg', middleName: 'Kim' });
      expect(body.nickName).toBe('Annie');
      expect(Object.keys(body).filter((name) => name.includes('.'))).toEqual([]);
    });

    it('scim-patch #176: a replace whose filter matches no element makes the element that the filter describes', async () => {
      const ana = await tenant.createUser('ana@example.com', { emails: [{ type: 'home', value: 'a@example.com' }] });
      const { body } = await tenant.patch(`/Users/${ana.id}`, {
        op: 'replace',
        path: 'emails[type eq "work"].value',
        value: 'w@example.com',
      });
      expect(body.emails).toEqual([{ type: 'home', value: 'a@example.com' }, workEmail('w@example.com')]);
    });

    it('scim-for-keycloak #73: a filtered path to a value that is there changes it, whatever the case of its type', async () => {
      const ana = await tenant.createUser('ana@example.com', {
        emails: [{ type: 'Work', value: 'old@example.com', primary: true }],
      });
      const { status, body } = await tenant.patch(`/Users/${ana.id}`, {
        op: 'replace',
        path: 'emails[type eq "work"].value',
        value: 'new@example.com',
      });
      expect(status).toBe(200);
      expect(body.emails).toEqual([{ type: 'Work', value: 'new@example.com', primary: true }]);
    });

    it('better-auth #10682: a filter without a match does not take down the operations beside it', async () => {
      const ana = await tenant.createUser('ana@example.com', { displayName: 'Ana Lee' });
      const { status, body } = await tenant.patch(
        `/Users/${ana.id}`,
        { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '+47 22 33 44 55' },
        { op: 'Replace', path: 'displayName', value: 'Ana Berg' },
        { op: 'Replace', path: 'active', value: 'False' },
        { op: 'Remove', path: 'emails[type eq "work"]' },
      );
      expect(status).toBe(200);
      expect(body).toMatchObject({
        displayName: 'Ana Berg',
        active: false,
        phoneNumbers: [{ type: 'work', value: '+47 22 33 44 55' }],
      });
      expect(body).not.toHaveProperty('emails');
    });

    it('wire #5419: an Add to a filtered path sets the one value, again and again, and never piles values up', async () => {
      const ana = await tenant.createUser('ana@example.com');
      for (const value of ['a@example.com', 'b@example.com', 'b@example.com']) {
        const { body } = await tenant.patch(`/Users/${ana.id}`, {
          op: 'Add',
          path: 'emails[type eq "work"].value',
          value,
        });
        expect(body.emails).toEqual([workEmail(value)]);
      }
    });

    it('ssoready #249: several filtered paths into lists that are not there make one element for each type', async () => {
      const ana = await tenant.createUser('ana@example.com');
      const { body } = await tenant.patch(
        `/Users/${ana.id}`,
        { op: 'Add', path: 'emails[type eq "work"].value', value: 'ana@example.com' },
        { op: 'Add', path: 'emails[type eq "work"].primary', value: 'True' },
        { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
        { op: 'Add', path: 'addresses[type eq "work"].country', value: 'NO' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+47 1' },
        { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '+47 2' },
      );
      expect(body).toMatchObject({
        emails: [{ type: 'work', value: 'ana@example.com', primary: true }],
        addresses: [{ type: 'work', locality: 'Oslo', country: 'NO' }],
        phoneNumbers: [
          { type: 'mobile', value: '+47 1' },
          { type: 'work', value: '+47 2' },
        ],
      });
    });

    it('scimgateway #124: the dots inside a URN are no path separators', async () => {
      const custom = 'urn:ietf:params:scim:schemas:extension:example.com:2.0:User';
      const ana = await tenant.createUser('ana@example.com');
      const { body } = await tenant.patch(
        `/Users/${ana.id}`,
        { op: 'Add', path: `${ENTERPRISE}:employeeNumber`, value: '007' },
        { op: 'Add', path: `${ENTERPRISE}:manager.displayName`, value: 'Bo' },
        { op: 'Add', path: `${USER}:name.givenName`, value: 'Ana' },
        { op: 'Add', path: `${custom}:badge`, value: 'x' },
        { op: 'Add', path: `${USER}:emails[type eq "work"].value`, value: 'ana@example.com' },
      );
      expect(body).toMatchObject({
        schemas: [USER, ENTERPRISE, custom],
        name: { givenName: 'Ana' },
        emails: [workEmail('ana@example.com')],
        [ENTERPRISE]: { employeeNumber: '007', manager: { displayName: 'Bo' } },
        [custom]: { badge: 'x' },
      });
    });
  });

  describe('what must stay, and what must come back', () => {
    it('ssoready #206: a pathless {"active": false} deactivates and drops nothing', async () => {
      const { meta: _meta, ...ana } = await tenant.createUser('ana@example.com', {
        name: { givenName: 'Ana' },
        emails: [workEmail('ana@example.com')],
        [ENTERPRISE]: { department: 'Care' },
      });
      const { answer, types } = await tenant.recording(() =>
        tenant.patch(`/Users/${ana.id}`, { op: 'replace', value: { active: false } }),
      );
      const { meta: _newMeta, ...after } = answer.body;
      expect(after).toEqual({ ...ana, active: false });
      expect(types).toEqual(['UserDeactivated']);
    });

    it('Metatavu #123: a PATCH need not repeat what is required, and cannot take it away', async () => {
      const ana = await tenant.createUser('ana@example.com', { title: 'Nurse' });
      const path = `/Users/${ana.id}`;
      expect((await tenant.patch(path, { op: 'replace', path: 'title', value: 'Head nurse' })).status).toBe(200);
      expectScimError(await tenant.patch(path, { op: 'remove', path: 'userName' }), 400, 'mutability');
      expectScimError(await tenant.patch(path, { op: 'replace', path: 'userName', value: ' ' }), 400, 'invalidValue');
      expect((await tenant.get(path)).body).toMatchObject({ userName: 'ana@example.com', title: 'Head nurse' });
    });

    it('directory-scimple #1242: a manager that is a plain string is taken, by POST, PUT and PATCH', async () => {
      const extension = { [ENTERPRISE]: { manager: 'm-1' } };
      const ana = await tenant.createUser('ana@example.com', extension);
      const replaced = await tenant.scim('PUT', `/Users/${ana.id}`, {
        userName: 'ana@example.com',
        [ENTERPRISE]: { manager: 'm-2' },
      });
      const patched = await tenant.patch(`/Users/${ana.id}`, {
        op: 'Replace',
        path: `${ENTERPRISE}:manager`,
        value: 'm-3',
      });
      const managers = [ana, replaced.body, patched.body].map((user) => user[ENTERPRISE].manager.value);
      expect(managers).toEqual(['m-1', 'm-2', 'm-3']);
    });

    it('Budibase #15369: a manager goes out as an object wherever a user is shown, listed in schemas', async () => {
      const ana = await tenant.createUser('ana@example.com', { [ENTERPRISE]: { manager: 'm-1' } });
      const read = await tenant.get(`/Users/${ana.id}`);
      const byName = await tenant.find('Users', 'userName eq "ana@example.com"');
      const listed = await tenant.get('/Users');
      for (const user of [ana, read.body, byName.body.Resources[0], listed.body.Resources[0]]) {
        expect(user.schemas).toEqual([USER, ENTERPRISE]);
        expect(user[ENTERPRISE]).toEqual({ manager: { value: 'm-1' } });
      }
    });

    it('authentik #16678: users can be replaced and patched, and 404 says only that there is no such user', async () => {
      const ana = await tenant.createUser('ana@example.com');
      const body = { schemas: [USER], userName: 'ana@example.com', displayName: 'Ana' };
      expect((await tenant.get('/ServiceProviderConfig')).body.patch).toEqual({ supported: true });
      expect((await tenant.scim('PUT', `/Users/${ana.id}`, body)).status).toBe(200);
      expect((await tenant.patch(`/Users/${ana.id}`, { op: 'remove', path: 'displayName' })).status).toBe(200);
      expectScimError(await tenant.scim('PUT', '/Users/0199f0c8-0000-7000-8000-000000000000', body), 404);
    });
  });
});
