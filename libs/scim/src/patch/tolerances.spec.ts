import { groupModel, userModel } from '../schema/models.js';
import type { JsonValue, ResourceAttributes } from '../schema/schema.types.js';
import { ScimError } from '../scim-error.js';
import { STRICT, type Tolerances } from '../tolerances.js';
import { applyPatch } from './apply-patch.js';

const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const ana: ResourceAttributes = {
  userName: 'ana@example.com',
  emails: [{ value: 'ana@example.com', type: 'work' }],
  [ACME]: { skills: ['rye', 'oat'], grade: '7' },
};

const patchAna = (tolerances: Tolerances, ...Operations: JsonValue[]) =>
  applyPatch(userModel, ana, { Operations }, {}, tolerances).attributes;

const refusal = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error instanceof ScimError ? error.kind : error;
  }
  return undefined;
};

describe('what only some presets may write in a PATCH', () => {
  describe('add of an extension’s list (Entra ID, Q&A 1693075)', () => {
    const brings = { addReplacesExtensionLists: true };
    const add = (value: JsonValue, attribute = 'skills') => ({ op: 'Add', path: `${ACME}:${attribute}`, value });

    it('appends without the tolerance (RFC 7644 §3.5.2.1)', () => {
      expect(patchAna(STRICT, add(['spelt']))[ACME]).toEqual({ skills: ['rye', 'oat', 'spelt'], grade: '7' });
    });

    it('takes the place of what is there with it, with and without a path', () => {
      const after = { skills: [{ value: 'spelt' }], grade: '7' };
      expect(patchAna(brings, add([{ value: 'spelt' }]))[ACME]).toEqual(after);
      const pathless = { op: 'add', value: { [ACME]: { skills: [{ value: 'spelt' }] } } };
      expect(patchAna(brings, pathless)[ACME]).toEqual(after);
    });

    it('joins what the same request has brought already', () => {
      expect(patchAna(brings, add(['spelt']), add(['corn']))[ACME]).toEqual({ skills: ['spelt', 'corn'], grade: '7' });
    });

    it('changes nothing when the list is the one that is there, or empty', () => {
      expect(patchAna(brings, add(['rye', 'oat']))).toBe(ana);
      expect(patchAna(brings, add([]))).toBe(ana);
    });

    it('is for lists of extensions alone', () => {
      expect(patchAna(brings, add('spelt'))[ACME]).toEqual({ skills: ['rye', 'oat', 'spelt'], grade: '7' });
      expect(patchAna(brings, add('8', 'grade'))[ACME]).toEqual({ skills: ['rye', 'oat'], grade: '8' });
      const home = { op: 'Add', path: 'emails', value: [{ value: 'a@home.example', type: 'home' }] };
      expect(patchAna(brings, home)['emails']).toHaveLength(2);
    });
  });

  describe('a SCIM 1.1 PATCH of a group (OneLogin)', () => {
    const group: ResourceAttributes = { displayName: 'Bakers' };
    const body = {
      schemas: ['urn:scim:schemas:core:1.0'],
      members: [{ value: 'u1', operation: 'delete' }, { value: 'u2' }],
    };

    it('is refused without the tolerance (RFC 7644 §3.5.2)', () => {
      expect(refusal(() => applyPatch(groupModel, group, body))).toBe('invalidSyntax');
    });

    it('removes and adds members with it', () => {
      expect(applyPatch(groupModel, group, body, {}, { scim1GroupPatch: true }).memberOperations).toEqual([
        { op: 'add', members: [{ value: 'u2' }] },
        { op: 'remove', ids: ['u1'] },
      ]);
    });

    it('leaves messages of SCIM 2.0 as they are, and users', () => {
      const both = { ...body, Operations: [{ op: 'replace', value: { displayName: 'Cooks' } }] };
      const { memberOperations, attributes } = applyPatch(groupModel, group, both, {}, { scim1GroupPatch: true });
      expect([memberOperations, attributes]).toEqual([[], { displayName: 'Cooks' }]);
      expect(refusal(() => applyPatch(userModel, ana, body, {}, { scim1GroupPatch: true }))).toBe('invalidSyntax');
    });
  });

  describe('a value that is JSON text (scim-for-keycloak #172)', () => {
    const operation = { op: 'replace', value: '{"title":"Chef"}' };

    it('is refused without the tolerance', () => {
      expect(refusal(() => patchAna(STRICT, operation))).toBe('invalidValue');
    });

    it('is read with it, and text that is none still refused', () => {
      expect(patchAna({ jsonTextValue: true }, operation)['title']).toBe('Chef');
      expect(refusal(() => patchAna({ jsonTextValue: true }, { op: 'replace', value: 'Chef' }))).toBe('invalidValue');
    });

    it('is text where a path says which attribute', () => {
      const named = { op: 'replace', path: 'title', value: '{"title":"Chef"}' };
      expect(patchAna({ jsonTextValue: true }, named)['title']).toBe('{"title":"Chef"}');
    });
  });
});
