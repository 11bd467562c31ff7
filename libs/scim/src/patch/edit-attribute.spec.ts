import { userModel } from '../schema/models.js';
import type { JsonValue, ResourceAttributes } from '../schema/schema.types.js';
import { applyPatch } from './apply-patch.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ACME = 'urn:acme:params:scim:1.0:User';
const GUID_NAME = 'extension_0F1E2D3C_CostRun';

const ana = (): ResourceAttributes => ({
  userName: 'ana@example.com',
  active: true,
  title: 'Baker',
  name: { givenName: 'Ana', familyName: 'Lee' },
  emails: [
    { value: 'ana@example.com', type: 'work', primary: true },
    { value: 'ana@home.example', type: 'home' },
  ],
  country: 'NO',
  [ENT]: { employeeNumber: '007', department: 'Bread', manager: { value: 'm1', displayName: 'Bo' } },
  [ACME]: { [GUID_NAME]: 'x', skills: ['rye', 'oat'] },
});

type Op = { op: string; path?: string; value?: JsonValue };
const envelope = (...operations: Op[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: operations,
});
const patch = (op: Op, from = ana()) => applyPatch(userModel, from, envelope(op), { id: 'u1' }).attributes;

/** What differs from `ana`; undefined for what is gone. */
function changes(after: ResourceAttributes): Record<string, unknown> {
  const before = ana();
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(differing.map((name) => [name, after[name]]));
}

const [work, home] = ana()['emails'] as [Record<string, JsonValue>, Record<string, JsonValue>];
const ent = ana()[ENT] as Record<string, JsonValue>;
const acme = ana()[ACME] as Record<string, JsonValue>;

