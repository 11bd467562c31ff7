import { decideTenant, type TenantCommand } from './tenant.decider.js';
import type { TenantEvent } from './tenant.events.js';
import { absentTenant, evolveTenant, type Tenant } from './tenant.js';
import type { TenantSettingsChanges } from './tenant-settings.js';

const metadata = { occurredAt: '2026-01-01T00:00:00.000Z' };
const after = (...events: TenantEvent[]): Tenant =>
  events.map((event) => ({ ...event, metadata })).reduce(evolveTenant, absentTenant);
const credential = { credentialId: 'k1', name: 'first', tokenHash: 'ab12', lastFour: 'wxyz' };
const second = { credentialId: 'k2', name: 'second', tokenHash: 'cd34', lastFour: 'stuv' };
const registered: TenantEvent = { type: 'TenantRegistered', data: { slug: 'acme', name: 'Acme' } };
const connected: TenantEvent = {
  type: 'ConnectionCreated',
  data: { connectionId: 'c1', idp: 'okta', name: 'Okta', matchingAttribute: 'userName' },
};
const issued: TenantEvent = { type: 'CredentialIssued', data: { connectionId: 'c1', ...credential } };

const suspended: TenantEvent = { type: 'TenantSuspended', data: { reason: 'unpaid' } };
const paused: TenantEvent = { type: 'ConnectionPaused', data: { connectionId: 'c1' } };
const deleted: TenantEvent = { type: 'TenantDeleted', data: { reason: 'deleted by an admin' } };
const settle = (changes: TenantSettingsChanges): TenantEvent => ({ type: 'TenantSettingsChanged', data: { changes } });
const change = (changes: TenantSettingsChanges): TenantCommand => ({ type: 'ChangeTenantSettings', changes });

interface Case {
  readonly name: string;
  readonly given: TenantEvent[];
  readonly when: TenantCommand;
  readonly then: TenantEvent[] | RegExp;
}

