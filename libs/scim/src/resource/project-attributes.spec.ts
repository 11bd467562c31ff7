import fc from 'fast-check';
import { createResourceModel } from '../schema/create-resource-model.js';
import { defineAttribute } from '../schema/define-attribute.js';
import { ENTERPRISE_USER_SCHEMA as ENT } from '../schema/enterprise-user.schema.js';
import { groupModel, userModel, userResourceType } from '../schema/models.js';
import { USER_SCHEMA as CORE, userSchema } from '../schema/user.schema.js';
import { createProjector, parseAttributeList, projectAttributes } from './project-attributes.js';

const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';
const ana = {
  schemas: [CORE, ENT, WISQ],
  id: 'u1',
  externalId: '00u',
  userName: 'ana',
  name: { givenName: 'Ana', familyName: 'Lee' },
  emails: [{ value: 'a@x', type: 'work', primary: true }, { value: 'b@x' }, { display: 'no value' }],
  country: 'NO',
  tags: ['a', 'b'],
  [ENT]: { department: 'Eng', manager: { value: 'u2', displayName: 'Bo' } },
  [WISQ]: { employeeId: '7', team: 'x' },
  meta: { resourceType: 'User', version: 'W/"1"' },
};
const always = { schemas: ana.schemas, id: 'u1' };
const only = (...attributes: string[]) => projectAttributes(userModel, ana, { attributes });
const without = (...excludedAttributes: string[]) => projectAttributes(userModel, ana, { excludedAttributes });

describe('projectAttributes with attributes (RFC 7644 §3.9, profile C4)', () => {
  it('shows what is named, in any case, and id and schemas always', () => {
    expect(only('USERNAME')).toEqual({ ...always, userName: 'ana' });
    expect(only('meta.version', 'Country')).toEqual({ ...always, meta: { version: 'W/"1"' }, country: 'NO' });
  });

  it('prunes objects and the elements of lists to the sub-attributes named', () => {
    expect(only('name.givenName', 'emails.value')).toEqual({
      ...always,
      name: { givenName: 'Ana' },
      emails: [{ value: 'a@x' }, { value: 'b@x' }],
    });
    expect(only('emails.value', 'emails').emails).toBe(ana.emails);
  });

  it('takes extensions whole or by full path, with core names under their URN too', () => {
    expect(only(ENT)).toEqual({ ...always, [ENT]: ana[ENT] });
    expect(only(`${ENT.toUpperCase()}:manager.displayName`)).toEqual({
      ...always,
      [ENT]: { manager: { displayName: 'Bo' } },
    });
    expect(only(`${WISQ}:employeeid`)).toEqual({ ...always, [WISQ]: { employeeId: '7' } });
    expect(only(WISQ)).toEqual({ ...always, [WISQ]: ana[WISQ] });
    expect(only(`${CORE}:userName`)).toEqual({ ...always, userName: 'ana' });
    expect(only(CORE)).toEqual({ ...always, userName: 'ana', name: ana.name, emails: ana.emails });
  });

  it.each([
    'nothing',
    '__proto__',
    'constructor',
    'a b',
    'emails[x]',
    'userName.x',
    'tags.x',
    'department',
    'password',
  ])('passes over %s', (name) => {
    expect(only(name)).toEqual(always);
  });
});

describe('projectAttributes with excludedAttributes', () => {
  it('leaves out what is named, but never id or schemas', () => {
    const { meta: _meta, emails: _emails, ...rest } = ana;
    expect(without('META', 'emails', 'id', 'schemas', 'nothing', '__proto__', 'tags.x', 'userName.x')).toEqual(rest);
  });

  it('leaves out sub-attributes and parts of extensions', () => {
    const shown = without('name.givenName', 'emails.value', `${ENT}:department`, WISQ, `${ENT}:manager.value`);
    expect(shown.name).toEqual({ familyName: 'Lee' });
    expect(shown.emails).toEqual([{ type: 'work', primary: true }, { display: 'no value' }]);
    expect(shown[ENT]).toEqual({ manager: { displayName: 'Bo' } });
    expect(shown).not.toHaveProperty([WISQ]);
    expect(without('name.givenName', 'name.familyName')).not.toHaveProperty('name');
  });
});

