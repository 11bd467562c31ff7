import type { JsonValue } from '#scim';
import type { IdpProbes, JsonObject, ProbeCall } from './probe.types.js';

/*
 * What the providers' requests have in common; each preset says in which of these ways it speaks.
 */

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export const get = (path: string, more: Partial<ProbeCall> = {}): ProbeCall => ({
  method: 'GET',
  path,
  status: [200],
  ...more,
});

/** The user of the test, as most providers write one. */
export const user = (more: JsonObject = {}): JsonObject => ({
  schemas: [CORE],
  userName: '{userName}',
  name: { givenName: 'Rollcall', familyName: 'Test' },
  emails: [{ primary: true, value: '{userName}', type: 'work' }],
  active: true,
  ...more,
});

export const createUser = (body: JsonObject): ProbeCall => ({
  method: 'POST',
  path: '/Users',
  body,
  status: [201],
  shows: { userName: '{userName}' },
  keep: 'user',
});

export const putUser = (body: JsonObject, shows: JsonObject): ProbeCall => ({
  method: 'PUT',
  path: '/Users/{userId}',
  body,
  status: [200],
  shows,
});

/** Reads the user and puts it back with what has changed. */
export const putBack = (changes: JsonObject): readonly ProbeCall[] => [
  get('/Users/{userId}', { keep: 'user' }),
  { ...putUser(changes, changes), echo: 'user' },
];

const patch = (path: string, operations: readonly JsonObject[]): ProbeCall => ({
  method: 'PATCH',
  path,
  body: { schemas: [PATCH_OP], Operations: operations as JsonValue[] },
  status: [200, 204],
});

export const patchUser = (...operations: readonly JsonObject[]): ProbeCall => patch('/Users/{userId}', operations);
export const patchGroup = (...operations: readonly JsonObject[]): ProbeCall => patch('/Groups/{groupId}', operations);

/** The user as another request sees it. */
export const readUser = (shows: JsonObject): ProbeCall => get('/Users/{userId}', { shows });
const readGroup = (shows: JsonObject): ProbeCall => get('/Groups/{groupId}', { shows });

export const deleteUser: readonly ProbeCall[] = [
  { method: 'DELETE', path: '/Users/{userId}', status: [204] },
  get('/Users/{userId}', { status: [404] }),
];

export const createGroup = (more: JsonObject = {}): ProbeCall => ({
  method: 'POST',
  path: '/Groups',
  body: { schemas: [GROUP], displayName: '{groupName}', ...more },
  status: [201],
  shows: { displayName: '{groupName}' },
  keep: 'group',
});

type GroupProbes = Pick<IdpProbes, 'pushGroup' | 'changeMembers' | 'renameGroup' | 'deleteGroup'>;

const deleteGroup: readonly ProbeCall[] = [
  { method: 'DELETE', path: '/Groups/{groupId}', status: [204] },
  get('/Groups/{groupId}', { status: [404] }),
];

export interface GroupWords {
  readonly create?: ProbeCall;
  readonly add: JsonObject;
  readonly remove: JsonObject;
  readonly rename?: JsonObject;
}

/** By PATCH, in the provider's words. */
export const patchedGroups = ({
  create = createGroup({ members: [] }),
  add,
  remove,
  rename,
}: GroupWords): GroupProbes => ({
  pushGroup: [create],
  changeMembers: [
    patchGroup(add),
    readGroup({ members: [{ value: '{userId}' }] }),
    // Repeated by every full synchronisation.
    patchGroup(add),
    patchGroup(remove),
    patchGroup(remove),
    patchGroup(add),
  ],
  ...(rename && { renameGroup: [patchGroup(rename), readGroup({ displayName: '{groupName} 2' })] }),
  deleteGroup,
});

const RFC_ADD: JsonObject = { op: 'add', path: 'members', value: [{ value: '{userId}' }] };
const RFC_RENAME: JsonObject = { op: 'replace', path: 'displayName', value: '{groupName} 2' };

/** RFC 7644 §3.5.2, the member to remove named by a filter. */
export const RFC_GROUPS: GroupProbes = patchedGroups({
  add: RFC_ADD,
  remove: { op: 'remove', path: 'members[value eq "{userId}"]' },
  rename: RFC_RENAME,
});

/** The same, the members to remove named by a list of values. */
export const LISTED_GROUPS: GroupProbes = patchedGroups({
  create: createGroup({ members: [{ value: '{userId}' }] }),
  add: RFC_ADD,
  remove: { op: 'remove', path: 'members', value: [{ value: '{userId}' }] },
  rename: RFC_RENAME,
});

const putGroup = (displayName: string, members: readonly JsonObject[]): ProbeCall => ({
  method: 'PUT',
  path: '/Groups/{groupId}',
  body: { schemas: [GROUP], id: '{groupId}', displayName, members: members as JsonValue[] },
  status: [200],
  shows: { displayName },
});

/** The whole group by PUT. */
export const PUT_GROUPS: GroupProbes = {
  pushGroup: [createGroup({ members: [] })],
  changeMembers: [
    putGroup('{groupName}', [{ value: '{userId}', display: null }]),
    readGroup({ members: [{ value: '{userId}' }] }),
    putGroup('{groupName}', []),
  ],
  renameGroup: [putGroup('{groupName} 2', [{ value: '{userId}', display: null }])],
  deleteGroup,
};

export const USER_NAME_LOOKUP = '/Users?filter=userName%20eq%20%22{userName}%22';
