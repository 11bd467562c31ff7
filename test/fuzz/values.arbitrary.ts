import fc from 'fast-check';
import { groupModel, type ResourceModel, userModel } from '#scim';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CUSTOM = 'urn:acme:params:scim:1.0:User';
const WISQ = 'urn:ietf:params:scim:schemas:extension:wisq:1.0:User';

/**
 * `$user:3` stands for the id of the fourth user that the run has created, `$group:0` for the first group's: what is
 * drawn before anything exists can still refer to what will.
 */
const reference = fc.oneof(
  fc.nat({ max: 5 }).map((n) => `$user:${n}`),
  fc.nat({ max: 3 }).map((n) => `$group:${n}`),
);

const text = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom('Ana', 'ana@example.com', 'bo@example.com', 'work', 'True', 'false', '2026-01-31'),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  // Any UTF-16, lone surrogates and U+0000 included: JSON can carry them.
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', ' ', '\u0000', '\ufeff', 'a'.repeat(5_000), '2026-02-30T25:00:00Z', '${x}', '.*'),
  },
  { weight: 2, arbitrary: reference },
);

const scalar = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 2, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })) },
);

const HOSTILE_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  '$where',
  'a.b',
  'a[b',
  'x'.repeat(300),
  'urn:',
  ':',
  '$ref',
];

const definedNames = (model: ResourceModel): string[] =>
  model.coreSchema.attributes.flatMap(({ name, subAttributes = [] }) => [
    name,
    ...subAttributes.map((sub) => sub.name),
  ]);
const NAMES = [...new Set([...definedNames(userModel), ...definedNames(groupModel)])];

/** Names as schemas have them, in another case, unknown, and hostile. */
export const attributeName: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((name) => name.toUpperCase()) },
  { weight: 2, arbitrary: fc.constantFrom('shoeSize', 'country', 'employeeNumber', 'extension_0F1E2D3C_CostRun') },
  { weight: 2, arbitrary: fc.constantFrom(ENTERPRISE, CUSTOM, WISQ, `${WISQ}:employeeId`, `${ENTERPRISE}:department`) },
  { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_NAMES) },
);

/** Any JSON under any of those names, shallow. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    objectOf(tie('value')),
  ),
})).value;

/** An object with its own `__proto__` where that is drawn, as JSON.parse makes it. */
export function objectOf(value: fc.Arbitrary<unknown>, name = attributeName, maxLength = 5): fc.Arbitrary<object> {
  return fc
    .array(fc.tuple(name, value), { maxLength })
    .map(
      (entries) =>
        JSON.parse(
          `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${JSON.stringify(one)}`).join()}}`,
        ) as object,
    );
}

const element = fc.record(
  {
    value: fc.oneof(text, reference),
    type: fc.constantFrom('work', 'home', 'Work', ''),
    primary: fc.constantFrom<unknown>(true, false, 'True', null),
    display: text,
    $ref: fc.constantFrom<unknown>('../Users/$user:0', null, 'x'),
  },
  { requiredKeys: [] },
);
const elements = fc.oneof(fc.array(element, { maxLength: 4 }), element, fc.constant(null));

/** Values as providers send them, by attribute, now and then anything at all. */
function orAnything(arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: anyValue });
}

const userName = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 9 }).map((n) => `person${n}@example.com`) },
  { weight: 1, arbitrary: fc.nat({ max: 9 }).map((n) => `PERSON${n}@example.com`) },
  { weight: 1, arbitrary: text },
);

const user = fc.record(
  {
    schemas: orAnything(fc.constantFrom([userModel.coreSchema.id], [userModel.coreSchema.id, ENTERPRISE], [])),
    id: orAnything(reference),
    externalId: orAnything(text),
    userName: orAnything(userName),
    active: orAnything(fc.constantFrom<unknown>(true, false, 'True', 'False')),
    name: orAnything(fc.record({ givenName: text, familyName: text }, { requiredKeys: [] })),
    title: orAnything(text),
    emails: orAnything(elements),
    addresses: orAnything(elements),
    roles: orAnything(elements),
    groups: orAnything(elements),
    meta: orAnything(fc.constant({ resourceType: 'User' })),
    password: orAnything(text),
    [ENTERPRISE]: orAnything(
      fc.record(
        { employeeNumber: text, department: text, manager: fc.oneof(text, element), joiningDate: text },
        { requiredKeys: [] },
      ),
    ),
    [CUSTOM]: orAnything(objectOf(scalar)),
    [`${WISQ}:employeeId`]: orAnything(text),
  },
  { requiredKeys: ['userName'] },
);

const group = fc.record(
  {
    schemas: orAnything(fc.constant([groupModel.coreSchema.id])),
    externalId: orAnything(text),
    displayName: orAnything(text),
    members: orAnything(
      fc.oneof(
        elements,
        fc.array(
          reference.map((value) => ({ value })),
          { maxLength: 5 },
        ),
      ),
    ),
  },
  { requiredKeys: ['displayName'] },
);

/** A body for POST and PUT. */
export const resource = (type: 'Users' | 'Groups'): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 12, arbitrary: type === 'Users' ? user : group },
    { weight: 2, arbitrary: objectOf(anyValue, attributeName, 8) },
    { weight: 1, arbitrary: anyValue },
  );
