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

const [work, home] = ana()['emails'] as [Record<string, JsonValue>, Record<string, JsonValue>];

describe('applyPatch', () => {
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
    ['C1.6', 'noTarget', { op: 'replace', path: 'manager[value eq "m2"].displayName', value: 'x' }],
    ['C1.4', 'mutability', { op: 'remove', path: CORE }],
    ['C1.8', 'invalidPath', { op: 'add', path: 'urn:x:1.0:User', value: { 'a.b.c': 1 } }],
    ['§3.5.2', 'invalidSyntax', { op: 'add', path: 7 as never, value: 'x' }],
    ['§3.5.2', 'invalidValue', { op: 'add', path: ENT, value: 'x' }],
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

  it('patches a bare name where a POST has put it', () => {
    const before = { userName: 'ana', manager: 'Bo' };
    expect(patch({ op: 'replace', path: 'Manager', value: 'Cy' }, before)).toEqual({ userName: 'ana', manager: 'Cy' });
  });

  it('bounds how many attributes a resource can gather', () => {
    const value = Object.fromEntries(Array.from({ length: 999 }, (_, index) => [`a${index}`, 'x']));
    expect(refusal(envelope({ op: 'add', value })).kind).toBe('invalidValue');
  });

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

  describe('an element that is empty only between two operations (C1.1, C1.12)', () => {
    const labels = (type: string) => `emails[type eq "${type}"]`;
    const run = (...operations: Op[]) => applyPatch(userModel, ana(), envelope(...operations)).attributes;
    const oslo = { type: 'work', primary: true, locality: 'Oslo' };

    it.each<[string, Op[], Record<string, unknown>]>([
      [
        'primary before value',
        [
          { op: 'Add', path: `${labels('other')}.primary`, value: 'True' },
          { op: 'Add', path: `${labels('other')}.value`, value: 'o@x.io' },
        ],
        { emails: [{ ...work, primary: false }, home, { type: 'other', primary: true, value: 'o@x.io' }] },
      ],
      [
        'type before value, found by primary',
        [
          { op: 'Add', path: 'roles[primary eq "True"].type', value: 'T' },
          { op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' },
        ],
        { roles: [{ primary: true, type: 'T', value: 'admin' }] },
      ],
      [
        'in the order of the keys of a pathless value',
        [{ op: 'add', value: { 'ims[type eq "work"].primary': true, 'ims[type eq "work"].value': 'ana' } }],
        { ims: [{ type: 'work', primary: true, value: 'ana' }] },
      ],
      [
        'labels of a whole element before its value',
        [
          { op: 'add', path: labels('other'), value: { primary: true } },
          { op: 'add', path: labels('other'), value: { value: 'o@x.io' } },
        ],
        { emails: [{ ...work, primary: false }, home, { type: 'other', primary: true, value: 'o@x.io' }] },
      ],
      [
        'labels of a list before a value',
        [
          { op: 'add', path: 'ims', value: [{ type: 'work', primary: true }] },
          { op: 'add', path: 'ims[type eq "work"].value', value: 'ana' },
        ],
        { ims: [{ type: 'work', primary: true, value: 'ana' }] },
      ],
      [
        'a value taken away before another is given',
        [
          { op: 'Replace', path: `${labels('work')}.value`, value: '' },
          { op: 'Replace', path: `${labels('work')}.value`, value: 'n@x.io' },
        ],
        { emails: [{ ...work, value: 'n@x.io' }, home] },
      ],
      [
        'the other elements touched in between',
        [
          { op: 'add', path: `${labels('other')}.primary`, value: true },
          { op: 'add', path: `${labels('work')}.display`, value: 'Ana' },
          { op: 'add', path: `${labels('other')}.value`, value: 'o@x.io' },
        ],
        {
          emails: [
            { ...work, primary: false, display: 'Ana' },
            home,
            { type: 'other', primary: true, value: 'o@x.io' },
          ],
        },
      ],
      [
        'the primary given to another after all',
        [
          { op: 'add', path: `${labels('other')}.primary`, value: true },
          { op: 'add', path: `${labels('home')}.primary`, value: true },
          { op: 'add', path: `${labels('other')}.value`, value: 'o@x.io' },
        ],
        {
          emails: [
            { ...work, primary: false },
            { ...home, primary: true },
            { type: 'other', primary: false, value: 'o@x.io' },
          ],
        },
      ],
    ])('%s', (_name, operations, expected) => expect(changes(run(...operations))).toEqual(expected));

    it('an address without a line for a moment stays the primary', () => {
      const operations = [
        { op: 'Replace', path: 'addresses[type eq "work"].locality', value: '' },
        { op: 'Replace', path: 'addresses[type eq "work"].country', value: 'NO' },
      ];
      const before = { userName: 'ana', addresses: [oslo] };
      expect(applyPatch(userModel, before, envelope(...operations)).attributes['addresses']).toEqual([
        { type: 'work', primary: true, country: 'NO' },
      ]);
    });

    it('goes at the end of the request, and has taken the primary from nobody', () => {
      const before = ana();
      const labelled: Op = { op: 'add', path: `${labels('other')}.primary`, value: true };
      expect(patch(labelled, before)).toBe(before);
      expect(patch({ op: 'add', path: labels('other'), value: { primary: true } }, before)).toBe(before);
      expect(patch({ op: 'add', path: 'emails', value: [{ type: 'other', primary: true }] }, before)).toBe(before);
      expect(changes(run(labelled, { op: 'remove', path: `${labels('home')}.value` }))).toEqual({ emails: [work] });
      expect(changes(run({ op: 'remove', path: 'emails.value' }))).toEqual({ emails: undefined });
    });

    it('nothing of it is kept when a later operation fails', () => {
      const before = ana();
      const failing = { op: 'remove', path: 'userName' };
      expect(refusal(envelope({ op: 'remove', path: `${labels('home')}.value` }, failing), before).detail).toContain(
        'Operation 2',
      );
      expect(before).toEqual(ana());
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

  it('tells a removed active from one that came without a value', () => {
    const removed = (...operations: Parameters<typeof envelope>) =>
      applyPatch(userModel, ana(), envelope(...operations)).activeRemoved;
    expect(removed({ op: 'remove', path: 'active' })).toBe(true);
    expect(removed({ op: 'replace', path: 'active', value: '' })).toBeUndefined();
    expect(removed({ op: 'replace', value: { active: null } })).toBeUndefined();
    expect(removed({ op: 'remove', path: 'active' }, { op: 'add', path: 'active', value: true })).toBeUndefined();
  });

  it('refuses a password of the wrong type as a POST does', () => {
    expect(refusal(envelope({ op: 'replace', path: 'password', value: { a: 1 } })).detail).toBe(
      'Operation 1 (replace): Attribute "password" must be a string, but an object came.',
    );
  });

  it('tells of the wrong values of all operations at once (RFC 7644 §3.12)', () => {
    const error = refusal(
      envelope(
        { op: 'replace', value: { active: 'yes', title: ['x'], 'name.givenName': 'Ana' } },
        { op: 'add', path: 'emails', value: [{ value: 'a@x.io' }, { value: 'b@x.io', primary: 'no' }] },
      ),
    );
    expect([error.kind, error.detail]).toEqual([
      'invalidValue',
      'Operation 1 (replace): Attribute "active" must be true or false, but a string came. ' +
        'Operation 1 (replace): Attribute "title" must be a string, but an array came. ' +
        'Operation 2 (add): Attribute "emails[1].primary" must be true or false, but a string came.',
    ]);
  });

  it('blames a wrong value before what may only follow from it', () => {
    const wrong = { op: 'replace', path: 'active', value: 'yes' };
    const hopeless = { op: 'replace', path: 'emails[value sw "zz"].type', value: 'work' };
    expect(refusal(envelope(hopeless)).kind).toBe('noTarget');
    expect(refusal(envelope(wrong, hopeless)).detail).toMatch(/^Operation 1 .*"active"/);
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
});
