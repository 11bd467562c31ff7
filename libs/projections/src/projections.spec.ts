import {
  activity,
  activityId,
  admins,
  groupDirectory,
  GROUPS,
  memberships,
  MEMBERSHIPS,
  PROJECTIONS,
  TENANT_SCHEMAS,
  tenantSchemas,
  type TenantSchemasDocument,
  tenantSettings,
  userDirectory,
  USERS,
} from './index.js';
import type { GroupDocument, UserDocument } from './index.js';
import type { ProjectedEvent, Projection } from './projection.js';
import type { Document } from '#read-models';

type Told = readonly [stream: string, type: string, data: object];

/** Folds events into documents the plain way: what a runner must come to as well. */
function fold(projection: Projection, told: readonly Told[]): Map<string, Document> {
  const documents = new Map<string, Document>();
  const revisions = new Map<string, number>();
  told.forEach(([stream, type, data], index) => {
    const revision = (revisions.get(stream) ?? -1) + 1;
    revisions.set(stream, revision);
    const event: ProjectedEvent = {
      id: `e${index}`,
      type,
      data,
      metadata: { tenant: 'acme', occurredAt: `2026-01-01T00:00:00.${String(index).padStart(3, '0')}Z` },
      stream,
      revision,
      position: BigInt(index),
      recordedAt: 0,
    };
    if (!projection.streamPrefixes?.some((prefix) => stream.startsWith(prefix))) return;
    for (const touch of projection.touches(event)) {
      if ('put' in touch) documents.set(`${touch.collection} ${touch.put._id}`, touch.put);
      else if ('delete' in touch) documents.delete(`${touch.collection} ${touch.delete}`);
      else {
        const key = `${touch.collection} ${touch.id}`;
        const next = projection.apply(documents.get(key), event, touch);
        if (next) documents.set(key, next);
        else documents.delete(key);
      }
    }
  });
  return documents;
}

const user = 'user-acme.u1';
const provisioned: Told = [
  user,
  'UserProvisioned',
  { resource: { userName: 'Ana@example.com', active: true, title: 'Nurse' } },
];

describe('user-directory', () => {
  it('holds a user as lists show them and as filters look for them', () => {
    const document = fold(userDirectory, [provisioned]).get('users acme/u1') as UserDocument;
    expect(document).toMatchObject({ scope: 'acme', id: 'u1', version: 0, created: '2026-01-01T00:00:00.000Z' });
    expect(JSON.parse(`${document.json}}`)).toMatchObject({ id: 'u1', userName: 'Ana@example.com', active: true });
    expect(USERS.derived?.of(document)).toMatchObject({ username: 'ana@example.com', title: 'nurse' });
    // As it comes back from where JSON is kept.
    expect(USERS.derived?.of(JSON.parse(JSON.stringify(document)) as UserDocument)).toEqual(
      USERS.derived?.of(document),
    );
  });

  it('takes a deleted user out of every list, and knows them again when they come back', () => {
    const deleted: Told[] = [
      provisioned,
      [user, 'UserDeactivated', { reason: 'deleted' }],
      [user, 'UserDeprovisioned', { reason: 'deleted' }],
    ];
    const gone = fold(userDirectory, deleted).get('users acme/u1') as UserDocument;
    expect(gone).toMatchObject({ scope: 'acme/deprovisioned' });
    expect(USERS.derived?.of(gone)).toEqual({});
    const back = fold(userDirectory, [...deleted, [user, 'UserReactivated', { reason: 'provisioned again' }]]);
    const document = back.get('users acme/u1') as UserDocument;
    expect(document).toMatchObject({ scope: 'acme', version: 3 });
    expect(JSON.parse(`${document.json}}`)).toMatchObject({ title: 'Nurse', active: true });
  });

  it('shows nobody for a stream that holds a fence alone', () => {
    expect(fold(userDirectory, [[user, 'UserNameClaimFenced', { reason: 'x' }]]).size).toBe(0);
  });
});

