import { LIFETIMES } from '#access';
import OAuth2Server from '@node-oauth/oauth2-server';
import type { ModelUser, OAuthModel } from './oauth-model.js';
import type { Parameters } from './parameters.js';
import { askedScopes } from './scopes.js';

const { Request, Response } = OAuth2Server;

/** What the library answers a request of the token endpoint. */
export interface TokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
  /** Absent where it was granted. */
  readonly error?: Error;
}

/** The protocol, as the library has it. */
export class OAuthServer {
  private readonly server: OAuth2Server;
  private readonly rehearsal: OAuth2Server;

  constructor(model: OAuthModel) {
    this.server = new OAuth2Server({ model });
    const keepsNothing = {
      saveAuthorizationCode: {
        value: async (code: object, client: unknown, user: unknown) => ({ ...code, client, user }),
      },
    };
    this.rehearsal = new OAuth2Server({ model: Object.create(model, keepsNothing) as OAuthModel });
  }

  /** Finds what is wrong with an authorization request before anybody signs in. @throws OAuthError */
  async rehearse(parameters: Parameters): Promise<readonly string[]> {
    return (await authorize(this.rehearsal, parameters, { grantId: 'none' })).scope ?? [];
  }

  /** @returns an authorization code @throws OAuthError */
  async authorize(parameters: Parameters, grantId: string): Promise<string> {
    return (await authorize(this.server, parameters, { grantId })).authorizationCode;
  }

  /** RFC 6749 §3.2. */
  async token(headers: Readonly<Record<string, string>>, parameters: Parameters): Promise<TokenAnswer> {
    const request = new Request({ method: 'POST', query: {}, headers: { ...headers }, body: withScopes(parameters) });
    const response = new Response();
    const answer = (): TokenAnswer => ({
      status: response.status ?? 500,
      headers: response.headers ?? {},
      body: response.body as object,
    });
    try {
      await this.server.token(request, response, {
        accessTokenLifetime: LIFETIMES.accessToken,
        refreshTokenLifetime: LIFETIMES.refreshToken,
      });
      return answer();
    } catch (error) {
      return { ...answer(), error: error as Error };
    }
  }
}

/** The parameters with the scopes that are asked for as RFC 6749 §3.3 has them. */
function withScopes({ scope, ...others }: Parameters): Record<string, string> {
  const asked = askedScopes(scope);
  return { ...others, ...(asked && { scope: asked.join(' ') }) };
}

function authorize(
  server: OAuth2Server,
  parameters: Parameters,
  user: ModelUser,
): Promise<OAuth2Server.AuthorizationCode> {
  const request = new Request({ method: 'GET', headers: {}, query: withScopes(parameters), body: {} });
  return server.authorize(request, new Response(), {
    authenticateHandler: { handle: () => user },
    allowEmptyState: true,
    authorizationCodeLifetime: LIFETIMES.code,
  });
}
