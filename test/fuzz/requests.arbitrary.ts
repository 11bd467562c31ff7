import fc from 'fast-check';
import { attributePath, filter } from './filters.arbitrary.js';
import { anyValue, attributeName, ENTERPRISE, objectOf, resource } from './values.arbitrary.js';

/** One request; `$user:0` and the like in target and body are put in when it is sent. */
export interface FuzzRequest {
  readonly method: string;
  /** Behind the base URL, as it goes over the wire. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

type Collection = 'Users' | 'Groups';
const collection = fc.constantFrom<Collection>('Users', 'Users', 'Groups');

const one = (type: Collection) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: 3 }).map((n) => `/${type}/$${type === 'Users' ? 'user' : 'group'}:${n}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('nobody', '%00', '..', 'bulkId:a', '0', '%F0%9F%92%A9').map((id) => `/${type}/${id}`),
    },
  );

const json = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** JSON, now and then cut short or wrapped, so that it is none or too deep. */
const payload = (value: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 20, arbitrary: value.map(json) },
    { weight: 1, arbitrary: fc.tuple(value.map(json), fc.nat({ max: 40 })).map(([text, end]) => text.slice(0, end)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        'null',
        '[]',
        '{}',
        '{"a":1,}',
        '\ufeff{}',
        `${'['.repeat(20_000)}`,
        '{"Operations":[',
      ),
    },
  );

const type = fc.constantFrom(
  'application/scim+json',
  'application/scim+json; charset=utf-8',
  'application/json',
  'APPLICATION/JSON',
  'text/plain',
  'multipart/form-data; boundary=x',
);
const headers = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ 'content-type': 'application/scim+json' }) },
  {
    weight: 2,
    arbitrary: fc.record(
      {
        'content-type': type,
        'if-match': fc.constantFrom('*', 'W/"0"', 'W/"1"', '"x"', 'W/', ''),
        'if-none-match': fc.constantFrom('*', 'W/"0"', ''),
        accept: fc.constantFrom('*/*', 'application/json', 'text/html', ''),
        'content-encoding': fc.constantFrom('identity', 'gzip', 'br', 'x'),
        prefer: fc.constantFrom('respond-async', 'return=minimal'),
      },
      { requiredKeys: ['content-type'] },
    ),
  },
);

const person = fc.nat({ max: 4 }).map((n) => `$user:${n}`);
const people = fc.array(
  person.map((value) => ({ value })),
  { maxLength: 4 },
);
/** Operations as providers send them, which mostly succeed. */
const plainOperation = fc.oneof(
  fc.record({
    op: fc.constantFrom('replace', 'Replace', 'add'),
    path: fc.constantFrom(
      'title',
      'displayName',
      'name.familyName',
      `${ENTERPRISE}:department`,
      'emails[type eq "work"].value',
    ),
    value: fc.constantFrom('Nurse', 'Lee', 'a@example.com', ''),
  }),
  fc.record({
    op: fc.constantFrom('Replace', 'add'),
    path: fc.constant('active'),
    value: fc.constantFrom<unknown>('False', true),
  }),
  fc.record({ op: fc.constantFrom('add', 'Add', 'replace', 'Remove'), path: fc.constant('members'), value: people }),
  person.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
  fc.record({
    op: fc.constant('replace'),
    value: fc.record(
      {
        displayName: fc.constant('Ops'),
        title: fc.constant('Cook'),
        'name.givenName': fc.constant('Bo'),
        active: fc.boolean(),
        members: people,
      },
      { requiredKeys: [] },
    ),
  }),
);
const oddOperation = fc.record(
  {
    op: fc.constantFrom<unknown>(
      'add',
      'replace',
      'remove',
      'add',
      'replace',
      'remove',
      'Add',
      'Remove',
      'move',
      '',
      null,
      1,
    ),
    path: fc.oneof(
      { weight: 6, arbitrary: attributePath },
      {
        weight: 3,
        arbitrary: fc
          .tuple(
            fc.constantFrom('emails', 'addresses', 'members', 'roles'),
            filter,
            fc.constantFrom('', '.value', '.type', '.x'),
          )
          .map(([path, text, sub]) => `${path}[${text}]${sub}`),
      },
      { weight: 3, arbitrary: attributeName },
      { weight: 1, arbitrary: anyValue },
    ),
    value: fc.oneof(anyValue, objectOf(anyValue), people),
  },
  { requiredKeys: ['op'] },
);
const operation = fc.oneof({ weight: 3, arbitrary: plainOperation }, { weight: 2, arbitrary: oddOperation });
const patchBody = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      schemas: fc.constant(['urn:ietf:params:scim:api:messages:2.0:PatchOp']),
      Operations: fc.array(operation, { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: anyValue },
);

const queryValue: Readonly<Record<string, fc.Arbitrary<string>>> = {
  filter,
  attributes: fc.array(attributePath, { maxLength: 3 }).map((names) => names.join()),
  excludedAttributes: fc.array(attributeName, { maxLength: 3 }).map((names) => names.join()),
  sortBy: fc.oneof(attributePath, attributeName),
  sortOrder: fc.constantFrom('ascending', 'descending', 'sideways', ''),
  startIndex: fc.constantFrom('1', '0', '-5', '2', '99999999999999999999', 'x', '1.5', ''),
  count: fc.constantFrom('0', '1', '2', '-1', '1000000', 'x', ''),
  cursor: fc.oneof(fc.constant(''), fc.string({ maxLength: 20 }), fc.base64String({ maxLength: 80 })),
  aadOptscim062020: fc.constant(''),
};
const parameter = fc
  .constantFrom('filter', 'filter', 'filter', ...Object.keys(queryValue))
  .chain((name) =>
    (queryValue[name] ?? fc.constant('')).map((value) => `${name}=${encodeURIComponent(value.toWellFormed())}`),
  );
