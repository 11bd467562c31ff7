import { SettingsError } from '../settings-error.js';
import { decideOAuthClient, evolveOAuthClient, type OAuthClient, type OAuthClientEvent } from './oauth-client.js';

const registered: OAuthClientEvent = {
  type: 'OAuthClientRegistered',
  data: {
    clientId: 'o1',
    connectionId: 'c1',
    name: 'Okta',
    userName: 'kim',
    passwordHash: 'p1',
    secretId: 's1',
    secretHash: 'h1',
    lastFour: 'aaaa',
    redirectUris: ['https://a.example'],
    scopes: ['get:users'],
  },
};
const at = (occurredAt: string) => ({ metadata: { occurredAt } });
const client = evolveOAuthClient(undefined, { ...registered, ...at('t1') }) as OAuthClient;
const clients = { o1: client };

describe('an OAuth client', () => {
  it('is registered with each address once and scopes in their order', () => {
    const { data } = registered;
    const redirectUris = ['https://a.example', 'https://b.example', 'https://a.example'];
    const command = { type: 'RegisterOAuthClient', ...data, redirectUris, scopes: ['put:users', 'get:users'] } as const;
    expect(decideOAuthClient({}, command)).toEqual([
      {
        type: 'OAuthClientRegistered',
        data: { ...data, redirectUris: ['https://a.example', 'https://b.example'], scopes: ['get:users', 'put:users'] },
      },
    ]);
  });

  it('is not registered without a scope', () => {
    const command = { type: 'RegisterOAuthClient', ...registered.data, scopes: [] } as const;
    expect(() => decideOAuthClient({}, command as never)).toThrow(SettingsError);
  });

  it('that is told what it is already says nothing', () => {
    const same = {
      type: 'ChangeOAuthClient',
      clientId: 'o1',
      name: 'Okta',
      redirectUris: ['https://a.example'],
    } as const;
    expect(decideOAuthClient(clients, same)).toEqual([]);
    expect(decideOAuthClient(clients, { ...same, redirectUris: [] })).toEqual([
      { type: 'OAuthClientChanged', data: { clientId: 'o1', redirectUris: [] } },
    ]);
  });

  it('keeps its username with a new password that names none', () => {
    const command = { type: 'ChangeOAuthClientPassword', clientId: 'o1', passwordHash: 'p2' } as const;
    expect(decideOAuthClient(clients, command)).toEqual([
      { type: 'OAuthClientPasswordChanged', data: { clientId: 'o1', userName: 'kim', passwordHash: 'p2' } },
    ]);
  });

  it('that is not there cannot be changed, whatever it is called', () => {
    for (const clientId of ['o2', 'constructor', '__proto__']) {
      const command = { type: 'DeleteOAuthClient', clientId, reason: 'x' } as const;
      expect(() => decideOAuthClient(clients, command)).toThrow('No such OAuth client');
    }
  });

  it('has the secret of its last rotation, since then', () => {
    const rotation = { clientId: 'o1', secretId: 's2', secretHash: 'h2', lastFour: 'bbbb' };
    const rotated = evolveOAuthClient(client, { type: 'OAuthClientSecretRotated', data: rotation, ...at('t2') });
    expect(rotated).toEqual({
      ...client,
      secretId: 's2',
      secretHash: 'h2',
      lastFour: 'bbbb',
      registeredAt: 't1',
      secretIssuedAt: 't2',
    });
  });
});
