import { absentAdmin, type Admin, evolveAdmin } from './admin.js';
import { type AdminCommand, decideAdmin } from './admin.decider.js';
import type { AdminEvent, AdminMandate } from './admin.events.js';

const metadata = { occurredAt: '2026-01-01T00:00:00.000Z' };
const after = (...events: AdminEvent[]): Admin =>
  events.map((event) => ({ ...event, metadata })).reduce(evolveAdmin, absentAdmin);
const key = { keyHash: 'ab12', lastFour: 'wxyz' };
const appoint = (mandate: AdminMandate): AdminCommand => ({
  type: 'AppointAdmin',
  adminId: 'a1',
  name: 'Kim',
  mandate,
  key,
});
const appointed: AdminEvent = {
  type: 'AdminAppointed',
  data: { adminId: 'a1', name: 'Kim', role: 'tenant-admin', tenants: ['acme'] },
};
const keyed: AdminEvent = { type: 'AdminKeyIssued', data: key };
const revoked: AdminEvent = { type: 'AdminRevoked', data: { reason: 'left' } };

interface Case {
  readonly name: string;
  readonly given: AdminEvent[];
  readonly when: AdminCommand;
  readonly then: AdminEvent[] | RegExp;
}

const cases: Case[] = [
  {
    name: 'appoints, with a key; tenants once each and in order',
    given: [],
    when: appoint({ role: 'auditor', tenants: ['b', 'a', 'b'] }),
    then: [
      { type: 'AdminAppointed', data: { adminId: 'a1', name: 'Kim', role: 'auditor', tenants: ['a', 'b'] } },
      keyed,
    ],
  },
  {
    name: 'appoints an operator for all tenants',
    given: [],
    when: appoint({ role: 'operator' }),
    then: [{ type: 'AdminAppointed', data: { adminId: 'a1', name: 'Kim', role: 'operator' } }, keyed],
  },
  {
    name: 'no operator of some tenants only',
    given: [],
    when: appoint({ role: 'operator', tenants: ['a'] }),
    then: /all tenants/,
  },
  {
    name: 'no tenant admin of all tenants',
    given: [],
    when: appoint({ role: 'tenant-admin' }),
    then: /name the tenants/,
  },
  {
    name: 'nobody of no tenant',
    given: [],
    when: appoint({ role: 'auditor', tenants: [] }),
    then: /at least one/,
  },
  { name: 'appoints once', given: [appointed, keyed], when: appoint({ role: 'operator' }), then: /already/ },
  {
    name: 'changes name and mandate',
    given: [appointed, keyed],
    when: { type: 'ChangeAdmin', name: 'Kim Lee', mandate: { role: 'auditor' } },
    then: [
      { type: 'AdminRenamed', data: { name: 'Kim Lee' } },
      { type: 'AdminMandateChanged', data: { role: 'auditor' } },
    ],
  },
  {
    name: 'what is so already is no fact',
    given: [appointed, keyed],
    when: { type: 'ChangeAdmin', name: 'Kim', mandate: { role: 'tenant-admin', tenants: ['acme', 'acme'] } },
    then: [],
  },
  {
    name: 'checks a changed mandate too',
    given: [appointed, keyed],
    when: { type: 'ChangeAdmin', mandate: { role: 'operator', tenants: ['acme'] } },
    then: /all tenants/,
  },
  {
    name: 'replaces the key',
    given: [appointed, keyed],
    when: { type: 'ReplaceAdminKey', key: { keyHash: 'cd34', lastFour: 'stuv' } },
    then: [{ type: 'AdminKeyIssued', data: { keyHash: 'cd34', lastFour: 'stuv' } }],
  },
  { name: 'revokes', given: [appointed, keyed], when: { type: 'RevokeAdmin', reason: 'left' }, then: [revoked] },
  {
    name: 'revokes once',
    given: [appointed, keyed, revoked],
    when: { type: 'RevokeAdmin', reason: 'left' },
    then: /No such admin/,
  },
  {
    name: 'gives no key to the revoked',
    given: [appointed, keyed, revoked],
    when: { type: 'ReplaceAdminKey', key },
    then: /No such admin/,
  },
  { name: 'needs an admin', given: [], when: { type: 'ChangeAdmin', name: 'x' }, then: /No such admin/ },
];

describe('decideAdmin', () => {
  it.each(cases)('$name', ({ given, when, then }) => {
    if (then instanceof RegExp) expect(() => decideAdmin(after(...given), when)).toThrow(then);
    else expect(decideAdmin(after(...given), when)).toEqual(then);
  });

  it('names the field that is at fault', () => {
    expect(() => decideAdmin(absentAdmin, appoint({ role: 'tenant-admin' }))).toThrow(
      expect.objectContaining({ kind: 'invalid', field: 'tenants' }),
    );
  });

  it('has one key at a time, and none in the end', () => {
    const second: AdminEvent = { type: 'AdminKeyIssued', data: { keyHash: 'cd34', lastFour: 'stuv' } };
    expect(after(appointed, keyed, second).key).toEqual({ ...second.data, issuedAt: metadata.occurredAt });
    expect(after(appointed, keyed, revoked)).not.toHaveProperty('key');
  });
});