/** Seldom many parameters: one that is refused hides all others. */
const query = fc
  .oneof(
    { weight: 6, arbitrary: fc.array(parameter, { maxLength: 2 }) },
    { weight: 1, arbitrary: fc.array(parameter, { maxLength: 8 }) },
  )
  .map((parameters) => (parameters.length === 0 ? '' : `?${parameters.join('&')}`));

const mostly = (arbitrary: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: anyValue });

const searchBody = fc.record(
  {
    schemas: fc.constant(['urn:ietf:params:scim:api:messages:2.0:SearchRequest']),
    filter: mostly(filter),
    attributes: mostly(fc.array(attributePath, { maxLength: 3 })),
    sortBy: mostly(attributePath),
    startIndex: mostly(fc.integer({ min: -3, max: 5 })),
    count: mostly(fc.integer({ min: -3, max: 5 })),
    cursor: mostly(fc.constant('')),
  },
  { requiredKeys: [] },
);

const bulkOperation = fc.record(
  {
    method: fc.constantFrom<unknown>('POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'post', 'GET', 7),
    path: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom(
          '/Users',
          '/Groups',
          'Users',
          '/Me',
          '/Bulk',
          '',
          '/Users/bulkId:a',
          '/Groups/bulkId:b',
        ),
      },
      { weight: 3, arbitrary: collection.chain(one) },
    ),
    bulkId: fc.constantFrom<unknown>('a', 'b', 'c', '', 1, null),
    version: fc.constantFrom<unknown>('W/"0"', '"x"', 3, null),
    data: fc.oneof(
      { weight: 3, arbitrary: resource('Users') },
      { weight: 3, arbitrary: resource('Groups') },
      { weight: 2, arbitrary: patchBody },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          { displayName: 'Eng', members: [{ value: 'bulkId:a' }] },
          { displayName: 'Ops', members: [{ value: 'bulkId:b' }, { value: 'bulkId:c' }] },
        ),
      },
    ),
  },
  { requiredKeys: ['method', 'path'] },
);
const bulkBody = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record(
      {
        schemas: fc.constant(['urn:ietf:params:scim:api:messages:2.0:BulkRequest']),
        failOnErrors: fc.constantFrom<unknown>(1, 2, 0, -1, null, 'x'),
        Operations: fc.array(bulkOperation, { maxLength: 6 }),
      },
      { requiredKeys: ['Operations'] },
    ),
  },
  { weight: 1, arbitrary: anyValue },
);

const withBody = (
  method: string,
  target: fc.Arbitrary<string>,
  body: fc.Arbitrary<unknown>,
): fc.Arbitrary<FuzzRequest> => fc.record({ method: fc.constant(method), target, headers, body: payload(body) });
const withoutBody = (method: string, target: fc.Arbitrary<string>): fc.Arbitrary<FuzzRequest> =>
  fc.record({
    method: fc.constant(method),
    target,
    headers: headers.map(({ 'content-type': _type, ...rest }) => rest),
  });

const ofType = (make: (type: Collection) => fc.Arbitrary<FuzzRequest>): fc.Arbitrary<FuzzRequest> =>
  collection.chain(make);
const search = fc.constantFrom('/.search', '/Users/.search', '/Groups/.search');

/** Everything that the SCIM surface takes, in the proportions that reach furthest. */
export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 6, arbitrary: ofType((type) => withBody('POST', fc.constant(`/${type}`), resource(type))) },
  { weight: 4, arbitrary: ofType((type) => withBody('PUT', one(type), resource(type))) },
  { weight: 8, arbitrary: ofType((type) => withBody('PATCH', one(type), patchBody)) },
  { weight: 3, arbitrary: withBody('POST', fc.constant('/Bulk'), bulkBody) },
  { weight: 2, arbitrary: withBody('POST', search, searchBody) },
  {
    weight: 6,
    arbitrary: ofType((type) =>
      withoutBody(
        'GET',
        query.map((text) => `/${type}${text}`),
      ),
    ),
  },
  {
    weight: 1,
    arbitrary: withoutBody(
      'GET',
      query.map((text) => `/${text}`),
    ),
  },
  {
    weight: 2,
    arbitrary: ofType((type) =>
      withoutBody(
        'GET',
        fc.tuple(one(type), query).map((parts) => parts.join('')),
      ),
    ),
  },
  { weight: 2, arbitrary: ofType((type) => withoutBody('DELETE', one(type))) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'),
        fc.constantFrom(
          '/Me',
          '/Schemas',
          '/ResourceTypes',
          '/ServiceProviderConfig',
          '/Nothing',
          '/Users/',
          '//Groups?',
        ),
      )
      .chain(([method, target]) => withoutBody(method, fc.constant(target))),
  },
);