describe('group-directory and memberships', () => {
  const group = 'group-acme.g1';
  const told: Told[] = [
    [group, 'GroupCreated', { resource: { displayName: 'Eng' } }],
    [
      group,
      'GroupMembershipChanged',
      {
        added: [
          { value: 'u1', type: 'User' },
          { value: 'g2', type: 'Group' },
        ],
        removed: [],
      },
    ],
    [
      group,
      'GroupMembershipChanged',
      { added: [{ value: 'u2', type: 'User' }], removed: [{ value: 'u1', type: 'User' }] },
    ],
    [group, 'GroupUpdated', { changes: { displayName: 'Engineering' } }],
  ];

  it('count members without holding them', () => {
    const document = fold(groupDirectory, told).get(`${GROUPS.name} acme/g1`) as GroupDocument;
    expect(document).toMatchObject({ displayName: 'Engineering', memberCount: 2, version: 3 });
    expect(GROUPS.derived?.of(document)).toMatchObject({ displayname: 'engineering' });
  });

  it('change with the membership what a filter on lastModified sees', () => {
    const document = fold(groupDirectory, told.slice(0, 2)).get(`${GROUPS.name} acme/g1`) as GroupDocument;
    expect(GROUPS.derived?.of(document)).toMatchObject({ meta: { lastmodified: document.lastModified } });
  });

  it('tell each member, user or nested group, the groups they are in, and nothing of those in none', () => {
    const documents = fold(memberships, told);
    expect(Object.fromEntries(documents)).toEqual({
      [`${MEMBERSHIPS.name} acme/g2`]: { _id: 'acme/g2', groups: ['g1'] },
      [`${MEMBERSHIPS.name} acme/u2`]: { _id: 'acme/u2', groups: ['g1'] },
    });
  });

  it('drop a deleted group', () => {
    expect(fold(groupDirectory, [...told, [group, 'GroupDeleted', { reason: 'deleted' }]]).size).toBe(0);
  });
});

describe('tenant-settings', () => {
  const stream = 'tenant-acme';
  const connection = { connectionId: 'c1', idp: 'okta', name: 'Okta', matchingAttribute: 'userName' };
  const credential = { credentialId: 'k1', connectionId: 'c1', name: 'first', tokenHash: 'ab', lastFour: 'wxyz' };
  const told: Told[] = [
    [stream, 'TenantRegistered', { slug: 'acme', name: 'Acme' }],
    [stream, 'ConnectionCreated', connection],
    [stream, 'CredentialIssued', credential],
  ];

  it('hold what lives', () => {
    const documents = fold(tenantSettings, told);
    expect(documents.get('tenants acme')).toMatchObject({ slug: 'acme', name: 'Acme' });
    expect(documents.get('connections c1')).toMatchObject({ tenant: 'acme', idp: 'okta' });
    expect(documents.get('credentials k1')).toMatchObject({ tenant: 'acme', tokenHash: 'ab' });
  });

  it.each(['CredentialRevoked', 'CredentialExpired'])('drop a credential on %s', (type) => {
    expect(fold(tenantSettings, [...told, [stream, type, { credentialId: 'k1' }]]).has('credentials k1')).toBe(false);
  });

  it('hold what state a tenant is in, and since when', () => {
    const tenantAfter = (...more: Told[]) => fold(tenantSettings, [...told, ...more]).get('tenants acme');
    const suspended: Told = [stream, 'TenantSuspended', { reason: 'unpaid' }];
    expect(tenantAfter(suspended)).toMatchObject({
      status: 'suspended',
      reason: 'unpaid',
      statusSince: expect.any(String),
    });
    expect(tenantAfter(suspended, [stream, 'TenantResumed', {}])).toEqual(tenantAfter());
    expect(tenantAfter(suspended, [stream, 'TenantDeleted', { reason: 'deleted' }])).toMatchObject({
      status: 'deleted',
      reason: 'deleted',
    });
    expect(tenantAfter([stream, 'TenantRenamed', { name: 'Other' }])).toMatchObject({ slug: 'acme', name: 'Other' });
    const settle = (changes: object): Told => [stream, 'TenantSettingsChanged', { changes }];
    expect(
      tenantAfter(settle({ maxPageSize: 5, userDeletion: 'release' }), settle({ maxPageSize: null })),
    ).toMatchObject({
      settings: { userDeletion: 'release' },
    });
  });

  it('hold what is settled about a product, and each version of its mappings with who saved it', () => {
    const map = (version: number, key: string): Told => [
      stream,
      'AttributeMappingChanged',
      { product: 'wellness', version, overrides: [{ key, path: 'x' }] },
    ];
    const rules = [{ group: { id: 'g1' }, role: 'editor' }];
    const found = fold(tenantSettings, [
      [stream, 'ProductDisabled', { product: 'wellness' }],
      map(1, 'department'),
      map(2, 'region'),
      [stream, 'RoleMappingChanged', { product: 'wellness', version: 1, rules, restores: 0 }],
    ]);
    expect(found.get('product-settings acme/wellness')).toMatchObject({
      enabled: false,
      mapping: { version: 2, overrides: [{ key: 'region', path: 'x' }] },
      roles: { version: 1, rules },
    });
    expect(found.get('mapping-versions acme/wellness/attributes/00000001')).toMatchObject({
      version: 1,
      overrides: [{ key: 'department', path: 'x' }],
    });
    expect(found.get('mapping-versions acme/wellness/roles/00000001')).toMatchObject({ rules, restores: 0 });
  });

  it('hold what the guard held, and how it ended', () => {
    const settings = { percent: 10, leastPeople: 20, windowMinutes: 10 };
    const held: Told = [stream, 'DeprovisioningHeld', { holdId: 'h1', departures: 30, people: 90, settings }];
    const end: Told = [stream, 'DeprovisioningUndone', { holdId: 'h1', restored: 29, failed: 1 }];
    const at = 'deprovisioning-holds h1';
    expect(fold(tenantSettings, [held]).get(at)).toMatchObject({ tenant: 'acme', status: 'held', departures: 30 });
    expect(fold(tenantSettings, [held, [stream, 'DeprovisioningUndoStarted', { holdId: 'h1' }]]).get(at)).toMatchObject(
      { status: 'undoing' },
    );
    expect(fold(tenantSettings, [held, end]).get(at)).toMatchObject({ status: 'undone', restored: 29, failed: 1 });
    expect(fold(tenantSettings, [end]).size).toBe(0);
  });

  it('hold which connections are paused', () => {
    const pause: Told = [stream, 'ConnectionPaused', { connectionId: 'c1' }];
    expect(fold(tenantSettings, [...told, pause]).get('connections c1')).toMatchObject({ paused: true });
    const resume: Told = [stream, 'ConnectionResumed', { connectionId: 'c1' }];
    expect(fold(tenantSettings, [...told, pause, resume])).toEqual(fold(tenantSettings, told));
    expect(fold(tenantSettings, [resume]).size).toBe(0);
  });

  it('let a rotated credential run out', () => {
    const rotated = { credentialId: 'k1', replacedBy: 'k2', validUntil: '2026-02-01T00:00:00.000Z' };
    expect(fold(tenantSettings, [...told, [stream, 'CredentialRotated', rotated]]).get('credentials k1')).toMatchObject(
      {
        expiresAt: rotated.validUntil,
      },
    );
  });
});

