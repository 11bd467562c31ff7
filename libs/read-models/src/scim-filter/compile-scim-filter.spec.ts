import fc from 'fast-check';
import { Query } from 'mingo';
import {
  createResourceModel,
  defineAttribute,
  ENTERPRISE_USER_SCHEMA,
  enterpriseUserSchema,
  type FilterNode,
  type JsonValue,
  matchesFilter,
  normalizeResource,
  parseFilter,
  type ResourceAttributes,
  ScimError,
  userModel,
  userResourceType,
  userSchema,
} from '#scim';
import { compileFilter as compileForLmdb } from '../lmdb/filter-evaluation.js';
import type { Filter } from '../read-models.port.js';
import { compileScimFilter } from './compile-scim-filter.js';
import { searchShadow } from './search-shadow.js';

const BADGE = 'urn:acme:badge:1.0:User';
const model = createResourceModel(userResourceType, userSchema, [
  enterpriseUserSchema,
  {
    id: BADGE,
    name: 'Badge',
    description: 'Badge.',
    attributes: [
      defineAttribute('number', 'integer', 'Number.'),
      defineAttribute('issued', 'dateTime', 'When.'),
      defineAttribute('tags', 'string', 'Tags.', { multiValued: true }),
      defineAttribute('seal', 'binary', 'Seal.'),
      defineAttribute('code', 'string', 'Code.', { caseExact: true }),
    ],
  },
]);

interface Resource {
  id: string;
  attributes: ResourceAttributes;
  created: string;
  lastModified: string;
}

/** The resource as clients see it. */
function represent({ id, attributes, created, lastModified }: Resource): JsonValue {
  const extensions = Object.keys(attributes).filter((name) => name.includes(':'));
  return {
    ...attributes,
    id,
    schemas: [userSchema.id, ...extensions],
    meta: { resourceType: 'User', created, lastModified },
  };
}

type Engine = (filter: Filter) => (document: object) => boolean;

/** mingo as it comes has other ideas than MongoDB of lists inside lists, and orders text by UTF-16 units. */
const mingo: Engine = (filter) => {
  const query = new Query(filter);
  return (document) => query.test(document as Record<string, unknown>);
};

/** What an engine answers, and what it should. */
function answers(engine: Engine, node: FilterNode, resource: Resource) {
  const document = { _id: 'x', id: resource.id, shadow: searchShadow(model, resource) };
  return {
    answer: engine(compileScimFilter(node))(document),
    expected: matchesFilter(node, represent(resource)),
  };
}

// Few and small values, so that filters meet them; some letters that fold in interesting ways, none beyond U+FFFF.
const text = fc.oneof(
  fc.constantFrom('a', 'A', 'ab', 'Ab', 'aß', 'ÄB', 'a\u0308b', 'Σς', 'i', 'İ', '7', '07', 'true', 'True', '1'),
  fc.constantFrom('a.b', 'a*', '^a$', 'a\\b', '(a', '[', 'a|b', 'a\nb', 'ab\n', 'a"b', '{', '%', '\uff41', 'é'),
  fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }),
);
const instant = fc.constantFrom(
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2026-01-01T00:00:00.500Z',
  '2025-12-31T23:00:00-01:00',
  '2027-06-30T12:00:00',
);
const type = fc.constantFrom('work', 'Work', 'home');
const digit = fc.integer({ min: 0, max: 9 });
const optional = { requiredKeys: [] };

