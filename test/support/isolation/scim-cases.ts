import { BULK_REQUEST } from '../bulk.js';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from '../tenant-client.js';
import type { Place } from './place.js';

/** A request of a route; its method is the route's. */
export interface Sent {
  /** Behind the tenant's base URL, or behind the host where the route has none. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is answered at home to a request that names something of elsewhere, whether that is there or not. */
export type Probe = readonly [status: number, send: (there: Place, home: Place) => Sent];

export interface ScimCase {
  /** What a good request is answered. */
  readonly status: number;
  /** A good request at a place, made with its own credential; others are tried on it. */
  readonly send: (at: Place, home: Place) => Sent;
  /** Answered without a credential too, and then the same for every tenant, there or not. */
  readonly isPublic?: true;
  readonly probes: Readonly<Record<string, Probe>>;
}

const user = (more: object) => ({ schemas: [USER], ...more });
const patch = (...Operations: object[]) => ({ schemas: [PATCH_OP], Operations });
const unique = (() => {
  let count = 0;
  return () => String(++count).padStart(6, '0');
})();
const newUser = (more: object = {}) => user({ userName: `new${unique()}`, ...more });
const newGroup = (more: object = {}) => ({ schemas: [GROUP], displayName: `Group ${unique()}`, ...more });

/** Filters that name something of elsewhere; on a list that does not know the attribute they are answered all the same. */
const FILTERS: Readonly<Record<string, (there: Place) => string>> = {
  'its id': (it) => `id eq "${it.userId}"`,
  'its group’s id': (it) => `id eq "${it.groupId}"`,
  'its userName': (it) => `userName eq "${it.userName}"`,
  'the end of its userName': (it) => `userName co "${it.slug}"`,
  'its userName, denied': (it) => `not (userName eq "${it.userName}")`,
  'its externalId': (it) => `externalId eq "${it.externalId}"`,
  'its address': (it) => `emails.value eq "${it.email}"`,
  'its address by type': (it) => `emails[type eq "work" and value eq "${it.email}"]`,
  'its location': (it) => `meta.location co "/${it.slug}/Users/${it.userId}"`,
  'its manager': (it) => `${ENTERPRISE}:manager.value eq "${it.managerId}"`,
  'its own attribute': (it) => `${it.schema}:grade pr`,
  'its group’s name': (it) => `displayName eq "${it.groupName}"`,
  'a member of its group': (it) => `members.value eq "${it.userId}"`,
  'a member of its group by path': (it) => `members[value eq "${it.userId}"]`,
  'a group of its user': (it) => `groups.value eq "${it.groupId}"`,
  'one of ours or of theirs': (it) => `userName eq "${it.userName}" or userName sw "bo"`,
};

type List = keyof Place['cursors'];

/** Every way to ask for a list, by URL and by body. */
function listProbes(list: List, by: 'GET' | 'POST'): Record<string, Probe> {
  const path = (list === 'everything' ? '' : `/${list}`) + (by === 'POST' ? '/.search' : '');
  const ask = (parameters: Record<string, string | number>): Sent =>
    by === 'POST'
      ? { path, body: parameters }
      : {
          path: `${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)])).toString()}`,
        };
  return {
    ...Object.fromEntries(
      Object.entries(FILTERS).map(([title, filter]): [string, Probe] => [
        `a filter for ${title}`,
        [200, (it) => ask({ filter: filter(it) })],
      ]),
    ),
    'a filter for its userName, by pages': [
      200,
      (it) => ask({ filter: `userName eq "${it.userName}"`, cursor: '', count: 1 }),
    ],
    'a filter for its userName, sorted': [
      200,
      (it) => ask({ filter: `userName sw "ana@${it.slug}"`, sortBy: 'userName', sortOrder: 'descending' }),
    ],
    'the order of its own attribute': [200, (it) => ask({ sortBy: `${it.schema}:grade`, sortOrder: 'descending' })],
    'its own attribute alone': [200, (it) => ask({ attributes: `${it.schema}:grade` })],
    'its cursor': [400, (it) => ask({ cursor: it.cursors[list], count: 1 })],
    'its cursor of another list': [
      400,
      (it) => ask({ cursor: it.cursors[list === 'Users' ? 'Groups' : 'Users'], count: 1 }),
    ],
    'its cursor with its filter': [
      400,
      (it) => ask({ cursor: it.cursors[list], count: 1, filter: `userName eq "${it.userName}"` }),
    ],
  };
}

/** Ways to write the id of another tenant's resource into a path. */
const elsewhere = (
  collection: 'Users' | 'Groups',
  id: (it: Place) => string,
): Record<string, (it: Place) => string> => ({
  'its id': (it) => `/${collection}/${id(it)}`,
  'its id behind its slug': (it) => `/${collection}/${it.slug}.${id(it)}`,
  'its id behind its stream': (it) =>
    `/${collection}/${collection === 'Users' ? 'user' : 'group'}-${it.slug}.${id(it)}`,
  'its id behind an encoded way out': (it) => `/${collection}/..%2F..%2F${it.slug}%2F${collection}%2F${id(it)}`,
  'its id, dots encoded': (it) => `/%2e%2e/${it.slug}/${collection}/${id(it)}`,
});

/** The same request at each of those, and with conditions on a version that is right there. */
function resourceProbes(collection: 'Users' | 'Groups', id: (it: Place) => string, body?: () => object) {
  const paths = Object.entries(elsewhere(collection, id));
  const withBody = body ? { body: body() } : {};
  const conditions: Record<string, (it: Place) => Record<string, string>> = {
    'if it is at the version it has': (it) => ({ 'if-match': it.etag }),
    'if it is at any version': () => ({ 'if-match': '*' }),
    'unless it is at the version it has': (it) => ({ 'if-none-match': it.etag }),
    'unless it is there': () => ({ 'if-none-match': '*' }),
  };
  return {
    ...Object.fromEntries(
      paths.map(([title, path]): [string, Probe] => [title, [404, (it) => ({ path: path(it), ...withBody })]]),
    ),
    ...Object.fromEntries(
      Object.entries(conditions).map(([title, headers]): [string, Probe] => [
        `its id, ${title}`,
        [404, (it) => ({ path: `/${collection}/${id(it)}`, headers: headers(it), ...withBody })],
      ]),
    ),
    'an id of the other resource type': [
      404,
      (it) => ({ path: `/${collection}/${collection === 'Users' ? it.groupId : it.userId}`, ...withBody }),
    ],
  } satisfies Record<string, Probe>;
}

const bulk = (...Operations: object[]): Sent => ({ path: '/Bulk', body: { schemas: [BULK_REQUEST], Operations } });

/** One row per SCIM route. */
export const SCIM_CASES: Readonly<Record<string, ScimCase>> = {
  'GET /scim/v2/:tenant': {
    status: 200,
    send: () => ({ path: '' }),
    probes: listProbes('everything', 'GET'),
  },
  'POST /scim/v2/:tenant/.search': {
    status: 200,
    send: () => ({ path: '/.search', body: {} }),
    probes: listProbes('everything', 'POST'),
  },
  'GET /scim/v2/:tenant/Users': {
    status: 200,
    send: () => ({ path: '/Users' }),
    probes: listProbes('Users', 'GET'),
  },
  'POST /scim/v2/:tenant/Users/.search': {
    status: 200,
    send: () => ({ path: '/Users/.search', body: {} }),
    probes: listProbes('Users', 'POST'),
  },
  'POST /scim/v2/:tenant/Users': {
    status: 201,
    send: () => ({ path: '/Users', body: newUser() }),
    probes: {
      'its userName': [201, (it) => ({ path: '/Users', body: user({ userName: it.userName }) })],
      'its externalId': [201, (it) => ({ path: '/Users', body: newUser({ externalId: it.externalId }) })],
      'its address': [
        201,
        (it) => ({ path: '/Users', body: newUser({ emails: [{ value: it.email, primary: true }] }) }),
      ],
      'its id': [201, (it) => ({ path: '/Users', body: newUser({ id: it.userId }) })],
      'its user as manager': [
        201,
        (it) => ({ path: '/Users', body: newUser({ [ENTERPRISE]: { manager: { value: it.managerId } } }) }),
      ],
      'its group': [201, (it) => ({ path: '/Users', body: newUser({ groups: [{ value: it.groupId }] }) })],
      'its own attribute': [
        201,
        (it) => ({ path: '/Users', body: newUser({ schemas: [USER, it.schema], [it.schema]: { grade: '1' } }) }),
      ],
    },
  },
  'GET /scim/v2/:tenant/Users/:id': {
    status: 200,
    send: (at) => ({ path: `/Users/${at.userId}` }),
    probes: resourceProbes('Users', (it) => it.userId),
  },
  'PUT /scim/v2/:tenant/Users/:id': {
    status: 200,
    send: (at) => ({ path: `/Users/${at.userId}`, body: user({ userName: at.userName }) }),
    probes: {
      ...resourceProbes('Users', (it) => it.userId, newUser),
      'its userName': [200, (it, at) => ({ path: `/Users/${at.userId}`, body: user({ userName: it.userName }) })],
      'its user as manager': [
        200,
        (it, at) => ({
          path: `/Users/${at.userId}`,
          body: newUser({ [ENTERPRISE]: { manager: { value: it.managerId } } }),
        }),
      ],
      'its version': [
        412,
        (it, at) => ({ path: `/Users/${at.userId}`, body: newUser(), headers: { 'if-match': it.etag } }),
      ],
    },
  },
  'PATCH /scim/v2/:tenant/Users/:id': {
    status: 200,
    send: (at) => ({ path: `/Users/${at.userId}`, body: patch({ op: 'replace', path: 'title', value: unique() }) }),
    probes: {
      ...resourceProbes(
        'Users',
        (it) => it.userId,
        () => patch({ op: 'replace', path: 'active', value: false }),
      ),
      'its userName': [
        200,
        (it, at) => ({
          path: `/Users/${at.userId}`,
          body: patch({ op: 'replace', path: 'userName', value: it.userName }),
        }),
      ],
      'its user as manager': [
        200,
        (it, at) => ({
          path: `/Users/${at.userId}`,
          body: patch({ op: 'replace', path: `${ENTERPRISE}:manager`, value: it.managerId }),
        }),
      ],
      'its own attribute': [
        200,
        (it, at) => ({
          path: `/Users/${at.userId}`,
          body: patch({ op: 'add', path: `${it.schema}:grade`, value: '1' }),
        }),
      ],
      'its address in a filter': [
        200,
        (it, at) => ({
          path: `/Users/${at.userId}`,
          body: patch({ op: 'replace', path: `emails[value eq "${it.email}"].type`, value: 'home' }),
        }),
      ],
    },
  },
  'DELETE /scim/v2/:tenant/Users/:id': {
    status: 204,
    send: (at) => ({ path: `/Users/${at.managerId}` }),
    probes: resourceProbes('Users', (it) => it.userId),
  },
  'GET /scim/v2/:tenant/Groups': {
    status: 200,
    send: () => ({ path: '/Groups' }),
    probes: listProbes('Groups', 'GET'),
  },
  'POST /scim/v2/:tenant/Groups/.search': {
    status: 200,
    send: () => ({ path: '/Groups/.search', body: {} }),
    probes: listProbes('Groups', 'POST'),
  },
  'POST /scim/v2/:tenant/Groups': {
    status: 201,
    send: () => ({ path: '/Groups', body: newGroup() }),
    probes: {
      'its group’s name': [201, (it) => ({ path: '/Groups', body: newGroup({ displayName: it.groupName }) })],
      'its user as member': [400, (it) => ({ path: '/Groups', body: newGroup({ members: [{ value: it.userId }] }) })],
      'its user as member beside ours': [
        400,
        (it, at) => ({ path: '/Groups', body: newGroup({ members: [{ value: at.userId }, { value: it.userId }] }) }),
      ],
      'its group as member': [400, (it) => ({ path: '/Groups', body: newGroup({ members: [{ value: it.groupId }] }) })],
      'its user by location': [
        400,
        (it) => ({ path: '/Groups', body: newGroup({ members: [{ $ref: `../../${it.slug}/Users/${it.userId}` }] }) }),
      ],
    },
  },
  'GET /scim/v2/:tenant/Groups/:id': {
    status: 200,
    send: (at) => ({ path: `/Groups/${at.groupId}` }),
    probes: resourceProbes('Groups', (it) => it.groupId),
  },
  'PUT /scim/v2/:tenant/Groups/:id': {
    status: 200,
    send: (at) => ({ path: `/Groups/${at.groupId}`, body: newGroup() }),
    probes: {
      ...resourceProbes('Groups', (it) => it.groupId, newGroup),
      'its user as member': [
        400,
        (it, at) => ({ path: `/Groups/${at.groupId}`, body: newGroup({ members: [{ value: it.userId }] }) }),
      ],
    },
  },
  'PATCH /scim/v2/:tenant/Groups/:id': {
    status: 200,
    send: (at) => ({
      path: `/Groups/${at.groupId}`,
      body: patch({ op: 'replace', path: 'displayName', value: unique() }),
    }),
    probes: {
      ...resourceProbes(
        'Groups',
        (it) => it.groupId,
        () => patch({ op: 'replace', path: 'displayName', value: 'x' }),
      ),
      'its user as member': [
        400,
        (it, at) => ({
          path: `/Groups/${at.groupId}`,
          body: patch({ op: 'add', path: 'members', value: [{ value: it.userId }] }),
        }),
      ],
      'its group as member': [
        400,
        (it, at) => ({
          path: `/Groups/${at.groupId}`,
          body: patch({ op: 'add', path: 'members', value: [{ value: it.groupId }] }),
        }),
      ],
      'its user as member who leaves': [
        200,
        (it, at) => ({
          path: `/Groups/${at.groupId}`,
          body: patch({ op: 'remove', path: `members[value eq "${it.userId}"]` }),
        }),
      ],
    },
  },
  'DELETE /scim/v2/:tenant/Groups/:id': {
    status: 204,
    send: (at) => ({ path: `/Groups/${at.groupId}` }),
    probes: resourceProbes('Groups', (it) => it.groupId),
  },
  'POST /scim/v2/:tenant/Bulk': {
    status: 200,
    send: () => bulk({ method: 'POST', path: '/Users', bulkId: 'a', data: newUser() }),
    probes: {
      'a PUT of its user': [200, (it) => bulk({ method: 'PUT', path: `/Users/${it.userId}`, data: newUser() })],
      'a PATCH of its user at its version': [
        200,
        (it) =>
          bulk({
            method: 'PATCH',
            path: `/Users/${it.userId}`,
            version: it.etag,
            data: patch({ op: 'replace', path: 'active', value: false }),
          }),
      ],
      'a DELETE of its user': [200, (it) => bulk({ method: 'DELETE', path: `/Users/${it.userId}` })],
      'a DELETE of its group': [200, (it) => bulk({ method: 'DELETE', path: `/Groups/${it.groupId}` })],
      'a path out of the tenant': [200, (it) => bulk({ method: 'DELETE', path: `/../${it.slug}/Users/${it.userId}` })],
      'a path with its base': [200, (it) => bulk({ method: 'DELETE', path: `/scim/v2/${it.slug}/Users/${it.userId}` })],
      'its userName': [
        200,
        (it) => bulk({ method: 'POST', path: '/Users', bulkId: 'a', data: user({ userName: it.userName }) }),
      ],
      'its userName, then its id': [
        200,
        (it) =>
          bulk(
            { method: 'POST', path: '/Users', bulkId: 'a', data: user({ userName: `x.${it.userName}` }) },
            { method: 'DELETE', path: `/Users/${it.userId}` },
          ),
      ],
      'its user as member': [
        200,
        (it) =>
          bulk({ method: 'POST', path: '/Groups', bulkId: 'g', data: newGroup({ members: [{ value: it.userId }] }) }),
      ],
      'its user as member of ours': [
        200,
        (it, at) =>
          bulk({
            method: 'PATCH',
            path: `/Groups/${at.groupId}`,
            data: patch({ op: 'add', path: 'members', value: [{ value: it.userId }] }),
          }),
      ],
      'its id for a bulkId': [
        200,
        (it) =>
          bulk({
            method: 'POST',
            path: '/Groups',
            bulkId: 'g',
            data: newGroup({ members: [{ value: `bulkId:${it.userId}` }] }),
          }),
      ],
      'its user as manager': [
        200,
        (it) =>
          bulk({
            method: 'POST',
            path: '/Users',
            bulkId: 'a',
            data: newUser({ [ENTERPRISE]: { manager: { value: it.managerId } } }),
          }),
      ],
    },
  },
  ...Object.fromEntries(
    ['GET', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
      ['Users', 'Groups'].map((type): [string, ScimCase] => [
        `${method} /scim/v2/:tenant/${type}/.search`,
        { status: 405, send: () => ({ path: `/${type}/.search` }), probes: {} },
      ]),
    ),
  ),
  'GET /scim/v2/:tenant/ServiceProviderConfig': {
    status: 200,
    isPublic: true,
    send: () => ({ path: '/ServiceProviderConfig' }),
    probes: {},
  },
  'GET /scim/v2/:tenant/ResourceTypes': {
    status: 200,
    isPublic: true,
    send: () => ({ path: '/ResourceTypes' }),
    probes: {},
  },
  'GET /scim/v2/:tenant/ResourceTypes/:id': {
    status: 200,
    isPublic: true,
    send: () => ({ path: '/ResourceTypes/User' }),
    probes: { 'its slug': [404, (it) => ({ path: `/ResourceTypes/${it.slug}` })] },
  },
  'GET /scim/v2/:tenant/Schemas': {
    status: 200,
    isPublic: true,
    send: () => ({ path: '/Schemas' }),
    probes: {},
  },
  'GET /scim/v2/:tenant/Schemas/:id': {
    status: 200,
    isPublic: true,
    send: () => ({ path: `/Schemas/${USER}` }),
    probes: { 'its own schema': [404, (it) => ({ path: `/Schemas/${it.schema}` })] },
  },
  'ALL /scim/v2/:tenant/Me': {
    status: 501,
    send: () => ({ path: '/Me' }),
    probes: {},
  },
};