describe('admins', () => {
  const stream = 'admin-a1';
  const told: Told[] = [
    [stream, 'AdminAppointed', { adminId: 'a1', name: 'Kim', role: 'tenant-admin', tenants: ['acme'] }],
    [stream, 'AdminKeyIssued', { keyHash: 'ab', lastFour: 'wxyz', expiresAt: '2027-01-01T00:00:00.000Z' }],
  ];
  const after = (...more: Told[]) => fold(admins, [...told, ...more]).get('admins a1');

  it('hold who may do what, and by which key', () => {
    expect(after()).toMatchObject({
      name: 'Kim',
      role: 'tenant-admin',
      tenants: ['acme'],
      status: 'active',
      keyHash: 'ab',
      expiresAt: '2027-01-01T00:00:00.000Z',
    });
  });

  it('forget what a new mandate and a new key do not have', () => {
    const changed = after(
      [stream, 'AdminMandateChanged', { role: 'auditor' }],
      [stream, 'AdminKeyIssued', { keyHash: 'cd', lastFour: 'stuv' }],
    );
    expect(changed).toMatchObject({ name: 'Kim', role: 'auditor', keyHash: 'cd' });
    expect(changed).not.toHaveProperty('tenants');
    expect(changed).not.toHaveProperty('expiresAt');
  });

  it('keep whoever was revoked, without a key', () => {
    const revoked = after([stream, 'AdminRevoked', { reason: 'left' }]);
    expect(revoked).toMatchObject({ name: 'Kim', status: 'revoked', revokedAt: expect.any(String) });
    for (const name of ['keyHash', 'lastFour', 'expiresAt']) expect(revoked).not.toHaveProperty(name);
  });
});

