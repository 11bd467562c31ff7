import {
  type CredentialDirectory,
  type GrantStore,
  type KnownClient,
  LIFETIMES,
  newAccessToken,
  newRefreshToken,
  newToken,
  Pace,
  type Rate,
  type RefreshTokenDocument,
  takesWork,
  verifyRandomSecret,
} from '#access';
import type { Scope } from '#domain';
import type { Logger } from '#telemetry';
import OAuth2Server from '@node-oauth/oauth2-server';
import { LRUCache } from 'lru-cache';
import { allowsRedirectUri, redirectUrisOf } from './redirect-uris.js';
import { OAuthRefusal } from './refusal.js';
import { grantedScopes } from './scopes.js';

const GRANTS = ['authorization_code', 'refresh_token', 'client_credentials'];

/** Tokens that one client is given: each stays a day in the store of grants, and an identity provider needs one an hour. */
const TOKENS: Rate = { perSecond: 1, burst: 100 };

/** What the library calls a client. */
export interface ModelClient extends OAuth2Server.Client {
  readonly known: KnownClient;
}

/** On whose behalf something is granted: an account that has consented, or nobody. */
export interface ModelUser extends OAuth2Server.User {
  readonly grantId?: string;
  /** The refresh token it comes from. */
  readonly exchanged?: RefreshTokenDocument;
}

const asClient = (known: KnownClient): ModelClient => ({
  id: known.client._id,
  grants: GRANTS,
  redirectUris: [...redirectUrisOf(known)],
  known,
});

export interface ModelParts {
  readonly directory: Pick<CredentialDirectory, 'client'>;
  readonly grants: GrantStore;
  readonly logger: Logger;
  readonly now: () => number;
}

/** What the OAuth library asks us: clients as the log has them, codes and tokens as the store of grants has them. */
export class OAuthModel implements OAuth2Server.AuthorizationCodeModel, OAuth2Server.RefreshTokenModel {
  private readonly paces = new LRUCache<string, Pace>({ max: 10_000 });

  constructor(private readonly parts: ModelParts) {}

  generateAccessToken = async (): Promise<string> => newAccessToken();
  generateRefreshToken = async (): Promise<string> => newRefreshToken();
  generateAuthorizationCode = async (): Promise<string> => newToken();

  /**
   * @param secret null where the client does not speak itself: its user's browser does
   * @throws OAuthRefusal 429: the client, with its right secret, asks for too many tokens
   */
  async getClient(id: string, secret: string | null | undefined): Promise<ModelClient | false> {
    if (secret !== null) {
      const client = await this.clientWith(id, secret);
      // Before a code is used up or a token kept, and never for a wrong secret: others cannot use up what is the client's.
      if (client) this.takeToken(id);
      return client;
    }
    const known = await this.parts.directory.client(id);
    return known ? asClient(known) : false;
  }

  /** The client, where this is its secret. */
  async clientWith(id: string, secret: string | undefined): Promise<ModelClient | false> {
    const known = await this.parts.directory.client(id);
    // A code challenge does not stand for the secret: every client has one.
    if (!known || secret === undefined) return false;
    return (await verifyRandomSecret(secret, known.client.secretHash)) ? asClient(known) : false;
  }

  /** Whether telling if this is the client's secret takes work, as it does of hashes that older releases made. */
  async takesWork(id: string, secret: string): Promise<boolean> {
    const known = await this.parts.directory.client(id);
    return known !== undefined && takesWork(secret, known.client.secretHash);
  }

  async validateRedirectUri(uri: string, client: OAuth2Server.Client): Promise<boolean> {
    return allowsRedirectUri((client as ModelClient).known, uri);
  }

  async validateScope(_user: unknown, client: OAuth2Server.Client, asked?: string[]): Promise<string[]> {
    const { scopes: allowed } = (client as ModelClient).known.client;
    const scopes = grantedScopes(allowed, asked);
    if (scopes.length > 0) return scopes;
    throw new OAuth2Server.InvalidScopeError(
      `None of the scopes asked for can be granted; ask for no scope, or for some of: ${allowed.join(' ')}`,
    );
  }

  getUserFromClient = async (): Promise<ModelUser> => ({});

  async saveAuthorizationCode(
    code: Pick<
      OAuth2Server.AuthorizationCode,
      'authorizationCode' | 'expiresAt' | 'redirectUri' | 'scope' | 'codeChallenge'
    >,
    client: OAuth2Server.Client,
    user: ModelUser,
  ): Promise<OAuth2Server.AuthorizationCode> {
    const { codeChallenge } = code;
    await this.parts.grants.keepCode(code.authorizationCode, {
      ...grantedTo(client as ModelClient, code.scope),
      grantId: required(user.grantId),
      redirectUri: code.redirectUri,
      expiresAt: code.expiresAt.getTime(),
      ...(codeChallenge !== undefined && { codeChallenge }),
    });
    return { ...code, client, user };
  }

