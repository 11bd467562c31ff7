import fc from 'fast-check';
import { createResourceModel } from '../schema/create-resource-model.js';
import { defineAttribute } from '../schema/define-attribute.js';
import { enterpriseUserSchema } from '../schema/enterprise-user.schema.js';
import { userModel, userResourceType } from '../schema/models.js';
import type { JsonValue, ResourceAttributes } from '../schema/schema.types.js';
import { userSchema } from '../schema/user.schema.js';
import { ScimError } from '../scim-error.js';
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
const refusal = (body: unknown, from = ana(), model = userModel): ScimError => {
  try {
    applyPatch(model, from, body, { id: 'u1', meta: { created: '2026-01-01T00:00:00Z' } });
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('accepted');
};

/** What differs from `ana`; undefined for what is gone. */
function changes(after: ResourceAttributes): Record<string, unknown> {
  const before = ana();
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(differing.map((name) => [name, after[name]]));
}

/** Whether a null, `""`, `[]` or `{}` is anywhere in it. */
function holdsNothing(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  const parts = Object.values(value);
  return parts.length === 0 || parts.some(holdsNothing);
}

const [work, home] = ana()['emails'] as [Record<string, JsonValue>, Record<string, JsonValue>];
const ent = ana()[ENT] as Record<string, JsonValue>;
const acme = ana()[ACME] as Record<string, JsonValue>;

describe('applyPatch', () => {
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
      'A9 the value as JSON text (scim-for-keycloak #172)',
      { op: 'replace', value: '{"title":"Chef"}' },
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
    // readOnly
    ['A10.9 readOnly set to what it is', { op: 'replace', path: 'id', value: 'u1' }, {}],
  ])('%s', (_name, op, expected) => {
    const before = ana();
    const after = patch(op, before);
    expect(changes(after)).toEqual(expected);
    expect(before).toEqual(ana());
    if (Object.keys(expected).length === 0) expect(after).toBe(before);
  });

  it.each<[string, string, Op]>([
    ['C1.3', 'noTarget', { op: 'remove' }],
    ['C1.4', 'mutability', { op: 'remove', path: 'userName' }],
    ['C1.4', 'mutability', { op: 'remove', path: 'id' }],
    ['C1.4', 'mutability', { op: 'remove', path: 'groups' }],
    ['A10.6', 'invalidValue', { op: 'replace', path: 'userName', value: '' }],
    ['A10.6', 'invalidValue', { op: 'add', value: { userName: null } }],
    ['A10.9', 'mutability', { op: 'replace', path: 'id', value: 'u2' }],
    ['A10.9', 'mutability', { op: 'replace', path: 'meta.created', value: '2025-01-01T00:00:00Z' }],
    ['A10.9', 'mutability', { op: 'add', path: 'groups', value: [{ value: 'g1' }] }],
    ['A10.5', 'invalidValue', { op: 'replace', path: 'active', value: 'yes' }],
    ['A10.5', 'invalidValue', { op: 'replace', path: 'active', value: '1' }],
    ['C1.6', 'noTarget', { op: 'replace', path: 'emails[type ne "work" and type ne "home"].value', value: 'x' }],
    ['C1.6', 'noTarget', { op: 'replace', path: 'emails[value co "zzz"].value', value: 'x' }],
    ['C1.8', 'invalidPath', { op: 'replace', path: 'userName.first', value: 'x' }],
    ['C1.8', 'invalidPath', { op: 'replace', path: 'a b', value: 'x' }],
    ['C1.8', 'invalidPath', { op: 'replace', path: '__proto__', value: 'x' }],
    ['C1.8', 'invalidFilter', { op: 'replace', path: 'emails[type eq]', value: 'x' }],
    ['§3.5.2', 'invalidValue', { op: 'replace', value: 'title' }],
    ['§3.5.2', 'invalidValue', { op: 'replace', path: 'name', value: [{}, { givenName: 'a' }] }],
    ['§3.5.2', 'invalidSyntax', { op: 'replace', path: 'title' }],
    ['§3.5.2', 'invalidSyntax', { op: 'move', path: 'title', value: 'x' }],
  ])('%s → %s: %j', (_rule, kind, op) => {
    const error = refusal(envelope(op));
    expect(error.kind).toBe(kind);
    expect(error.detail).toContain('Operation 1');
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a list', []],
    ['no Operations', { schemas: [] }],
    ['empty Operations', { Operations: [] }],
    ['Operations of the wrong kind', { Operations: 'x' }],
    ['too many', { Operations: Array.from({ length: 1_001 }, () => ({ op: 'add', path: 'title', value: 'x' })) }],
    ['SCIM 1 members on a user', { members: [{ value: 'u', operation: 'delete' }] }],
  ])('refuses %s with invalidSyntax (C1.10)', (_name, body) => expect(refusal(body).kind).toBe('invalidSyntax'));

  it('takes the message in any letter case and without schemas (A10.4)', () => {
    const body = { operations: [{ OP: 'Replace', Path: 'title', VALUE: 'Chef' }] };
    expect(changes(applyPatch(userModel, ana(), body).attributes)).toEqual({ title: 'Chef' });
  });

  it('applies operations in order, each to what the one before left (C1.1)', () => {
    const body = envelope(
      { op: 'add', path: 'emails[type eq "other"].value', value: 'o@x.io' },
      { op: 'replace', path: 'emails[type eq "other"].display', value: 'O' },
      { op: 'remove', path: 'emails[type eq "home"]' },
      { op: 'remove', path: 'name.givenName' },
      { op: 'remove', path: 'name.familyName' },
    );
    expect(changes(applyPatch(userModel, ana(), body).attributes)).toEqual({
      emails: [work, { type: 'other', value: 'o@x.io', display: 'O' }],
      name: undefined,
    });
  });

  it('applies all or nothing, naming the operation at fault (C1.1)', () => {
    const before = ana();
    const error = refusal(
      envelope({ op: 'replace', path: 'title', value: 'Chef' }, { op: 'remove', path: 'userName' }),
      before,
    );
    expect(error.detail).toContain('Operation 2 (remove)');
    expect(before).toEqual(ana());
  });

  it('accepts a password alone and drops it (A10.13)', () => {
    const before = ana();
    for (const op of [
      { op: 'replace', value: { password: 's3cret' } },
      { op: 'Add', path: 'PASSWORD', value: 's3cret' },
    ]) {
      expect(applyPatch(userModel, before, envelope(op))).toEqual({
        attributes: before,
        passwordGiven: true,
        memberOperations: [],
      });
    }
    expect(applyPatch(userModel, before, envelope({ op: 'remove', path: 'password' })).passwordGiven).toBe(false);
  });

  it('tells what active came to', () => {
    expect(applyPatch(userModel, ana(), envelope({ op: 'replace', value: { active: 'False' } })).active).toBe(false);
    expect(applyPatch(userModel, ana(), envelope({ op: 'replace', path: 'title', value: 'x' })).active).toBeUndefined();
  });

  it('gives the same object back when nothing changes (C1.2, A10.10)', () => {
    const before = ana();
    const { emails, name, title } = ana();
    for (const op of ['add', 'replace']) {
      expect(patch({ op, value: { emails: emails!, name: name!, title: title!, active: 'True' } }, before)).toBe(
        before,
      );
      expect(patch({ op, path: 'emails[type eq "work"].value', value: 'ana@example.com' }, before)).toBe(before);
      expect(patch({ op, path: ENT, value: { manager: 'm1' } }, before)).toBe(before);
    }
  });

  it('shares with the input what an operation leaves alone', () => {
    const before = ana();
    const after = patch({ op: 'replace', path: 'title', value: 'Chef' }, before);
    expect(after['emails']).toBe(before['emails']);
    expect(after[ENT]).toBe(before[ENT]);
  });

  it('sets an immutable attribute once (C1.11)', () => {
    const badge = {
      id: 'urn:acme:badge:1.0:User',
      name: 'Badge',
      description: 'Badge.',
      attributes: [defineAttribute('number', 'string', 'Number.', { mutability: 'immutable' })],
    };
    const model = createResourceModel(userResourceType, userSchema, [enterpriseUserSchema, badge]);
    const set = (value: string) => envelope({ op: 'add', path: `${badge.id}:number`, value });
    const first = applyPatch(model, ana(), set('1')).attributes;
    expect(first[badge.id]).toEqual({ number: '1' });
    expect(applyPatch(model, first, set('1')).attributes).toBe(first);
    expect(refusal(set('2'), first, model).kind).toBe('mutability');
  });

  it('leaves names that every object inherits harmless', () => {
    const body: unknown = JSON.parse('{"Operations":[{"op":"add","value":{"__proto__":{"polluted":true}}}]}');
    expect(refusal(body).kind).toBe('invalidPath');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(refusal(JSON.parse('{"__proto__":{"Operations":[]}}')).kind).toBe('invalidSyntax');
  });

  describe('laws', () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.boolean(),
      fc.integer({ min: -9, max: 9 }),
      fc.constant(null),
    );
    const element = fc.record(
      {
        value: fc.constantFrom('a@x.io', 'b@x.io', 'c@x.io', ''),
        type: fc.constantFrom('work', 'home', 'other'),
        primary: fc.constantFrom<JsonValue>(true, false, 'True'),
        display: fc.string({ maxLength: 3 }),
      },
      { requiredKeys: [] },
    );
    const valid: fc.Arbitrary<Op> = fc.oneof(
      fc.record({
        op: fc.constant('replace'),
        path: fc.constantFrom('title', 'nickName', 'locality'),
        value: fc.string(),
      }),
      fc.record({ op: fc.constant('replace'), path: fc.constant('emails'), value: fc.array(element) }),
      fc.record({
        op: fc.constant('replace'),
        path: fc.constant('name'),
        value: fc.record({ givenName: fc.string() }),
      }),
      fc.record({
        op: fc.constant('replace'),
        path: fc.constantFrom('work', 'home', 'other').map((type) => `emails[type eq "${type}"].value`),
        value: fc.constantFrom('a@x.io', 'b@x.io', ''),
      }),
      fc.record({
        op: fc.constant('replace'),
        path: fc.constantFrom('work', 'other').map((type) => `emails[type eq "${type}"]`),
        value: element,
      }),
      fc.record({
        op: fc.constant('replace'),
        value: fc.record({ emails: fc.array(element), 'name.familyName': fc.string() }),
      }),
    );
    const hostile = fc.record(
      {
        op: fc.oneof(fc.constantFrom('add', 'Replace', 'remove'), fc.jsonValue()),
        path: fc.oneof(
          fc.constantFrom(
            'emails[type eq "work"].value',
            'emails',
            'name',
            'name.givenName',
            'manager',
            ENT,
            ACME,
            'x',
            'roles',
          ),
          fc.constantFrom(
            'emails.type',
            'emails[value eq "a"]',
            'urn:a:b',
            'members',
            'id',
            `${ACME}:skills[value eq "oat"]`,
          ),
          fc.jsonValue(),
        ),
        value: fc.oneof(scalar, element, fc.array(element), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );

    it('the same replace twice equals once', () => {
      fc.assert(
        fc.property(valid, (op) => {
          const once = patch(op);
          expect(patch(op, once)).toEqual(once);
        }),
        { numRuns: 500 },
      );
    });

    it('answers any body with a result in canonical form or a ScimError, and leaves its input alone', () => {
      const bodies = fc.oneof(
        {
          weight: 5,
          arbitrary: fc.array(hostile, { minLength: 1, maxLength: 4 }).map((Operations) => ({ Operations })),
        },
        { weight: 1, arbitrary: fc.jsonValue() },
      );
      fc.assert(
        fc.property(bodies, (body) => {
          const before = ana();
          const copy = structuredClone(body);
          try {
            const { attributes } = applyPatch(userModel, before, body);
            expect(holdsNothing(attributes)).toBe(false);
            const primaries = ((attributes['emails'] ?? []) as { primary?: boolean }[]).filter(
              (email) => email.primary,
            );
            expect(primaries.length).toBeLessThan(2);
          } catch (error) {
            expect(error).toBeInstanceOf(ScimError);
          }
          expect(before).toEqual(ana());
          expect(body).toEqual(copy);
        }),
        { numRuns: 3_000 },
      );
    });

    it('withstands deep nesting', () => {
      const deep: unknown = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`);
      for (const path of ['title', 'emails', 'x', 'emails[type eq "work"]', 'id', 'password', 'name']) {
        for (const op of ['add', 'replace', 'remove']) {
          try {
            applyPatch(userModel, ana(), { Operations: [{ op, path, value: deep }] });
          } catch (error) {
            expect(error).toBeInstanceOf(ScimError);
          }
        }
      }
    });
  });
});
