import { decideTenant, type TenantCommand } from './tenant.decider.js';
import type { TenantEvent } from './tenant.events.js';
import { absentTenant, evolveTenant, type Tenant } from './tenant.js';

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
});
