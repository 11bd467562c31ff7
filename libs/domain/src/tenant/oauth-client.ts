import type { Fact } from '../facts.js';
import { SettingsError } from '../settings-error.js';
import { orderScopes, type Scope } from './scopes.js';

/**
 * An OAuth 2 client of a connection (RFC 6749 §2) with the one account that signs in for it. Its secret and password appear as
 * hashes only.
 */
export interface OAuthClient {
  /** Also its `client_id`. */
  readonly id: string;
  readonly connectionId: string;
  readonly name: string;
  /** Whom the login page lets in, with the password. */
  readonly userName: string;
  readonly passwordHash: string;
  /** Changes with the secret: what was granted under another one has ended. */
  readonly secretId: string;
  readonly secretHash: string;
  readonly lastFour: string;
  /** Exact, besides those of the connection's preset. */
  readonly redirectUris: readonly string[];
  readonly scopes: readonly Scope[];
  readonly registeredAt: string;
  readonly secretIssuedAt: string;
}

/** What a new secret leaves in the log. */
export interface SecretFacts {
  readonly secretId: string;
  readonly secretHash: string;
  readonly lastFour: string;
}

export type OAuthClientEvent =
  | {
      type: 'OAuthClientRegistered';
      data: {
        clientId: string;
        connectionId: string;
        name: string;
        userName: string;
        passwordHash: string;
        secretId: string;
        secretHash: string;
        lastFour: string;
        redirectUris: readonly string[];
        scopes: readonly Scope[];
      };
    }
  | { type: 'OAuthClientChanged'; data: { clientId: string; name?: string; redirectUris?: readonly string[] } }
  /** From here on what was granted before is refused. */
  | {
      type: 'OAuthClientSecretRotated';
      data: { clientId: string; secretId: string; secretHash: string; lastFour: string };
    }
  | { type: 'OAuthClientPasswordChanged'; data: { clientId: string; userName: string; passwordHash: string } }
  | { type: 'OAuthClientDeleted'; data: { clientId: string; reason: string } };

export type OAuthClientCommand =
  | ({
      type: 'RegisterOAuthClient';
      clientId: string;
      connectionId: string;
      name: string;
      userName: string;
      passwordHash: string;
      redirectUris: readonly string[];
      /** At least one. */
      scopes: readonly Scope[];
    } & SecretFacts)
  | {
      type: 'ChangeOAuthClient';
      clientId: string;
      name?: string | undefined;
      redirectUris?: readonly string[] | undefined;
    }
  | ({ type: 'RotateOAuthClientSecret'; clientId: string } & SecretFacts)
  /** `userName` left out: it stays. */
  | { type: 'ChangeOAuthClientPassword'; clientId: string; userName?: string | undefined; passwordHash: string }
  | { type: 'DeleteOAuthClient'; clientId: string; reason: string };

type Clients = Readonly<Record<string, OAuthClient>>;

/** @throws SettingsError. Whether the connection of a new client is there is for the caller to see to. */
export function decideOAuthClient(clients: Clients, command: OAuthClientCommand): OAuthClientEvent[] {
  if (command.type === 'RegisterOAuthClient') {
    const { type: _type, ...client } = command;
    const scopes = orderScopes(client.scopes);
    if (scopes.length === 0) throw new SettingsError('invalid', 'A client needs at least one scope', 'scopes');
    return [{ type: 'OAuthClientRegistered', data: { ...client, redirectUris: unique(client.redirectUris), scopes } }];
  }
  const { clientId } = command;
  const client = Object.hasOwn(clients, clientId) ? clients[clientId] : undefined;
  if (!client) throw new SettingsError('notFound', 'No such OAuth client');
  switch (command.type) {
    case 'ChangeOAuthClient': {
      const { name = client.name, redirectUris = client.redirectUris } = command;
      const uris = unique(redirectUris);
      const data = {
        ...(name !== client.name && { name }),
        ...(uris.join(' ') !== client.redirectUris.join(' ') && { redirectUris: uris }),
      };
      return Object.keys(data).length === 0 ? [] : [{ type: 'OAuthClientChanged', data: { clientId, ...data } }];
    }
    case 'RotateOAuthClientSecret': {
      const { secretId, secretHash, lastFour } = command;
      return [{ type: 'OAuthClientSecretRotated', data: { clientId, secretId, secretHash, lastFour } }];
    }
    case 'ChangeOAuthClientPassword': {
      const { userName = client.userName, passwordHash } = command;
      return [{ type: 'OAuthClientPasswordChanged', data: { clientId, userName, passwordHash } }];
    }
    case 'DeleteOAuthClient':
      return [oauthClientDeleted(clientId, command.reason)];
  }
}

export const oauthClientDeleted = (clientId: string, reason: string): OAuthClientEvent => ({
  type: 'OAuthClientDeleted',
  data: { clientId, reason },
});

/** One client after the event; undefined: there is none (any more). */
export function evolveOAuthClient(
  client: OAuthClient | undefined,
  event: Fact<OAuthClientEvent>,
): OAuthClient | undefined {
  const at = event.metadata.occurredAt;
  switch (event.type) {
    case 'OAuthClientRegistered': {
      const { clientId: id, ...data } = event.data;
      return { id, ...data, registeredAt: at, secretIssuedAt: at };
    }
    case 'OAuthClientSecretRotated': {
      const { clientId: _id, ...secret } = event.data;
      return client && { ...client, ...secret, secretIssuedAt: at };
    }
    case 'OAuthClientChanged':
    case 'OAuthClientPasswordChanged': {
      const { clientId: _id, ...changes } = event.data;
      return client && { ...client, ...changes };
    }
    case 'OAuthClientDeleted':
      return undefined;
  }
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