describe('one operation', () => {
  it.each<[string, Op, Record<string, unknown>]>([
    // A2, Entra ID without the flag: capital verbs, booleans as text
    ['A2 active "False"', { op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    [
      'A2 Add on a filtered path sets',
      { op: 'Add', path: 'emails[type eq "work"].value', value: 'new@example.com' },
      { emails: [{ ...work, value: 'new@example.com' }, home] },
    ],
    [
      'C1.6 a filtered path creates',
      { op: 'Replace', path: 'addresses[type eq "work"].locality', value: 'Oslo' },
      { addresses: [{ type: 'work', locality: 'Oslo' }] },
    ],
    [
      'A2 name.familyName',
      { op: 'Replace', path: 'name.familyName', value: 'Li' },
      { name: { givenName: 'Ana', familyName: 'Li' } },
    ],
    [
      'A2 manager as text',
      { op: 'Add', path: `${ENT}:manager`, value: 'm2' },
      { [ENT]: { ...ent, manager: { value: 'm2', displayName: 'Bo' } } },
    ],
    [
      'A2 manager as a list, by its bare name',
      { op: 'Add', path: 'manager', value: [{ $ref: 'http://host/scim/Users/m2', value: 'm2' }] },
      { [ENT]: { ...ent, manager: { value: 'm2', displayName: 'Bo', $ref: 'http://host/scim/Users/m2' } } },
    ],
    [
      'A2 manager cleared with ""',
      { op: 'Replace', path: `${ENT}:manager`, value: '' },
      { [ENT]: { employeeNumber: '007', department: 'Bread' } },
    ],
    [
      'A2 manager removed',
      { op: 'Remove', path: 'manager' },
      { [ENT]: { employeeNumber: '007', department: 'Bread' } },
    ],
    [
      'A2 roles hold JSON as text',
      { op: 'Add', path: 'roles', value: [{ value: '{"id":"r1","value":"admin"}' }] },
      { roles: [{ value: '{"id":"r1","value":"admin"}' }] },
    ],
    [
      'A2 roles[primary eq "True"] creates a real boolean',
      { op: 'Replace', path: 'roles[primary eq "True"].value', value: 'admin' },
      { roles: [{ primary: true, value: 'admin' }] },
    ],
    [
      'A2 emails[primary eq true] finds the primary',
      { op: 'Replace', path: 'emails[primary eq "True"].value', value: 'p@example.com' },
      { emails: [{ ...work, value: 'p@example.com' }, home] },
    ],
    [
      'A2 with the flag: dotted, URN and filtered keys in one pathless value',
      {
        op: 'replace',
        value: {
          displayName: 'Ana',
          'name.givenName': 'Anna',
          active: false,
          'emails[type eq "work"].value': 'a@example.com',
          [`${ENT}:employeeNumber`]: '77',
        },
      },
      {
        displayName: 'Ana',
        name: { givenName: 'Anna', familyName: 'Lee' },
        active: false,
        emails: [{ ...work, value: 'a@example.com' }, home],
        [ENT]: { ...ent, employeeNumber: '77' },
      },
    ],
    [
      'A2 extension_{GUID}_x in any case',
      { op: 'Replace', path: `${ACME}:${GUID_NAME.toLowerCase()}`, value: 'y' },
      { [ACME]: { ...acme, [GUID_NAME]: 'y' } },
    ],
    [
      'A2 Add of a multi-valued custom attribute',
      { op: 'Add', path: `${ACME}:skills`, value: ['oat', 'spelt'] },
      { [ACME]: { ...acme, skills: ['rye', 'oat', 'spelt'] } },
    ],
    // A1 and C8: pathless values
    [
      'A1 {"active":false} drops nothing else (ssoready #206)',
      { op: 'replace', value: { active: false } },
      { active: false },
    ],
    [
      'A1 readOnly content is passed over',
      { op: 'replace', value: { id: 'u9', groups: [], meta: {}, title: 'Chef' } },
      { title: 'Chef' },
    ],
    [
      'A9 members of name as ""',
      { op: 'replace', path: 'name', value: { givenName: '', familyName: 'Li' } },
      { name: { familyName: 'Li' } },
    ],
    [
      'an extension as an object merges',
      { op: 'replace', value: { [ENT.toUpperCase()]: { department: 'Cake' } } },
      { [ENT]: { ...ent, department: 'Cake' } },
    ],
    [
      'a bare extension URN as path',
      { op: 'add', path: ENT, value: { costCenter: '5' } },
      { [ENT]: { ...ent, costCenter: '5' } },
    ],
    ['its removal takes all', { op: 'remove', path: ENT }, { [ENT]: undefined }],
    ['the core URN around attributes', { op: 'replace', value: { [CORE]: { title: 'Chef' } } }, { title: 'Chef' }],
    ['the core URN in a path', { op: 'replace', path: `${CORE}:title`, value: 'Chef' }, { title: 'Chef' }],
    [
      'an unknown extension',
      { op: 'add', value: { 'urn:new:1.0:User': { a: 1, 'b.c': true } } },
      { 'urn:new:1.0:User': { a: 1, b: { c: true } } },
    ],
    [
      'a name with two underscores',
      { op: 'Add', path: `${ACME}:cost__c`, value: 'x' },
      { [ACME]: { ...acme, cost__c: 'x' } },
    ],
    [
      'the last attribute takes its extension along (C1.9)',
      { op: 'remove', path: `${ACME}:skills` },
      { [ACME]: { [GUID_NAME]: 'x' } },
    ],
    // C1.2 add
    ['C1.2 add replaces a single value', { op: 'add', path: 'title', value: 'Chef' }, { title: 'Chef' }],
    [
      'C1.2 add merges a complex value',
      { op: 'add', path: 'name', value: { middleName: 'B' } },
      { name: { givenName: 'Ana', familyName: 'Lee', middleName: 'B' } },
    ],
    [
      'C1.2 add appends',
      { op: 'add', path: 'emails', value: [{ value: 'c@x.io', type: 'other' }] },
      { emails: [work, home, { value: 'c@x.io', type: 'other' }] },
    ],
    [
      'A10.7 one object for a list',
      { op: 'add', path: 'emails', value: { value: 'c@x.io' } },
      { emails: [work, home, { value: 'c@x.io' }] },
    ],
    [
      'A10.7 a string for an element',
      { op: 'add', path: 'emails', value: 'c@x.io' },
      { emails: [work, home, { value: 'c@x.io' }] },
    ],
    [
      'number for a string',
      { op: 'replace', path: `${ENT}:employeeNumber`, value: 77 },
      { [ENT]: { ...ent, employeeNumber: '77' } },
    ],
    [
      'boolean for a string of an extension',
      { op: 'replace', path: `${ENT}:division`, value: true },
      { [ENT]: { ...ent, division: 'true' } },
    ],
    // C1.5 replace
    [
      'C1.5 replace keeps what name does not mention',
      { op: 'replace', path: 'name', value: { givenName: 'Anna' } },
      { name: { givenName: 'Anna', familyName: 'Lee' } },
    ],
    [
      'C1.5 replace takes the whole set',
      { op: 'replace', path: 'emails', value: [{ value: 'c@x.io' }] },
      { emails: [{ value: 'c@x.io' }] },
    ],
    ['C1.5 replace on a missing attribute adds', { op: 'replace', path: 'nickName', value: 'An' }, { nickName: 'An' }],
    ['A10.6 null unassigns', { op: 'replace', path: 'title', value: null }, { title: undefined }],
    ['A4 [] unassigns', { op: 'replace', value: { emails: [] } }, { emails: undefined }],
    // C1.7 primary
    [
      'C1.7 adding a primary takes it from the other',
      { op: 'add', path: 'emails', value: [{ value: 'c@x.io', primary: true }] },
      { emails: [{ ...work, primary: false }, home, { value: 'c@x.io', primary: true }] },
    ],
    [
      'C1.7 so does a filtered path, whatever the order',
      { op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'C1.7 and a label added to an element alone',
      { op: 'add', path: 'emails[type eq "home"]', value: { primary: 'True' } },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'a type added to an element alone',
      { op: 'add', path: 'emails[type eq "home"]', value: { TYPE: 'other' } },
      { emails: [work, { ...home, type: 'other' }] },
    ],
    // filtered paths without a sub-attribute
    [
      'replace of a filtered element keeps what the path calls it',
      { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@x.io' } },
      { emails: [{ type: 'work', value: 'n@x.io' }, home] },
    ],
    [
      'add to a filtered element merges',
      { op: 'add', path: 'emails[type eq "work"]', value: { display: 'Ana' } },
      { emails: [{ ...work, display: 'Ana' }, home] },
    ],
    [
      'C1.6 and-joined filters create',
      { op: 'add', path: 'phoneNumbers[type eq "work" and primary eq true].value', value: '+47 1' },
      { phoneNumbers: [{ type: 'work', primary: true, value: '+47 1' }] },
    ],
    ['remove by filter', { op: 'remove', path: 'emails[type eq "home"]' }, { emails: [work] }],
    [
      'remove of a sub-attribute by filter',
      { op: 'remove', path: 'emails[type eq "home"].type' },
      { emails: [work, { value: home['value'] }] },
    ],
    ['an element without content goes', { op: 'remove', path: 'emails[type eq "home"].value' }, { emails: [work] }],
    // remove with a value
    [
      'remove with a list removes those',
      { op: 'Remove', path: 'emails', value: [{ value: 'ANA@home.example' }] },
      { emails: [work] },
    ],
    [
      'remove with another type removes nothing',
      { op: 'Remove', path: 'emails', value: [{ value: 'ana@home.example', type: 'work' }] },
      {},
    ],
    ['remove with [] removes nothing', { op: 'Remove', path: 'emails', value: [] }, {}],
    ['remove without a value clears', { op: 'remove', path: 'emails' }, { emails: undefined }],
    [
      'remove of plain values',
      { op: 'remove', path: `${ACME}:skills`, value: ['OAT'] },
      { [ACME]: { ...acme, skills: ['rye'] } },
    ],
    ['C1.3 remove without a match succeeds', { op: 'remove', path: 'emails[type eq "other"]' }, {}],
    ['remove of what is not there', { op: 'remove', path: 'nickName' }, {}],
    // unknown core attributes
    ['an unknown attribute is stored', { op: 'add', path: 'locality', value: 'Oslo' }, { locality: 'Oslo' }],
    ['and found in any case', { op: 'replace', path: 'COUNTRY', value: 'SE' }, { country: 'SE' }],
    ['and removed', { op: 'remove', path: 'Country' }, { country: undefined }],
    ['an unknown sub-attribute', { op: 'add', path: 'office.floor', value: 3 }, { office: { floor: 3 } }],
    // names in any case, tolerated paths
    [
      'A10.8 names in any case',
      { op: 'REPLACE', path: 'NAME.GIVENNAME', value: 'Anna' },
      { name: { givenName: 'Anna', familyName: 'Lee' } },
    ],
    ['schemas are worked out, not set', { op: 'add', path: 'schemas', value: [ENT] }, {}],
    ['an empty path is no path', { op: 'replace', path: '', value: { title: 'Chef' } }, { title: 'Chef' }],
    // paths without brackets into lists, brackets behind single values
    [
      'a sub-attribute of a list without brackets is that of every element',
      { op: 'remove', path: 'emails.type' },
      { emails: [{ value: work['value'], primary: true }, { value: home['value'] }] },
    ],
    ['of an empty list makes the first', { op: 'add', path: 'ims.value', value: 'ana' }, { ims: [{ value: 'ana' }] }],
    [
      'brackets behind a single object it satisfies',
      { op: 'replace', path: 'manager[value eq "m1"].displayName', value: 'Bob' },
      { [ENT]: { ...ent, manager: { value: 'm1', displayName: 'Bob' } } },
    ],
    ['a single object they do not satisfy stays', { op: 'remove', path: 'manager[value eq "m2"]' }, {}],
    [
      'one they do goes',
      { op: 'remove', path: 'manager[value eq "m1"]' },
      { [ENT]: { employeeNumber: '007', department: 'Bread' } },
    ],
    [
      'the core URN in front of brackets (scimgateway #124)',
      { op: 'replace', path: `${CORE}:emails[type eq "home"].value`, value: 'h@x.io' },
      { emails: [work, { ...home, value: 'h@x.io' }] },
    ],
    [
      'plain values in brackets',
      { op: 'remove', path: `${ACME}:skills[value eq "RYE"]` },
      { [ACME]: { ...acme, skills: ['oat'] } },
    ],
    [
      'a filtered path into an unknown list creates',
      { op: 'add', path: `${ACME}:badges[kind eq "door"].code`, value: '7' },
      { [ACME]: { ...acme, badges: [{ kind: 'door', code: '7' }] } },
    ],
    [
      'an object under a web address is an extension, as in a POST',
      { op: 'add', value: { 'http://schemas.example.com/2.0/User': { a: '1' } } },
      { 'http://schemas.example.com/2.0/User': { a: '1' } },
    ],
    ['an empty extension object changes nothing', { op: 'replace', value: { [ENT]: {} } }, {}],
    ['null takes the extension away', { op: 'replace', value: { [ENT]: null } }, { [ENT]: undefined }],
    ['adding nothing to name changes nothing', { op: 'add', path: 'name', value: {} }, {}],
    [
      'remove of elements by other sub-attributes',
      { op: 'remove', path: 'emails', value: [{ type: 'home' }] },
      { emails: [work] },
    ],
    // readOnly
    ['A10.9 readOnly set to what it is', { op: 'replace', path: 'id', value: 'u1' }, {}],
  ])('%s', (_name, op, expected) => {
    const before = ana();
    const after = patch(op, before);
    expect(changes(after)).toEqual(expected);
    expect(before).toEqual(ana());
    if (Object.keys(expected).length === 0) expect(after).toBe(before);
  });
});