describe('createProjector', () => {
  it('refuses both lists (profile C4.1)', () => {
    expect(() => createProjector(userModel, { attributes: ['a'], excludedAttributes: ['b'] })).toThrow(
      expect.objectContaining({ kind: 'invalidValue' }),
    );
  });

  it('lets everything pass without a wish, save a password', () => {
    expect(projectAttributes(userModel, ana, {})).toBe(ana);
    expect(projectAttributes(userModel, ana, { attributes: [], excludedAttributes: [] })).toBe(ana);
    expect(projectAttributes(userModel, { ...ana, password: 'x' }, {})).toEqual(ana);
    expect(projectAttributes(userModel, { ...ana, password: 'x' }, { attributes: ['password'] })).toEqual(always);
    expect(projectAttributes(userModel, { ...ana, password: 'x' }, { excludedAttributes: ['title'] })).toEqual(ana);
  });

  it('tells what need not be loaded (profile C4.4)', () => {
    const shows = (projection: Parameters<typeof createProjector>[1]) =>
      createProjector(groupModel, projection).shows('members');
    expect(shows({})).toBe(true);
    expect(shows({ excludedAttributes: ['Members'] })).toBe(false);
    expect(shows({ excludedAttributes: ['members.display'] })).toBe(true);
    expect(shows({ attributes: ['displayName'] })).toBe(false);
    expect(shows({ attributes: ['members.value'] })).toBe(true);
    expect(createProjector(userModel, { attributes: [ENT] }).shows('department', ENT)).toBe(true);
    expect(createProjector(userModel, { attributes: ['title'] }).shows('department', ENT)).toBe(false);
    expect(createProjector(userModel, { attributes: ['title'] }).shows('id')).toBe(true);
    expect(createProjector(userModel, {}).shows('password')).toBe(false);
  });

  it('shows what is returned on request only when named (RFC 7643 §7)', () => {
    const urn = 'urn:acme:hr:1.0:User';
    const attributes = [
      defineAttribute('salary', 'string', 'For this spec.', { returned: 'request' }),
      defineAttribute('badge', 'string', 'For this spec.'),
    ];
    const model = createResourceModel(userResourceType, userSchema, [
      { id: urn, name: 'HR', description: '', attributes },
    ]);
    const resource = { id: 'u1', [urn]: { salary: '1', badge: '2' } };
    expect(projectAttributes(model, resource, {})).toEqual({ id: 'u1', [urn]: { badge: '2' } });
    expect(projectAttributes(model, resource, { attributes: [`${urn}:SALARY`] })).toEqual({
      id: 'u1',
      [urn]: { salary: '1' },
    });
    expect(createProjector(model, {}).isIdentity).toBe(false);
  });

  it('never invents anything', () => {
    const name = fc.constantFrom(
      'name',
      'emails',
      'value',
      'a',
      'b',
      'A',
      ENT,
      'id',
      'schemas',
      'meta',
      '__proto__',
      'userName',
    );
    const path = fc.oneof(
      fc.string(),
      name,
      fc.tuple(name, name).map((two) => two.join('.')),
      name.map((n) => `${ENT}:${n}`),
    );
    const projection = fc.oneof(
      fc.record({ attributes: fc.array(path) }),
      fc.record({ excludedAttributes: fc.array(path) }),
    );
    fc.assert(
      fc.property(fc.dictionary(name, fc.jsonValue()), projection, (resource, wish) => {
        const shown = projectAttributes(userModel, resource as Record<string, string>, wish);
        expect(isPartOf(shown, resource)).toBe(true);
        // Projecting again takes nothing more away.
        expect(projectAttributes(userModel, shown, wish)).toEqual(shown);
      }),
    );
  });
});

/** Every leaf of `part` stands at the same names in `whole`; lists may have lost elements. */
function isPartOf(part: unknown, whole: unknown): boolean {
  if (typeof part !== 'object' || part === null) return Object.is(part, whole);
  if (typeof whole !== 'object' || whole === null || Array.isArray(part) !== Array.isArray(whole)) return false;
  if (Array.isArray(part)) return part.every((one) => (whole as unknown[]).some((other) => isPartOf(one, other)));
  return Object.entries(part).every(
    ([name, value]) => Object.hasOwn(whole, name) && isPartOf(value, (whole as Record<string, unknown>)[name]),
  );
}

describe('parseAttributeList', () => {
  it.each([
    [undefined, []],
    ['', []],
    [' userName , emails.value,,', ['userName', 'emails.value']],
  ])('%j', (parameter, names) => {
    expect(parseAttributeList(parameter)).toEqual(names);
  });
});