describe('activity', () => {
  it('is what was changed of settings and admins, without hashes', () => {
    const documents = fold(activity, [
      ['tenant-acme', 'CredentialIssued', { credentialId: 'k1', tokenHash: 'ab', lastFour: 'wxyz' }],
      ['admin-a1', 'AdminKeyIssued', { keyHash: 'ab', lastFour: 'wxyz' }],
    ]);
    expect([...documents.values()]).toEqual([
      expect.objectContaining({
        tenant: 'acme',
        type: 'CredentialIssued',
        data: { credentialId: 'k1', lastFour: 'wxyz' },
      }),
      expect.objectContaining({ tenant: '', type: 'AdminKeyIssued', data: { lastFour: 'wxyz' } }),
    ]);
  });

  it('is in the order of the log, however far it goes', () => {
    expect(activityId(9n) < activityId(10n)).toBe(true);
    expect(activityId(10n) < activityId(2n ** 53n)).toBe(true);
  });
});

describe('tenant-schemas', () => {
  const HR = 'urn:acme:hr:1.0:User';
  const updated = (changes: object): Told => [user, 'UserUpdated', { changes }];
  const learnedOf = (told: readonly Told[], type = 'User') =>
    fold(tenantSchemas, told).get(`${TENANT_SCHEMAS.name} acme/${type}`) as TenantSchemasDocument | undefined;

  it('is touched by nothing that the schemas define', () => {
    const name = { givenName: 'Ana' };
    const emails = [{ value: 'a@x.io', type: 'work', primary: true }];
    const told: Told[] = [
      [user, 'UserProvisioned', { resource: { userName: 'ana', externalId: 'x', name, emails, active: true } }],
      updated({ title: 'Nurse', 'name.familyName': 'Lee', emails: null, country: null, [`${HR}:level`]: null }),
      [user, 'UserDeactivated', { reason: 'active=false' }],
      ['group-acme.g1', 'GroupCreated', { resource: { displayName: 'Eng' } }],
      ['group-acme.g1', 'GroupMembershipChanged', { added: [{ value: 'u1', type: 'User' }], removed: [] }],
    ];
    expect(fold(tenantSchemas, told).size).toBe(0);
  });

  it('holds what users and groups carried beyond the schemas, and where; and keeps what is gone', () => {
    const told: Told[] = [
      [user, 'UserProvisioned', { resource: { userName: 'ana', country: 'NO', [HR]: { level: 3 } } }],
      updated({ [`${HR}:level`]: 'senior', 'car.plate': 'A', addresses: [{ locality: 'Oslo', floor: 2 }] }),
      updated({ [`${HR}:level`]: null, country: null }),
      ['group-acme.g1', 'GroupCreated', { resource: { displayName: 'Eng', budget: 1.5 } }],
    ];
    const core = 'urn:ietf:params:scim:schemas:core:2.0';
    expect(learnedOf(told)?.schemas).toEqual([
      {
        id: `${core}:User`,
        attributes: [
          { name: 'country', types: ['string'], multiValued: false },
          { name: 'car', types: ['complex'], multiValued: false, subAttributes: [{ name: 'plate', types: ['string'], multiValued: false }] }, // prettier-ignore
          { name: 'addresses', types: [], multiValued: false, subAttributes: [{ name: 'floor', types: ['integer'], multiValued: false }] }, // prettier-ignore
        ],
      },
      { id: HR, attributes: [{ name: 'level', types: ['string', 'integer'], multiValued: false }] },
    ]);
    expect(learnedOf(told, 'Group')?.schemas).toEqual([
      { id: `${core}:Group`, attributes: [{ name: 'budget', types: ['decimal'], multiValued: false }] },
    ]);
  });

  it('is the very same document while nothing new comes', () => {
    const resource = { userName: 'ana', country: 'NO', [HR]: { level: 3, tags: ['a'] } };
    const document = learnedOf([[user, 'UserProvisioned', { resource }]]);
    const touch = { collection: TENANT_SCHEMAS.name, id: 'acme/User' };
    const event = { type: 'UserProvisioned', data: { resource }, stream: user } as unknown as ProjectedEvent;
    expect(tenantSchemas.apply(document, event, touch)).toBe(document);
  });
});

it('every collection has one writer', () => {
  const names = PROJECTIONS.flatMap(({ collections }) => collections.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});