  async getAuthorizationCode(code: string): Promise<OAuth2Server.AuthorizationCode | false> {
    const document = await this.parts.grants.code(code);
    const known = document && (await this.clientOf(document));
    if (!known) return false;
    const { redirectUri, scopes, codeChallenge, grantId } = document;
    return {
      authorizationCode: code,
      expiresAt: new Date(document.expiresAt),
      redirectUri,
      scope: [...scopes],
      ...(codeChallenge !== undefined && { codeChallenge, codeChallengeMethod: 'S256' }),
      client: asClient(known),
      user: { grantId } satisfies ModelUser,
    };
  }

  /** RFC 6749 §4.1.2: of a code that comes twice one of the senders has stolen it, so what it was exchanged for ends. */
  async revokeAuthorizationCode({ authorizationCode, user, client }: OAuth2Server.AuthorizationCode): Promise<boolean> {
    const document = await this.parts.grants.code(authorizationCode);
    if (document && (await this.parts.grants.useCode(document))) return true;
    await this.endGrant(user, client as ModelClient, 'An authorization code came twice; its grant has ended');
    return false;
  }

  async getRefreshToken(token: string): Promise<OAuth2Server.RefreshToken | false> {
    const document = await this.parts.grants.refreshToken(token);
    const known = document && (await this.clientOf(document));
    if (!known) return false;
    return {
      refreshToken: token,
      refreshTokenExpiresAt: new Date(document.expiresAt),
      scope: [...document.scopes],
      client: asClient(known),
      user: { grantId: document.grantId, exchanged: document } satisfies ModelUser,
    };
  }

  /** RFC 9700 §4.14.2, but for the grace: whoever did not get the answer asks again. */
  async revokeToken({ user, client }: OAuth2Server.RefreshToken): Promise<boolean> {
    const usedAt = (user as ModelUser).exchanged?.usedAt;
    if (usedAt === undefined || this.parts.now() <= usedAt + LIFETIMES.refreshGrace * 1_000) return true;
    const why = 'A refresh token came again after its grace; its grant has ended';
    await this.endGrant(user, client as ModelClient, why);
    return false;
  }

  async saveToken(
    token: OAuth2Server.Token,
    client: OAuth2Server.Client,
    user: ModelUser,
  ): Promise<OAuth2Server.Token> {
    const { grantId, exchanged } = user;
    const granted = grantedTo(client as ModelClient, token.scope);
    const { accessToken, accessTokenExpiresAt, refreshToken, refreshTokenExpiresAt } = token;
    const expiresAt = required(accessTokenExpiresAt).getTime();
    await this.parts.grants.keepTokens({
      access: { token: accessToken, document: { ...granted, expiresAt, ...(grantId !== undefined && { grantId }) } },
      ...(refreshToken !== undefined && {
        refresh: {
          token: refreshToken,
          document: {
            ...granted,
            // What a narrower access token was asked for does not narrow the grant (RFC 6749 §6).
            scopes: exchanged?.scopes ?? granted.scopes,
            grantId: required(grantId),
            expiresAt: required(refreshTokenExpiresAt).getTime(),
          },
        },
      }),
      ...(exchanged && { exchanged }),
    });
    return { ...token, client, user };
  }

  /** Bearer tokens are looked up elsewhere; the library wants the method to be there. */
  getAccessToken = (): Promise<false> => Promise.resolve(false);

  private takeToken(clientId: string): void {
    const now = this.parts.now();
    let pace = this.paces.get(clientId);
    if (!pace) this.paces.set(clientId, (pace = new Pace(TOKENS)));
    const waitMs = pace.wait(now);
    if (waitMs > 0) throw new OAuthRefusal('temporarily_unavailable', TOO_MANY_TOKENS, 429, Math.ceil(waitMs / 1_000));
    pace.take(now);
  }

  private async clientOf(granted: { clientId: string; secretId: string }): Promise<KnownClient | undefined> {
    const known = await this.parts.directory.client(granted.clientId);
    return known?.client.secretId === granted.secretId ? known : undefined;
  }

  private async endGrant({ grantId }: ModelUser, { known }: ModelClient, why: string): Promise<void> {
    await this.parts.grants.endGrant(required(grantId));
    const { _id: clientId, tenant, connectionId } = known.client;
    this.parts.logger.warn({ tenant, connectionId, clientId, grantId }, why);
  }
}

const TOO_MANY_TOKENS =
  'Too many tokens were asked for with this client; use each for as long as it lives, and ask again then';

function grantedTo({ known: { client } }: ModelClient, scopes: string[] | undefined) {
  const { tenant, connectionId, _id: clientId, secretId } = client;
  return { tenant, connectionId, clientId, secretId, scopes: (scopes ?? []) as Scope[] };
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the library must have given it');
  return value;
}
