import fc from 'fast-check';
import { ENTERPRISE } from './values.arbitrary.js';

const PATHS = [
  'userName',
  'USERNAME',
  'externalId',
  'id',
  'active',
  'name.givenName',
  'name',
  'emails',
  'emails.value',
  'emails[type eq "work"].value',
  'displayName',
  'members',
  'members.value',
  'groups.value',
  'meta.lastModified',
  'meta.resourceType',
  'schemas',
  'password',
  'shoeSize',
  '__proto__',
  `${ENTERPRISE}:department`,
  `${ENTERPRISE}:manager.value`,
  'urn:acme:params:scim:1.0:User:level',
];
const OPERATORS = ['eq', 'eq', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'Eq', 'CO', 'xx'];
const LITERALS = [
  '"ana@example.com"',
  '"work"',
  '""',
  '"2026-01-01T00:00:00Z"',
  '"$user:0"',
  '"$group:0"',
  'true',
  '"True"',
  'false',
  'null',
  '42',
  '-1.5e3',
  'unquoted',
  '"\\u00e5"',
  '"(a+)+$"',
];

export const attributePath: fc.Arbitrary<string> = fc.constantFrom(...PATHS);

const comparison = fc.oneof(
  attributePath.map((path) => `${path} pr`),
  fc
    .tuple(attributePath, fc.constantFrom(...OPERATORS), fc.constantFrom(...LITERALS))
    .map(([path, operator, value]) => `${path} ${operator} ${value}`),
  fc
    .tuple(attributePath, fc.constantFrom(...OPERATORS), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([path, operator, value]) => `${path} ${operator} ${JSON.stringify(value)}`),
);

const sentence = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: comparison },
    fc.tuple(tie('filter'), fc.constantFrom('and', 'or', 'AND'), tie('filter')).map(([a, op, b]) => `${a} ${op} ${b}`),
    tie('filter').map((filter) => `not (${filter})`),
    tie('filter').map((filter) => `(${filter})`),
    fc
      .tuple(fc.constantFrom('emails', 'addresses', 'members', 'roles'), tie('filter'))
      .map(([path, inner]) => `${path}[${inner}]`),
  ),
})).filter;

/** Well-formed filters, such with a piece cut out or put in, and any text. */
export const filter: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: sentence },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        sentence,
        fc.nat({ max: 60 }),
        fc.nat({ max: 3 }),
        fc.constantFrom('', '(', ')', '"', '[', ' ', '\\', 'and'),
      )
      .map(([text, at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.nat({ max: 400 }).map((depth) => '('.repeat(depth) + 'title pr' + ')'.repeat(depth)) },
);