const cases: Case[] = [
  { name: 'registers', given: [], when: { type: 'RegisterTenant', slug: 'acme', name: 'Acme' }, then: [registered] },
  {
    name: 'refuses a taken slug',
    given: [registered],
    when: { type: 'RegisterTenant', slug: 'acme', name: 'X' },
    then: /taken/,
  },
  {
    name: 'creates a connection together with its first credential',
    given: [registered],
    when: { type: 'CreateConnection', ...connected.data, credential },
    then: [connected, issued],
  },
  { name: 'needs a tenant', given: [], when: { type: 'DeleteConnection', connectionId: 'c1' }, then: /No such tenant/ },
  {
    name: 'rotates: the new credential is there before the old one goes',
    given: [registered, connected, issued],
    when: { type: 'RotateCredential', credentialId: 'k1', credential: second },
    then: [
      { type: 'CredentialIssued', data: { connectionId: 'c1', ...second } },
      { type: 'CredentialRotated', data: { credentialId: 'k1', replacedBy: 'k2' } },
    ],
  },
  {
    name: 'revokes the credentials of a connection that is deleted',
    given: [registered, connected, issued],
    when: { type: 'DeleteConnection', connectionId: 'c1' },
    then: [
      { type: 'CredentialRevoked', data: { credentialId: 'k1', reason: 'connection deleted' } },
      { type: 'ConnectionDeleted', data: { connectionId: 'c1', reason: 'deleted' } },
    ],
  },
  {
    name: 'an expiry noticed twice is one fact',
    given: [registered, connected, issued, { type: 'CredentialExpired', data: { credentialId: 'k1' } }],
    when: { type: 'ExpireCredential', credentialId: 'k1' },
    then: [],
  },
  {
    name: 'an unchanged connection changes nothing',
    given: [registered, connected],
    when: { type: 'ChangeConnection', connectionId: 'c1', name: 'Okta' },
    then: [],
  },
  {
    name: 'renames',
    given: [registered],
    when: { type: 'RenameTenant', name: 'Acme Hospital' },
    then: [{ type: 'TenantRenamed', data: { name: 'Acme Hospital' } }],
  },
  { name: 'the same name is no fact', given: [registered], when: { type: 'RenameTenant', name: 'Acme' }, then: [] },
  {
    name: 'suspends, and says why',
    given: [registered],
    when: { type: 'SuspendTenant', reason: 'unpaid' },
    then: [suspended],
  },
  { name: 'suspends once', given: [registered, suspended], when: { type: 'SuspendTenant' }, then: [] },
  {
    name: 'resumes',
    given: [registered, suspended],
    when: { type: 'ResumeTenant' },
    then: [{ type: 'TenantResumed', data: {} }],
  },
  { name: 'resumes nobody who is active', given: [registered], when: { type: 'ResumeTenant' }, then: [] },
  {
    name: 'can be changed while it is suspended',
    given: [registered, connected, suspended],
    when: { type: 'IssueCredential', connectionId: 'c1', credential },
    then: [issued],
  },
  {
    name: 'ends all access when it is deleted',
    given: [registered, connected, issued],
    when: { type: 'DeleteTenant', confirmedSlug: 'acme', reason: 'deleted by an admin' },
    then: [
      { type: 'CredentialRevoked', data: { credentialId: 'k1', reason: 'tenant deleted' } },
      { type: 'ConnectionDeleted', data: { connectionId: 'c1', reason: 'tenant deleted' } },
      deleted,
    ],
  },
  {
    name: 'is not deleted by somebody who types another slug',
    given: [registered],
    when: { type: 'DeleteTenant', confirmedSlug: 'acne', reason: 'x' },
    then: /Type the slug/,
  },
  {
    name: 'never gives a deleted slug again',
    given: [registered, deleted],
    when: { type: 'RegisterTenant', slug: 'acme', name: 'Acme' },
    then: /never given again/,
  },
  {
    name: 'is gone when deleted',
    given: [registered, deleted],
    when: { type: 'ResumeTenant' },
    then: /No such tenant/,
  },
  {
    name: 'changes only the settings that differ',
    given: [registered, settle({ userDeletion: 'release' })],
    when: change({ userDeletion: 'release', maxPageSize: 50 }),
    then: [settle({ maxPageSize: 50 })],
  },
  {
    name: 'goes back to what everybody gets',
    given: [registered, settle({ maxPageSize: 50 })],
    when: change({ maxPageSize: null, userDeletion: null }),
    then: [settle({ maxPageSize: null })],
  },
  {
    name: 'has no default page above the largest, whichever came first',
    given: [registered, settle({ maxPageSize: 50 })],
    when: change({ defaultPageSize: 51 }),
    then: /more than maxPageSize, 50/,
  },
  {
    name: 'has no largest page below the default',
    given: [registered, settle({ defaultPageSize: 51 })],
    when: change({ maxPageSize: 50 }),
    then: /more than maxPageSize, 50/,
  },
  {
    name: 'pauses a connection',
    given: [registered, connected],
    when: { type: 'PauseConnection', connectionId: 'c1' },
    then: [paused],
  },
  {
    name: 'pauses it once',
    given: [registered, connected, paused],
    when: { type: 'PauseConnection', connectionId: 'c1' },
    then: [],
  },
  {
    name: 'resumes a connection',
    given: [registered, connected, paused],
    when: { type: 'ResumeConnection', connectionId: 'c1' },
    then: [{ type: 'ConnectionResumed', data: { connectionId: 'c1' } }],
  },
  {
    name: 'pauses no connection of nobody',
    given: [registered],
    when: { type: 'PauseConnection', connectionId: 'toString' },
    then: /No such connection/,
  },
  {
    name: 'cannot revoke what is gone',
    given: [registered, connected, issued, { type: 'CredentialRevoked', data: { credentialId: 'k1', reason: 'x' } }],
    when: { type: 'RevokeCredential', credentialId: 'k1', reason: 'x' },
    then: /No such credential/,
  },
];

describe('decideTenant', () => {
  it.each(cases)('$name', ({ given, when, then }) => {
    if (then instanceof RegExp) expect(() => decideTenant(after(...given), when)).toThrow(then);
    else expect(decideTenant(after(...given), when)).toEqual(then);
  });

  it('keeps a rotated credential until the end of its grace', () => {
    const validUntil = '2026-02-01T00:00:00.000Z';
    const tenant = after(registered, connected, issued, {
      type: 'CredentialRotated',
      data: { credentialId: 'k1', replacedBy: 'k2', validUntil },
    });
    expect(tenant.credentials['k1']?.expiresAt).toBe(validUntil);
  });

  it('keeps its settings, and forgets what is set back', () => {
    const tenant = after(
      registered,
      settle({ userDeletion: 'release', maxPageSize: 50 }),
      settle({ maxPageSize: null }),
    );
    expect(tenant.settings).toEqual({ userDeletion: 'release' });
  });

  it('is suspended or paused until resumed', () => {
    expect(after(registered, suspended).status).toBe('suspended');
    expect(after(registered, suspended, { type: 'TenantResumed', data: {} }).status).toBe('active');
    expect(after(registered, connected, paused).connections['c1']?.paused).toBe(true);
  });
});
