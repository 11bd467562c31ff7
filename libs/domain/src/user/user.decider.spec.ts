import { ScimError } from '#scim';
import { decideUser } from './user.decider.js';
import type { UserCommand } from './user.commands.js';
import type { UserEvent } from './user.events.js';
import { absentUser, evolveUser, type User } from './user.js';

const at = (event: UserEvent, index: number) => ({
  ...event,
  metadata: { occurredAt: `2026-01-01T00:00:0${index}.000Z` },
});
const after = (...events: UserEvent[]): User => events.map(at).reduce(evolveUser, absentUser);

const HR = 'urn:acme:hr:1.0:User';
const ana = { userName: 'ana@example.com', name: { givenName: 'Ana' } };
const provisioned: UserEvent = { type: 'UserProvisioned', data: { resource: { ...ana, active: true } } };
const deactivated: UserEvent = { type: 'UserDeactivated', data: { reason: 'active=false' } };
const deprovisioned: UserEvent = { type: 'UserDeprovisioned', data: { reason: 'deleted' } };
const patch = (...operations: object[]): UserCommand => ({
  type: 'PatchUser',
  userId: 'u1',
  body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations },
});
const kindOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ScimError) return error.kind;
    throw error;
  }
  return 'granted';
};

interface Case {
  readonly name: string;
  readonly given: UserEvent[];
  readonly when: UserCommand;
  readonly then: UserEvent[] | string;
}

