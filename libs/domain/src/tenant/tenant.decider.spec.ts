import { type Scope, SCOPES } from './scopes.js';
import { decideTenant, type TenantCommand } from './tenant.decider.js';
import type { TenantEvent } from './tenant.events.js';
import { absentTenant, evolveTenant, type Tenant } from './tenant.js';
import type { TenantSettingsChanges } from './tenant-settings.js';

const metadata = { occurredAt: '2026-01-01T00:00:00.000Z' };
const after = (...events: TenantEvent[]): Tenant =>
  events.map((event) => ({ ...event, metadata })).reduce(evolveTenant, absentTenant);
const unscoped = { credentialId: 'k1', name: 'first', tokenHash: 'ab12', lastFour: 'wxyz' };
const scopes: Scope[] = ['get:users', 'post:users'];
const credential = { ...unscoped, scopes };
const second = { credentialId: 'k2', tokenHash: 'cd34', lastFour: 'stuv' };
const registered: TenantEvent = { type: 'TenantRegistered', data: { slug: 'acme', name: 'Acme' } };
const connected: TenantEvent = {
  type: 'ConnectionCreated',
  data: { connectionId: 'c1', idp: 'okta', name: 'Okta', matchingAttribute: 'userName' },
};
const issuedWith = (more: object): TenantEvent => ({
  type: 'CredentialIssued',
  data: { connectionId: 'c1', ...credential, ...more },
});
const issued = issuedWith({});
/** The successor of the first one. */
const succeeded = (more: object = {}): TenantEvent => issuedWith({ ...second, ...more });
const rotated = (validUntil: string): TenantEvent => ({
  type: 'CredentialRotated',
  data: { credentialId: 'k1', replacedBy: 'k2', validUntil },
});
const rotate = (more: object = {}): TenantCommand => ({
  type: 'RotateCredential',
  credentialId: 'k1',
  successor: second,
  graceSeconds: 0,
  at: '2026-03-01T00:00:00.000Z',
  ...more,
});

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
    name: 'issues scopes each once and in their order',
    given: [registered, connected],
    when: {
      type: 'IssueCredential',
      connectionId: 'c1',
      credential: { ...credential, scopes: ['put:users', 'get:users', 'put:users'] },
    },
    then: [issuedWith({ scopes: ['get:users', 'put:users'] })],
  },
  {
    name: 'issues no token that may do nothing',
    given: [registered, connected],
    when: { type: 'IssueCredential', connectionId: 'c1', credential: { ...credential, scopes: [] } },
    then: /scope/,
  },
  {
    name: 'rotates at once: the new credential is there before the old one goes, and may do what that could',
    given: [registered, connected, issued],
    when: rotate(),
    then: [succeeded(), { type: 'CredentialRotated', data: { credentialId: 'k1', replacedBy: 'k2' } }],
  },
  {
    name: 'rotates with a grace',
    given: [registered, connected, issued],
    when: rotate({ graceSeconds: 3_600 }),
    then: [succeeded(), rotated('2026-03-01T01:00:00.000Z')],
  },
  {
    name: 'a credential of before there were scopes hands on all of them',
    given: [registered, connected, { type: 'CredentialIssued', data: { connectionId: 'c1', ...unscoped } }],
    when: rotate(),
    then: [
      succeeded({ scopes: SCOPES }),
      { type: 'CredentialRotated', data: { credentialId: 'k1', replacedBy: 'k2' } },
    ],
  },
  {
    name: 'a successor lives as long as the old one was to live, and grace makes none live longer',
    given: [registered, connected, issuedWith({ expiresAt: '2026-03-02T00:00:00.000Z' })],
    when: rotate({ graceSeconds: 30 * 86_400 }),
    then: [succeeded({ expiresAt: '2026-04-30T00:00:00.000Z' }), rotated('2026-03-02T00:00:00.000Z')],
  },
  {
    name: 'a successor of one that has expired lives as long again',
    given: [registered, connected, issuedWith({ expiresAt: '2026-02-01T00:00:00.000Z' })],
    when: rotate({ graceSeconds: 60 }),
    then: [
      succeeded({ expiresAt: '2026-04-01T00:00:00.000Z' }),
      { type: 'CredentialRotated', data: { credentialId: 'k1', replacedBy: 'k2' } },
    ],
  },
  {
    name: 'a successor gets another name and lifetime where told',
    given: [registered, connected, issuedWith({ expiresAt: '2026-03-02T00:00:00.000Z' })],
    when: rotate({ successor: { ...second, name: 'spring', expiresAt: null } }),
    then: [
      succeeded({ name: 'spring' }),
      { type: 'CredentialRotated', data: { credentialId: 'k1', replacedBy: 'k2' } },
    ],
  },
  {
    name: 'rotates once: whoever asks again is told of the successor',
    given: [registered, connected, issued, succeeded(), rotated('2026-04-01T00:00:00.000Z')],
    when: rotate(),
    then: /k2/,
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
