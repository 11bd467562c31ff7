import fc from 'fast-check';
import { applyPatch } from '../patch/index.js';
import { ScimError } from '../scim-error.js';
import { createResourceModel } from '../schema/create-resource-model.js';
import { defineAttribute } from '../schema/define-attribute.js';
import { ENTERPRISE_USER_SCHEMA as ENT } from '../schema/enterprise-user.schema.js';
import { groupModel, userModel } from '../schema/models.js';
import { USER_SCHEMA as CORE } from '../schema/user.schema.js';
import { LIMITS } from './keep-json.js';
import { normalizeResource } from './normalize-resource.js';
import { completeJson, resourceJson } from './represent-resource.js';

const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';
const META = { created: '2026-01-01T00:00:00Z', lastModified: '2026-01-02T00:00:00Z', version: 'W/"1"', location: 'x' };

const user = (body: unknown) => normalizeResource(userModel, body).attributes;
const group = (body: unknown) => normalizeResource(groupModel, body).attributes;

function refusal(act: () => unknown): ScimError {
  try {
    act();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** JSON with numbers that JavaScript has no number for. */
const toJson = (value: unknown): string =>
  JSON.stringify(value, (_name, part: unknown) => (typeof part === 'bigint' ? `#${part}#` : part)).replace(
    /"#(-?\d+)#"/g,
    '$1',
  );

describe('normalizeResource: what each provider sends', () => {
  it('takes Okta’s create as it is, without what is not for storing (profile A1)', () => {
    const { attributes, passwordGiven } = normalizeResource(userModel, {
      schemas: [CORE],
      userName: 'ana@example.com',
      name: { givenName: 'Ana', familyName: 'Lee' },
      emails: [{ primary: true, value: 'ana@example.com', type: 'work' }],
      displayName: 'Ana Lee',
      locale: 'en-US',
      externalId: '00uabc',
      groups: [],
      password: 'x7Q',
      active: true,
      [WISQ]: { employeeId: '7' },
    });
    expect(passwordGiven).toBe(true);
    expect(attributes).toEqual({
      userName: 'ana@example.com',
      name: { givenName: 'Ana', familyName: 'Lee' },
      emails: [{ primary: true, value: 'ana@example.com', type: 'work' }],
      displayName: 'Ana Lee',
      locale: 'en-US',
      externalId: '00uabc',
      active: true,
      [WISQ]: { employeeId: '7' },
    });
  });

  it('takes Entra ID’s nulls, string manager and misspelt URN (profile A2)', () => {
    expect(
      user({
        schemas: [CORE, ENT],
        userName: 'ana',
        addresses: null,
        title: null,
        roles: [],
        meta: { resourceType: 'User' },
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { manager: 'u2' },
      }),
    ).toEqual({ userName: 'ana', [ENT]: { manager: { value: 'u2' } } });
  });

  it('takes OneLogin’s template: object for a list, strings for booleans, managerId, SCIM 1 URNs (profile A7)', () => {
    expect(
      user({
        schemas: ['urn:scim:schemas:core:1.0'],
        id: null,
        userName: 'ana',
        active: 'true',
        emails: { value: 'ana@example.com', type: '' },
        'urn:scim:schemas:extension:enterprise:1.0': {
          manager: { managerId: 'u2', displayName: 'Bo' },
          department: '',
        },
      }),
    ).toEqual({
      userName: 'ana',
      active: true,
      emails: [{ value: 'ana@example.com' }],
      [ENT]: { manager: { value: 'u2', displayName: 'Bo' } },
    });
  });

  it('takes PingOne’s address sent twice, both primary (profile A5)', () => {
    const twice = { value: 'ana@example.com', type: 'work', primary: true };
    expect(user({ emails: [twice, { ...twice }] })).toEqual({ emails: [twice] });
    expect(user({ emails: [twice, { ...twice, type: 'home' }] })).toEqual({
      emails: [
        { ...twice, primary: false },
        { ...twice, type: 'home' },
      ],
    });
  });

  it('takes JumpCloud’s full and minimal PUT (profile A4)', () => {
    expect(user({ schemas: [ENT, CORE], userName: 'ana', addresses: [], phoneNumbers: [], emails: null })).toEqual({
      userName: 'ana',
    });
  });

  it('takes our own representation back with stale meta and id (profile A1, update of AIW apps)', () => {
    const attributes = user({ userName: 'ana', [ENT]: { department: 'Eng' }, country: 'NO' });
    expect(user(JSON.parse(completeJson(userModel, resourceJson(userModel, 'u1', attributes), '', META)))).toEqual(
      attributes,
    );
  });
});

describe('normalizeResource: names (profile A10.8)', () => {
  it('finds attributes in any case and writes them as the schema does', () => {
    expect(user({ USERNAME: 'ana', NAME: { GIVENNAME: 'Ana' }, Emails: [{ VALUE: 'a', Type: 'work' }] })).toEqual({
      userName: 'ana',
      name: { givenName: 'Ana' },
      emails: [{ value: 'a', type: 'work' }],
    });
    expect(user({ [ENT.toUpperCase()]: { Department: 'Eng' } })).toEqual({ [ENT]: { department: 'Eng' } });
  });

  describe('dotted keys beside the list that they made before (profile A1, seed 001)', () => {
    const over = (addresses: unknown, dotted: Record<string, unknown>) => {
      const keys = Object.fromEntries(Object.entries(dotted).map(([name, value]) => [`addresses.${name}`, value]));
      const results = [user({ addresses, ...keys }), user({ ...keys, addresses })];
      expect(results[1]).toEqual(results[0]);
      return results[0]!['addresses'];
    };
    const work = { type: 'work', locality: 'Bergen' };

    it.each<[string, unknown, Record<string, unknown>, unknown]>([
      ['change it', [{ locality: 'Oslo' }], { locality: 'Bergen' }, [{ locality: 'Bergen' }]],
      ['in any case', [{ locality: 'Oslo' }], { LOCALITY: 'Bergen' }, [{ locality: 'Bergen' }]],
      [
        'keep what they do not name',
        [{ locality: 'Oslo', country: 'NO', primary: true }],
        { locality: 'Bergen' },
        [{ country: 'NO', primary: true, locality: 'Bergen' }],
      ],
      ['leave typed ones alone', [work, { locality: 'Oslo' }], { locality: 'Rome' }, [work, { locality: 'Rome' }]],
      ['make one where all have a type', [work], { locality: 'Rome' }, [work, { locality: 'Rome' }]],
      [
        'with a type mean the one of that type',
        [{ country: 'NO' }, work],
        { type: 'work', locality: 'Rome' },
        [{ country: 'NO' }, { type: 'work', locality: 'Rome' }],
      ],
      [
        'with a type that none has make one',
        [work],
        { type: 'home', country: 'NO' },
        [work, { type: 'home', country: 'NO' }],
      ],
      [
        'of several take the one that is like them',
        [{ formatted: 'x' }, { locality: 'Oslo' }],
        { locality: 'Rome' },
        [{ formatted: 'x' }, { locality: 'Rome' }],
      ],
      [
        'take the first where none is like them',
        [{ formatted: 'x' }, { country: 'NO' }],
        { locality: 'Rome' },
        [{ formatted: 'x', locality: 'Rome' }, { country: 'NO' }],
      ],
      ['empty one unassigns', [{ locality: 'Oslo', country: 'NO' }], { locality: '' }, [{ country: 'NO' }]],
      ['empty ones leave no element', [{ locality: 'Oslo' }], { locality: '', country: null }, undefined],
      ['empty ones make none', [work], { locality: '' }, [work]],
      ['one object counts as a list', { locality: 'Oslo' }, { locality: 'Rome' }, [{ locality: 'Rome' }]],
    ])('%s', (_name, addresses, dotted, expected) => expect(over(addresses, dotted)).toEqual(expected));

    it('add a member, as members are told apart by their values alone', () => {
      const members = (value: string) => group({ members: [{ value: 'u1' }], 'members.value': value })['members'];
      expect(members('u2')).toEqual([{ value: 'u1' }, { value: 'u2' }]);
      expect(members('')).toEqual([{ value: 'u1' }]);
    });

    it('tells of a wrong value as ever', () => {
      expect(refusal(() => user({ addresses: [{ locality: 'Oslo' }], 'addresses.locality': ['x'] })).detail).toBe(
        'Attribute "addresses[0].locality" must be a string, but an array came.',
      );
    });
  });

  it('takes dotted keys, in either order with the object', () => {
    expect(user({ 'name.givenName': 'Ana', name: { familyName: 'Lee' } })).toEqual({
      name: { givenName: 'Ana', familyName: 'Lee' },
    });
    expect(user({ name: { familyName: 'Lee' }, 'NAME.givenname': 'Ana' })).toEqual({
      name: { givenName: 'Ana', familyName: 'Lee' },
    });
    expect(user({ 'addresses.locality': 'Oslo', 'addresses.country': 'NO', 'meta.version': 'x' })).toEqual({
      addresses: [{ locality: 'Oslo', country: 'NO' }],
    });
    expect(user({ 'vehicle.plate': 'AB 1', 'vehicle.seats': 5 })).toEqual({ vehicle: { plate: 'AB 1', seats: 5 } });
  });

  it('takes full-URN keys', () => {
    expect(
      user({
        [`${CORE}:userName`]: 'ana',
        [`${CORE}:name.givenName`]: 'Ana',
        [`${ENT}:employeeNumber`]: 77,
        [`${ENT}:manager.displayName`]: 'Bo',
        [`${ENT}:manager`]: { value: 'u2' },
        [`${WISQ}:employeeId`]: '0012',
        [`${WISQ}:departmentCode`]: '',
      }),
    ).toEqual({
      userName: 'ana',
      name: { givenName: 'Ana' },
      [ENT]: { employeeNumber: '77', manager: { displayName: 'Bo', value: 'u2' } },
      [WISQ]: { employeeId: '0012' },
    });
    expect(user({ [CORE]: { userName: 'ana' } })).toEqual({ userName: 'ana' });
  });

  it('keeps what no schema knows, where it came (profile B7.1, B7.4)', () => {
    const body = { country: 'NO', region: 'Oslo', department: 'Eng', 'urn:acme:hr:1.0': { level: 3, tags: ['a'] } };
    expect(user(body)).toEqual(body);
    expect(user({ [ENT]: { joiningDate: '2026-01-01', extension_0f_x: true } })).toEqual({
      [ENT]: { joiningDate: '2026-01-01', extension_0f_x: true },
    });
    const msGroup = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
    expect(group({ displayName: 'Eng', [msGroup]: { a: 1 } })).toEqual({ displayName: 'Eng', [msGroup]: { a: 1 } });
  });

  it('keeps names with two underscores, as Salesforce writes them, nested and flat', () => {
    const expected = { [WISQ]: { cost__c: 'x' } };
    expect(user({ [WISQ]: { cost__c: 'x' } })).toEqual(expected);
    expect(user({ [`${WISQ}:cost__c`]: 'x' })).toEqual(expected);
    expect(user({ 'urn:acme:my__app:1.0': { badge: 'x' } })).toEqual({ 'urn:acme:my__app:1.0': { badge: 'x' } });
  });

  it('treats spellings of one unknown name as one attribute (RFC 7643 §2.1)', () => {
    expect(user({ Country: 'SE', country: 'NO' })).toEqual({ Country: 'NO' });
    expect(user({ [WISQ]: { a: 1 }, [WISQ.toUpperCase()]: { b: 2 } })).toEqual({ [WISQ]: { a: 1, b: 2 } });
  });

  it.each([
    '__proto__',
    'constructor',
    'toString',
    'a b',
    '1st',
    '',
    'a.b.c',
    'name.__proto__',
    `${ENT}:__proto__`,
    'urn:acme:1.0:__proto__',
    `${WISQ}:__proto__`,
    'a:b',
  ])('refuses the name %j and says so', (name) => {
    const body = JSON.parse(`{${JSON.stringify(name)}:{"polluted":true}}`) as unknown;
    const error = refusal(() => user(body));
    expect(error.kind).toBe('invalidSyntax');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each(['__proto__', 'constructor'])('refuses %s below the top as well', (name) => {
    for (const above of ['name', 'vehicle', ENT, WISQ]) {
      const body = JSON.parse(`{"${above}":{"${name}":{"polluted":true}}}`) as unknown;
      expect(refusal(() => user(body)).kind).toBe('invalidSyntax');
    }
  });

  it('leaves filters in keys to PATCH', () => {
    expect(refusal(() => user({ 'emails[type eq "work"].value': 'a' })).kind).toBe('invalidPath');
  });
});

describe('normalizeResource: unassigned values (RFC 7643 §2.5, profile A10.6)', () => {
  it.each([null, '', [], {}, [null], [{}], [{ value: '' }], [{ type: 'work', value: '', primary: true }]])(
    'drops %j',
    (nothing) => {
      expect(user({ userName: 'ana', emails: nothing })).toEqual({ userName: 'ana' });
    },
  );

  it('drops objects that come to nothing, extensions too', () => {
    expect(
      user({ name: { givenName: '' }, [ENT]: { manager: { value: '' } }, [WISQ]: { a: null }, v: [[{}]] }),
    ).toEqual({});
    expect(user({ [ENT]: null, [WISQ]: '' })).toEqual({});
  });

  it.each(['', null, [], {}])('refuses userName %j', (nothing) => {
    const error = refusal(() => user({ userName: nothing }));
    expect([error.kind, error.detail]).toEqual([
      'invalidValue',
      'Attribute "userName" is required and must not be empty.',
    ]);
  });
});

describe('normalizeResource: types', () => {
  it.each([
    ['True', true],
    ['False', false],
    ['true', true],
    ['false', false],
    [true, true],
  ])('reads active %j (profile A10.5)', (given, active) => {
    expect(user({ active: given })).toEqual({ active });
  });

  it.each(['1', 'yes', 'no', 0, 1, ' true'])('refuses active %j', (given) => {
    expect(refusal(() => user({ active: given })).kind).toBe('invalidValue');
  });

  it.each([
    ['employeeNumber', 12345678901234567890n, `${ENT}:employeeNumber`],
    ['employeeNumber', -9007199254740993n, `${ENT}:employeeNumber`],
    ['payrollId', 12345678901234567890n, `${ENT}:payrollId`],
    ['ids', [1, 9007199254740993n], `${ENT}:ids`],
    ['badge', { code: 9007199254740993n }, `${ENT}:badge`],
  ])('refuses a number of %s that lost digits when it was parsed: %j', (name, number, path) => {
    const parsed = JSON.parse(toJson({ [ENT]: { [name]: number } })) as unknown;
    const error = refusal(() => user(parsed));
    expect([error.kind, error.detail]).toEqual([
      'invalidValue',
      `Attribute "${path}" must be sent as text: a JSON number beyond 9007199254740991 loses digits.`,
    ]);
  });

  it('keeps every number that arrives whole', () => {
    const numbers = { a: 9007199254740991, b: -9007199254740991, c: 1234.5, d: 0.1, e: 1e-7, f: 85000.25 };
    expect(user({ [WISQ]: numbers, title: 9007199254740991 })).toEqual({ [WISQ]: numbers, title: '9007199254740991' });
    const asText = { employeeNumber: '12345678901234567890', salaryAmount: '1234.50' };
    expect(user({ [ENT]: asText })).toEqual({ [ENT]: asText });
  });

  it('reads numbers where text belongs, and booleans in extensions (profile A10.5, B1)', () => {
    expect(user({ title: 7, phoneNumbers: [4712345678], [ENT]: { employeeNumber: 77, division: true } })).toEqual({
      title: '7',
      phoneNumbers: [{ value: '4712345678' }],
      [ENT]: { employeeNumber: '77', division: 'true' },
    });
  });

  it('reads single values for lists and lists of one for single values (profile A10.7)', () => {
    expect(
      user({
        emails: 'ana@example.com',
        roles: ['admin', { value: 'dev' }],
        [ENT]: { manager: [{ $ref: 'x', value: 'u' }] },
      }),
    ).toEqual({
      emails: [{ value: 'ana@example.com' }],
      roles: [{ value: 'admin' }, { value: 'dev' }],
      [ENT]: { manager: { $ref: 'x', value: 'u' } },
    });
  });

  it.each([
    [{ userName: true }, 'Attribute "userName" must be a string, but a boolean came.'],
    [{ title: ['a'] }, 'Attribute "title" must be a string, but an array came.'],
    [{ name: 'Ana Lee' }, 'Attribute "name" must be an object, but a string came.'],
    [{ name: { givenName: { a: 1 } } }, 'Attribute "name.givenName" must be a string, but an object came.'],
    [{ name: [{ givenName: 'a' }, {}] }, 'Attribute "name" must be a single object, but an array came.'],
    [{ emails: [{ primary: 'maybe' }] }, 'Attribute "emails[0].primary" must be true or false, but a string came.'],
    [{ emails: [['a']] }, 'Attribute "emails[0]" must be an object, but an array came.'],
    [{ emails: true }, 'Attribute "emails" must be an object, but a boolean came.'],
    [{ addresses: 'Main Street' }, 'Attribute "addresses" must be an object, but a string came.'],
    [{ password: { a: 1 } }, 'Attribute "password" must be a string, but an object came.'],
    [
      { [ENT]: { manager: { value: { a: 1 } } } },
      `Attribute "${ENT}:manager.value" must be a string, but an object came.`,
    ],
    [{ [ENT]: 'x' }, `Attribute "${ENT}" must be an object with the attributes of this schema, but a string came.`],
  ])('refuses %j', (body, detail) => {
    const error = refusal(() => user(body));
    expect([error.kind, error.detail]).toEqual(['invalidValue', detail]);
  });

  it('tells of the first three faults of a body and counts the others', () => {
    const body = {
      title: ['a'],
      active: 'yes',
      [ENT]: { manager: { value: {}, displayName: [1] }, division: { a: 1 } },
      emails: [{ value: 'a' }, { value: [1] }],
      locale: { a: 1 },
    };
    const error = refusal(() => user(body));
    expect([error.kind, error.detail]).toEqual([
      'invalidValue',
      'Attribute "title" must be a string, but an array came. ' +
        'Attribute "active" must be true or false, but a string came. ' +
        `Attribute "${ENT}:manager.displayName" must be a string, but an array came. And 3 more faults.`,
    ]);
  });

  it.each([
    ['boolean', 'yes', 'true or false, but a string came'],
    ['boolean', 1, 'true or false, but a number came'],
    ['integer', 1.5, 'an integer, but a number came'],
    ['integer', 'x', 'an integer, but a string came'],
    ['decimal', true, 'a number, but a boolean came'],
    ['decimal', '1,5', 'a number, but a string came'],
    ['dateTime', '2026-01-31', 'a dateTime such as 2026-01-31T08:00:00Z, but a string came'],
    ['dateTime', '2026-02-30T00:00:00Z', 'a dateTime such as 2026-01-31T08:00:00Z, but a string came'],
    ['binary', 'not base64!', 'Base64 text, but a string came'],
    ['binary', 7, 'Base64 text, but a number came'],
    ['reference', 7, 'a URI as text, but a number came'],
    ['reference', { a: 1 }, 'a URI as text, but an object came'],
    ['string', { a: 1 }, 'a string, but an object came'],
    ['complex', 7, 'an object, but a number came'],
  ] as const)(
    'refuses for a %s declared by a tenant %j, on its own, in a list and in PATCH',
    (type, value, expected) => {
      const HR = 'urn:acme:hr:1.0:User';
      const subAttributes = [defineAttribute('n', 'string', 'x')];
      const define = (name: string, multiValued: boolean) =>
        defineAttribute(name, type, 'x', { multiValued, ...(type === 'complex' && { subAttributes }) });
      const attributes = [define('one', false), define('many', true)];
      const hr = { id: HR, name: 'HR', description: 'x', attributes };
      const model = createResourceModel(userModel.resourceType, userModel.coreSchema, [hr]);
      for (const [body, path] of [
        [{ [HR]: { one: value } }, `${HR}:one`],
        [{ [`${HR}:one`]: value }, `${HR}:one`],
        [{ [HR]: { many: [null, value] } }, `${HR}:many[1]`],
      ] as const) {
        const error = refusal(() => normalizeResource(model, body));
        expect([error.kind, error.detail]).toEqual(['invalidValue', `Attribute "${path}" must be ${expected}.`]);
      }
      const error = refusal(() => applyPatch(model, {}, { Operations: [{ op: 'replace', path: `${HR}:one`, value }] }));
      expect([error.kind, error.detail]).toEqual([
        'invalidValue',
        `Operation 1 (replace): Attribute "${HR}:one" must be ${expected}.`,
      ]);
    },
  );

  it('keeps Base64 with line breaks, and references of any form', () => {
    const body = { x509Certificates: [{ value: 'MII\nQUJD/+==\n' }], profileUrl: '../me', photos: [{ value: 'x y' }] };
    expect(user(body)).toEqual(body);
  });

  it('reads Base64 in a time that grows with its length alone', () => {
    const value = `${' '.repeat(500_000)}!`;
    const cpu = process.cpuUsage();
    expect(refusal(() => user({ x509Certificates: [{ value }] })).kind).toBe('invalidValue');
    expect(process.cpuUsage(cpu).user / 1_000).toBeLessThan(15_000);
  });

  it.each([null, 'text', 7, true, [], [{}], undefined])('refuses the body %j (profile A10.4)', (body) => {
    expect(refusal(() => user(body)).kind).toBe('invalidSyntax');
  });

  it('keeps strings byte for byte, but refuses U+0000 (profile C5.4)', () => {
    const text = ' e\u0301 \u{1f600} שלום \ufeff\r\n';
    expect(user({ title: text, note: text })).toEqual({ title: text, note: text });
    for (const body of [
      { title: 'a\u0000' },
      { emails: [{ value: '\u0000' }] },
      { note: ['\u0000'] },
      { password: '\u0000' },
    ]) {
      expect(refusal(() => user(body)).kind).toBe('invalidValue');
    }
  });

  it('never quotes a password', () => {
    expect(refusal(() => user({ password: ['secret'] })).detail).not.toContain('secret');
    expect(normalizeResource(userModel, { [ENT]: { Password: 'secret' } })).toEqual({
      attributes: {},
      passwordGiven: true,
    });
    expect(normalizeResource(groupModel, { password: 'secret' })).toEqual({ attributes: {}, passwordGiven: true });
    expect(normalizeResource(userModel, { password: '' }).passwordGiven).toBe(false);
  });
});

describe('normalizeResource: lists (RFC 7643 §2.4, profile A10.11)', () => {
  it('lets the last of several primaries win', () => {
    const emails = ['a', 'b', 'c'].map((value) => ({ value, primary: true }));
    expect(user({ emails })).toEqual({
      emails: [
        { value: 'a', primary: false },
        { value: 'b', primary: false },
        { value: 'c', primary: true },
      ],
    });
    expect(emails[0]).toEqual({ value: 'a', primary: true });
  });

  it('makes elements of the same type and value one', () => {
    expect(
      user({
        phoneNumbers: [
          { value: '1', type: 'work' },
          { value: '1', type: 'home' },
          { value: '1', type: 'work', display: 'x' },
        ],
      }),
    ).toEqual({
      phoneNumbers: [
        { value: '1', type: 'work', display: 'x' },
        { value: '1', type: 'home' },
      ],
    });
    const address = { locality: 'Oslo', type: 'work' };
    expect(user({ addresses: [address, { ...address }, { ...address, region: 'East' }] })).toEqual({
      addresses: [address, { ...address, region: 'East' }],
    });
  });
});

describe('normalizeResource: groups', () => {
  it('brings members to value, type and $ref (profile A1, A2)', () => {
    expect(
      group({
        displayName: 'Eng',
        members: [
          { $ref: null, value: 'u1', display: null },
          'u2',
          { value: 'u3', type: 'User', $ref: 'https://x/Users/u3', display: 'Cy', operation: 'add', extra: { a: 1 } },
          { value: 'u1', display: 'Ana' },
        ],
      }),
    ).toEqual({
      displayName: 'Eng',
      members: [{ value: 'u1' }, { value: 'u2' }, { value: 'u3', type: 'User', $ref: 'https://x/Users/u3' }],
    });
  });

  it.each([{ display: 'Ana' }, { value: '' }, { value: null, type: 'User' }, { type: 'User' }])(
    'refuses a member that points at nobody: %j',
    (member) => {
      const members = [{ value: 'u1' }, member];
      expect(refusal(() => group({ displayName: 'Eng', members })).detail).toBe(
        'Attribute "members[1].value" is missing.',
      );
    },
  );

  it('passes over elements that say nothing at all (profile A10.6)', () => {
    expect(group({ displayName: 'Eng', members: [null, {}, '', { value: 'u1' }] }).members).toEqual([{ value: 'u1' }]);
  });

  it('takes 100,000 members and no more', () => {
    const members = Array.from({ length: LIMITS.elements }, (_, i) => ({ value: `u${i}` }));
    expect(group({ members }).members).toHaveLength(LIMITS.elements);
    expect(refusal(() => group({ members: [...members, { value: 'one' }] })).kind).toBe('invalidValue');
  });
});

describe('normalizeResource: limits', () => {
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + '1' + ']'.repeat(depth));

  it('bounds nesting without running out of stack', () => {
    expect(user({ note: nested(LIMITS.nesting) })).toHaveProperty('note');
    for (const depth of [LIMITS.nesting + 1, 100_000]) {
      for (const key of ['note', 'emails', 'name', 'active', ENT, WISQ]) {
        const body = { [key]: key === ENT || key === WISQ ? { a: nested(depth) } : nested(depth) };
        expect(refusal(() => user(body)).kind).toBe('invalidValue');
      }
    }
    expect(user({ meta: nested(100_000) })).toEqual({});
  });

  it('bounds names, elements and strings', () => {
    const names = Object.fromEntries(Array.from({ length: LIMITS.attributes + 1 }, (_, i) => [`a${i}`, 1]));
    for (const body of [names, { [WISQ]: names }, { note: names }, { name: names }]) {
      expect(refusal(() => user(body)).kind).toBe('invalidValue');
    }
    expect(refusal(() => user({ a: new Array(60_000).fill(1), b: new Array(60_000).fill(1) })).kind).toBe(
      'invalidValue',
    );
    expect(refusal(() => user({ title: 'x'.repeat(LIMITS.stringLength + 1) })).kind).toBe('invalidValue');
    expect(user({ title: 'x'.repeat(LIMITS.stringLength) })).toHaveProperty('title');
  });
});

describe('normalizeResource: laws', () => {
  const name = fc.constantFrom(
    ...['userName', 'USERNAME', 'name', 'emails', 'Emails', 'addresses', 'active', 'members', 'displayName', 'manager'],
    ...['value', 'type', 'primary', 'givenName', 'locality', '$ref', 'managerId', 'x', 'X', 'country', 'id', 'meta'],
    ...[
      'schemas',
      'groups',
      'password',
      '__proto__',
      'constructor',
      'a.b',
      'name.givenName',
      'emails.value',
      'members.value',
    ],
    ...[ENT, ENT.toUpperCase(), CORE, WISQ, `${WISQ}:x`, `${ENT}:manager`, `${ENT}:manager.value`, `${CORE}:title`],
    ...['urn:a:b', 'urn:a:b:c', 'urn:a:user:b:c', 'urn:a:1.0:c', 'urn:a:1.0:user:b:c', 'http://a/b', 'a[b eq 1].c'],
  );
  const value = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom<unknown>('', 'x', 'y', 'True', 'work', '7', null, true, false, 0, 1.5),
      fc.array(tie('value'), { maxLength: 4 }),
      fc
        .array(fc.tuple(name, tie('value')), { maxLength: 5 })
        .map(
          (entries) =>
            JSON.parse(`{${entries.map(([n, v]) => `${JSON.stringify(n)}:${JSON.stringify(v)}`).join()}}`) as unknown,
        ),
    ),
  })).value;
  const body = fc.oneof(
    fc.jsonValue(),
    value,
    fc.dictionary(name, value, { maxKeys: 6 }),
    fc.dictionary(name, fc.jsonValue(), { maxKeys: 6 }),
  );

  it.each([userModel, groupModel])('throws nothing but ScimError, and normalising twice equals once', (model) => {
    fc.assert(
      fc.property(body, (given) => {
        let once;
        try {
          once = normalizeResource(model, given).attributes;
        } catch (error) {
          expect(error).toBeInstanceOf(ScimError);
          return;
        }
        expect(normalizeResource(model, once).attributes).toEqual(once);
        const represented: unknown = JSON.parse(completeJson(model, resourceJson(model, 'r1', once), '', META));
        // JSON text does not tell -0 from 0.
        expect(normalizeResource(model, represented).attributes).toEqual(JSON.parse(JSON.stringify(once)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('leaves the body alone', () => {
    fc.assert(
      fc.property(body, (given) => {
        const before = JSON.stringify(given);
        try {
          normalizeResource(userModel, given);
        } catch {
          // a refusal must not have changed it either
        }
        expect(JSON.stringify(given)).toBe(before);
      }),
    );
  });
});
