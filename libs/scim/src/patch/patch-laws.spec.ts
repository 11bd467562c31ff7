import fc from 'fast-check';
import { userModel } from '../schema/models.js';
import type { JsonValue, ResourceAttributes } from '../schema/schema.types.js';
import { ScimError } from '../scim-error.js';
import { applyPatch } from './apply-patch.js';

const ENT = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
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

/** Whether a null, `""`, `[]` or `{}` is anywhere in it. */
function holdsNothing(value: JsonValue): boolean {
  if (value === null || value === '') return true;
  if (typeof value !== 'object') return false;
  const parts = Object.values(value);
  return parts.length === 0 || parts.some(holdsNothing);
}

/** Whether an element has labels (RFC 7643 §2.4) and nothing that they label. */
const saysNothing = (element: object): boolean =>
  Object.keys(element).every((name) => name === 'type' || name === 'primary');

describe('laws of PATCH', () => {
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

  it('the sub-attributes of an element may come in any order, and in operations or keys', () => {
    const subs = fc.record(
      { value: fc.constantFrom('o@x.io', 'ana@example.com'), primary: fc.boolean(), display: fc.constant('O') },
      { requiredKeys: ['value'] },
    );
    const orders = subs.chain((given) => {
      const entries = Object.entries(given) as [string, JsonValue][];
      return fc.shuffledSubarray(entries, { minLength: entries.length });
    });
    const types = fc.constantFrom('work', 'home', 'other');
    fc.assert(
      fc.property(types, orders, fc.boolean(), (type, order, emptied) => {
        const path = (sub: string) => `emails[type eq "${type}"].${sub}`;
        const operations: Op[] = order.map(([sub, value]) => ({ op: 'add', path: path(sub), value }));
        const keys = Object.fromEntries(order.map(([sub, value]) => [path(sub), value]));
        const inOrder = [...order].sort(([a], [b]) => (a === 'value' ? -1 : b === 'value' ? 1 : 0));
        const expected = inOrder.reduce(
          (from, [sub, value]) => patch({ op: 'add', path: path(sub), value }, from),
          ana(),
        );
        const first: Op[] = emptied ? [{ op: 'remove', path: path('value') }] : [];
        const run = (...ops: Op[]) => applyPatch(userModel, ana(), envelope(...ops)).attributes;
        expect(run(...first, ...operations)).toEqual(expected);
        expect(run(...first, { op: 'replace', value: keys })).toEqual(expected);
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
          const primaries = ((attributes['emails'] ?? []) as { primary?: boolean }[]).filter((email) => email.primary);
          expect(primaries.length).toBeLessThan(2);
          expect(((attributes['emails'] ?? []) as object[]).filter(saysNothing)).toEqual([]);
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