/** @param lists whether values below attributes that no schema knows may be lists */
function resources(lists: boolean): fc.Arbitrary<Resource> {
  const leaf = <T extends JsonValue>(value: fc.Arbitrary<T>): fc.Arbitrary<JsonValue> =>
    lists ? fc.oneof(value, fc.array(value), fc.record({ c: value })) : value;
  const object = fc.record({ a: leaf(text), B: leaf(fc.oneof(text, fc.boolean())) }, optional);
  const unknown = fc.oneof(text, digit, fc.boolean(), object, fc.array(fc.oneof(text, digit, fc.boolean(), object)));
  const element = fc.record({ value: text, type, primary: fc.boolean(), display: text, a: leaf(text) }, optional);
  const body = fc.record(
    {
      userName: text,
      externalId: text,
      active: fc.boolean(),
      title: text,
      name: fc.record({ givenName: text, familyName: text, a: leaf(text) }, optional),
      emails: fc.array(element, { maxLength: 3 }),
      addresses: fc.array(fc.record({ locality: text, type }, optional), { maxLength: 2 }),
      photos: fc.array(fc.record({ value: text }), { maxLength: 2 }),
      x: unknown,
      Y: unknown,
      [ENTERPRISE_USER_SCHEMA]: fc.record(
        { employeeNumber: text, manager: fc.record({ value: text, $ref: text }, optional), Own: unknown },
        optional,
      ),
      [BADGE]: fc.record(
        {
          number: digit,
          issued: instant,
          tags: fc.array(text),
          seal: fc.constantFrom('QUJD', 'qujd', 'QQ=='),
          code: text,
        },
        optional,
      ),
      'urn:other:1.0:User': fc.record({ x: unknown, Y: unknown }, optional),
    },
    optional,
  );
  return fc.record({
    id: text,
    attributes: body.map((given) => normalizeResource(model, given).attributes),
    created: instant,
    lastModified: instant,
  });
}

const literal = fc.oneof(
  { weight: 6, arbitrary: text.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: instant.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: type.map((value) => JSON.stringify(value)) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('null', 'true', 'false', '"True"', '""', '1', '7', '2.5', '"USER"', '"User"'),
  },
);
const operator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');
const comparison = (path: fc.Arbitrary<string>) =>
  fc.oneof(
    { weight: 1, arbitrary: path.map((name) => `${name} pr`) },
    { weight: 5, arbitrary: fc.tuple(path, operator, literal).map((parts) => parts.join(' ')) },
  );
const plural = fc.constantFrom('emails', 'addresses', 'photos', 'x', 'y', `${BADGE}:tags`, 'urn:other:1.0:User:x');
const path = fc.oneof(
  plural,
  fc.constantFrom('id', 'externalId', 'userName', 'active', 'title', 'name', 'schemas', 'nobodyKnows', 'manager'),
  fc.constantFrom(
    'name.givenName',
    'name.a',
    'emails.type',
    'emails.value',
    'emails.primary',
    'emails.a',
    'photos.value',
  ),
  fc.constantFrom(
    'meta.created',
    'meta.lastModified',
    'meta.resourceType',
    'meta.location',
    'x.a',
    'x.b',
    'X.A',
    'y.b',
  ),
  fc
    .constantFrom('employeeNumber', 'manager', 'manager.$ref', 'own', 'own.a')
    .map((name) => `${ENTERPRISE_USER_SCHEMA}:${name}`),
  fc.constantFrom('number', 'issued', 'tags', 'seal', 'code', 'nothing').map((name) => `${BADGE}:${name}`),
  fc.constantFrom('x', 'y', 'Y.b').map((name) => `urn:other:1.0:User:${name}`),
);
const junction = (leaf: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('filter'), fc.constantFrom('and', 'or'), tie('filter')).map(([a, word, b]) => `(${a} ${word} ${b})`),
      tie('filter').map((filter) => `not (${filter})`),
    ),
  })).filter;
const inBrackets = junction(comparison(fc.constantFrom('value', 'type', 'primary', 'a', 'B', 'locality')));
const valuePath = fc
  .tuple(fc.oneof(plural, fc.constantFrom('name', 'manager')), inBrackets)
  .map(([name, filter]) => `${name}[${filter}]`);
const filters = junction(
  fc.oneof({ weight: 3, arbitrary: comparison(path) }, { weight: 1, arbitrary: valuePath }),
).filter((filter) => {
  try {
    return parseFilter(filter, model) !== undefined;
  } catch (error) {
    if (error instanceof ScimError) return false; // types that do not go together
    throw error;
  }
});