const cases: Case[] = [
  {
    name: 'provisions an absent user, active unless told otherwise',
    given: [],
    when: { type: 'ProvisionUser', attributes: ana },
    then: [provisioned],
  },
  {
    name: 'provisions an inactive user as inactive',
    given: [],
    when: { type: 'ProvisionUser', attributes: { ...ana, active: false } },
    then: [{ type: 'UserProvisioned', data: { resource: { ...ana, active: false } } }],
  },
  {
    name: 'knows a custom attribute in another spelling, and keeps the first one (RFC 7643 §2.1)',
    given: [
      { type: 'UserProvisioned', data: { resource: { ...ana, active: true, [HR]: { empNum: '7', area: 'EMEA' } } } },
    ],
    when: {
      type: 'ReplaceUser',
      userId: 'u1',
      attributes: { ...ana, [HR.toUpperCase()]: { EmpNum: '8', AREA: 'EMEA' } },
    },
    then: [{ type: 'UserUpdated', data: { changes: { [`${HR}:empNum`]: '8' } } }],
  },
  {
    name: 'refuses a resource without userName',
    given: [],
    when: { type: 'ProvisionUser', attributes: {} },
    then: 'invalidValue',
  },
  {
    name: 'refuses to provision a living user again',
    given: [provisioned],
    when: { type: 'ProvisionUser', attributes: ana },
    then: 'uniqueness',
  },
  {
    name: 'brings a deleted person back under the same id, as the IdP now describes them',
    given: [provisioned, deactivated, deprovisioned],
    when: { type: 'ProvisionUser', attributes: { ...ana, title: 'Nurse' } },
    then: [
      { type: 'UserReactivated', data: { reason: 'provisioned again' } },
      { type: 'UserUpdated', data: { changes: { title: 'Nurse' } } },
    ],
  },
  {
    name: 'a repeated PUT changes nothing',
    given: [provisioned],
    when: { type: 'ReplaceUser', userId: 'u1', attributes: { ...ana, active: true } },
    then: [],
  },
  {
    name: 'a sparse PUT clears what it leaves out but lets nobody back in (C5.5)',
    given: [provisioned, deactivated],
    when: { type: 'ReplaceUser', userId: 'u1', attributes: { userName: 'ana@example.com' } },
    then: [{ type: 'UserUpdated', data: { changes: { name: null } } }],
  },
  {
    name: 'deactivates by PATCH with a string boolean (A2)',
    given: [provisioned],
    when: patch({ op: 'Replace', path: 'active', value: 'False' }),
    then: [deactivated],
  },
  {
    name: 'deactivating the inactive again is not a new fact',
    given: [provisioned, deactivated],
    when: patch({ op: 'replace', value: { active: false } }),
    then: [],
  },
  {
    name: 'reactivates',
    given: [provisioned, deactivated],
    when: patch({ op: 'replace', value: { active: true } }),
    then: [{ type: 'UserReactivated', data: { reason: 'active=true' } }],
  },
  {
    name: 'a removed active is unassigned, and nobody comes or goes by it (RFC 7644 §3.5.2.2)',
    given: [provisioned, deactivated],
    when: patch({ op: 'remove', path: 'active' }),
    then: [{ type: 'UserUpdated', data: { changes: { active: null } } }],
  },
  {
    name: 'active without a value is no removal (A10.6)',
    given: [provisioned, deactivated],
    when: patch({ op: 'replace', value: { active: null } }),
    then: [],
  },
  {
    name: 'a removed active is shown again once the IdP says it',
    given: [provisioned, { type: 'UserUpdated', data: { changes: { active: null } } }],
    when: patch({ op: 'replace', value: { active: true, title: 'Nurse' } }),
    then: [{ type: 'UserUpdated', data: { changes: { title: 'Nurse', active: true } } }],
  },
  {
    name: 'a removed active does not come back with a sparse PUT',
    given: [provisioned, { type: 'UserUpdated', data: { changes: { active: null } } }],
    when: { type: 'ReplaceUser', userId: 'u1', attributes: { ...ana } },
    then: [],
  },
  {
    name: 'a removed active comes back with the event that changes the status',
    given: [provisioned, { type: 'UserUpdated', data: { changes: { active: null } } }],
    when: patch({ op: 'replace', value: { active: false } }),
    then: [deactivated],
  },
  {
    name: 'a PATCH of a password alone succeeds and leaves no trace (A10.13)',
    given: [provisioned],
    when: patch({ op: 'replace', value: { password: 'x7Q-secret' } }),
    then: [],
  },
  {
    name: 'deletes an active user: login ends, then the resource goes',
    given: [provisioned],
    when: { type: 'DeprovisionUser', userId: 'u1' },
    then: [{ type: 'UserDeactivated', data: { reason: 'deleted' } }, deprovisioned],
  },
  {
    name: 'gives the name up with the user where the tenant wants it so',
    given: [provisioned, { type: 'UserDeactivated', data: { reason: 'active=false' } }],
    when: { type: 'DeprovisionUser', userId: 'u1', deletion: 'release' },
    then: [{ type: 'UserDeprovisioned', data: { reason: 'deleted', nameReleased: true } }],
  },
  {
    name: 'brings nobody back whose name was given up',
    given: [provisioned, { type: 'UserDeprovisioned', data: { reason: 'deleted', nameReleased: true } }],
    when: { type: 'ProvisionUser', attributes: ana },
    then: 'uniqueness',
  },
  {
    name: 'a second DELETE finds nobody',
    given: [provisioned, deprovisioned],
    when: { type: 'DeprovisionUser', userId: 'u1' },
    then: 'notFound',
  },
  {
    name: 'cannot patch the deleted',
    given: [provisioned, deprovisioned],
    when: patch({ op: 'add', value: { title: 'x' } }),
    then: 'notFound',
  },
  {
    name: 'cannot replace the absent (RFC 7644 §3.5.1)',
    given: [],
    when: { type: 'ReplaceUser', userId: 'u1', attributes: ana },
    then: 'notFound',
  },
];

describe('decideUser', () => {
  it.each(cases)('$name', ({ given, when, then }) => {
    if (typeof then === 'string') expect(kindOf(() => decideUser(after(...given), when))).toBe(then);
    else expect(decideUser(after(...given), when)).toEqual(then);
  });

  it('tells when the user came and was last changed', () => {
    const user = after(provisioned, { type: 'UserUpdated', data: { changes: { title: 'Nurse' } } });
    expect(user).toMatchObject({ created: '2026-01-01T00:00:00.000Z', lastModified: '2026-01-01T00:00:01.000Z' });
    expect(user.attributes).toEqual({ ...ana, title: 'Nurse', active: true });
  });

  it('a fence changes nothing that anybody sees', () => {
    const before = after(provisioned);
    expect(evolveUser(before, at({ type: 'UserNameClaimFenced', data: { reason: 'x' } }, 9))).toBe(before);
  });
});