describe('compileScimFilter', () => {
  it.each<[string, Engine, fc.Arbitrary<Resource>]>([
    ['the embedded engine', compileForLmdb, resources(true)],
    ['mingo', mingo, resources(false)],
  ])('makes %s answer as matchesFilter does', (_name, engine, given) => {
    let hits = 0;
    fc.assert(
      fc.property(filters, given, (filter, resource) => {
        const { answer, expected } = answers(engine, parseFilter(filter, model), resource);
        if (expected) hits++;
        expect(answer).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(hits).toBeGreaterThan(300); // or the filters and the resources never met
  });

  const compile = (filter: string) => compileScimFilter(parseFilter(filter, userModel));

  it.each<[string, object]>([
    ['userName eq "ANA@Example.com"', { 'shadow.username': 'ana@example.com' }],
    ['externalId eq "Ab"', { 'shadow.externalid': 'Ab' }],
    ['emails.value eq "A@x.io"', { 'shadow.emails.value': 'a@x.io' }],
    ['title sw "Sr. "', { 'shadow.title': { $regex: '^sr\\. ' } }],
    ['title ew "$"', { 'shadow.title': { $regex: '\\$(?![\\s\\S])' } }],
    ['title co "\\u0000"', { 'shadow.title': { $regex: '\\x00' } }],
    [
      `${ENTERPRISE_USER_SCHEMA}:manager.$ref eq "u"`,
      { 'shadow.urn:ietf:params:scim:schemas:extension:enterprise:2%2E0:user.manager.%24ref': 'u' },
    ],
    [
      'emails[type eq "work"].value eq "x"',
      { 'shadow.emails': { $elemMatch: { $and: [{ type: 'work' }, { value: 'x' }] } } },
    ],
    ['meta.created ge "2026-01-01T01:00:00+01:00"', { 'shadow.meta.created': { $gte: '2026-01-01T00:00:00.000Z' } }],
  ])('%s', (filter, expected) => expect(compile(filter)).toEqual(expected));

  it.each<[string, object]>([
    ['id eq "U1"', { _id: { $in: ['acme/U1'] } }],
    ['id ne "U1"', { _id: { $nin: ['acme/U1'] } }],
    ['id sw "U."', { _id: { $regex: '^acme/U\\.' } }],
    ['id gt "U1"', { _id: { $gt: 'acme/U1' } }],
    ['id pr', {}],
    ['id eq null', { _id: { $in: [] } }],
    ['id co "U1"', { 'shadow.id': { $regex: 'U1' } }],
    ['groups.value eq "g"', { _id: { $in: ['acme/U1'] } }],
    ['name[id eq "x"]', { $and: [{ 'shadow.name': { $exists: true } }, { 'shadow.name.id': 'x' }] }],
  ])('puts conditions on the id to _id: %s', (filter, expected) => {
    const relations = new Map([['groups g', ['U1']]]);
    const documentId = (id: string) => `acme/${id}`;
    expect(compileScimFilter(parseFilter(filter, userModel), { relations, documentId })).toEqual(expected);
  });

  it('orders text by code points, as MongoDB does', () => {
    const resource = { id: '1', attributes: { title: '\u{1d4b3}' }, created: '', lastModified: '' };
    const node = parseFilter('title gt "\uff41"', model);
    expect(answers(compileForLmdb, node, resource)).toEqual({ answer: true, expected: true });
  });

  it('takes long literals', () => {
    const node = parseFilter(`title co "${'.'.repeat(4_000)}"`, model);
    const resource = { id: '1', attributes: { title: '.'.repeat(4_001) }, created: '', lastModified: '' };
    for (const engine of [compileForLmdb, mingo]) {
      expect(answers(engine, node, resource)).toEqual({ answer: true, expected: true });
    }
  });
});
