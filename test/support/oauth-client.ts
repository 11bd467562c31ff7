import { createHash, randomBytes } from 'node:crypto';
import type { Answer } from './http-client.js';
import type { TestGateway } from './start-gateway.js';
import type { TenantClient } from './tenant-client.js';

export const OKTA_CALLBACK = 'https://system-admin.okta.com/admin/app/cpc/rollcall_1/oauth/callback';

/** What the admin API shows of a client once. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly userName: string;
  readonly password: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly setup: readonly { field: string; value: string }[];
}

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly scope: string;
}

type Fields = Readonly<Record<string, string | undefined>>;

const formOf = (fields: Fields): string =>
  new URLSearchParams(
    Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ).toString();

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** An identity provider that authorizes itself by OAuth 2, and the browser of its admin. */
export class OAuthTestClient {
  private cookie: string | undefined;
  /** Consent pages that were signed in for, with their cookies: hashing the password each time would take most of a spec. */
  private readonly consents = new Map<string, { page: Answer; cookie: string | undefined }>();

  constructor(
    readonly gateway: TestGateway,
    readonly tenant: TenantClient,
    readonly client: RegisteredClient,
    readonly callback = OKTA_CALLBACK,
  ) {}

  static async register(tenant: TenantClient, body: object = {}): Promise<OAuthTestClient> {
    const { gateway, slug, ids } = tenant;
    const path = `/tenants/${slug}/connections/${ids.connectionId}/oauth-clients`;
    const answer = await gateway.admin('POST', path, body);
    if (answer.status !== 201) throw new Error(`client: ${answer.status} ${answer.text}`);
    return new OAuthTestClient(gateway, tenant, answer.body as RegisteredClient);
  }

  /** The authorization request as Okta's popup opens it. @param more parameters besides; undefined takes one away */
  open(more: Fields = {}, query = '?'): Promise<Answer> {
    const { clientId } = this.client;
    const usual = { response_type: 'code', client_id: clientId, redirect_uri: this.callback, state: 's-1' };
    return this.browse('GET', `/oauth/authorize${query}${formOf({ ...usual, ...more })}`);
  }

  /** Sends the form of the page just shown. */
  submit(page: Answer, fields: Fields): Promise<Answer> {
    const interaction = /name="interaction" value="([^"]+)"/.exec(page.text)?.[1];
    return this.browse('POST', '/oauth/authorize', formOf({ interaction, ...fields }));
  }

  async signIn(more: Fields = {}): Promise<Answer> {
    const { userName, password } = this.client;
    return this.submit(await this.open(more), { username: userName, password });
  }

  /** Signs in and allows. @returns where the browser is sent to */
  async allow(more: Fields = {}): Promise<URL> {
    const asked = JSON.stringify(more);
    const { page, cookie } = this.consents.get(asked) ?? { page: await this.signIn(more), cookie: this.cookie };
    this.consents.set(asked, { page, cookie });
    this.cookie = cookie;
    const answer = await this.submit(page, { decision: 'allow' });
    if (answer.status !== 303) throw new Error(`not sent back: ${answer.status} ${answer.text}`);
    return new URL(String(answer.headers.location));
  }

  async code(more: Fields = {}): Promise<string> {
    return (await this.allow(more)).searchParams.get('code') ?? '';
  }

  /** A request of the token endpoint; `basic`: with the secret in the header. */
  token(fields: Fields, { basic = true, path = '/oauth/token', headers = {} } = {}): Promise<Answer> {
    const { clientId, clientSecret } = this.client;
    const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    const inForm = { client_id: clientId, client_secret: clientSecret };
    return this.gateway.http.send({
      method: 'POST',
      target: path,
      headers: { ...FORM, ...(basic && { authorization }), ...headers },
      body: formOf({ ...(!basic && inForm), ...fields }),
    });
  }

  exchange(code: string, more: Fields = {}): Promise<Answer> {
    return this.token({ grant_type: 'authorization_code', code, redirect_uri: this.callback, ...more });
  }

  async tokens(more: Fields = {}): Promise<Tokens> {
    return granted(await this.exchange(await this.code(more)));
  }

  refresh(refreshToken: string, more: Fields = {}): Promise<Answer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...more });
  }

  revoke(token: string): Promise<Answer> {
    return this.token({ token }, { path: '/oauth/revoke' });
  }

  /** A SCIM request with an access token. */
  scim(accessToken: string, method = 'GET', path = '/Users?startIndex=1&count=2', body?: object): Promise<Answer> {
    return this.tenant.scim(method, path, body, { authorization: `Bearer ${accessToken}` });
  }

  private async browse(method: string, target: string, body?: string): Promise<Answer> {
    const headers = { ...(this.cookie !== undefined && { cookie: this.cookie }), ...(body !== undefined && FORM) };
    const answer = await this.gateway.http.send({ method, target, headers, ...(body !== undefined && { body }) });
    const [cookie] = answer.headers['set-cookie'] ?? [];
    if (cookie !== undefined) this.cookie = cookie.includes('Max-Age=0') ? undefined : cookie.split(';', 1)[0];
    return answer;
  }
}

export function granted(answer: Answer): Tokens {
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.status} ${answer.text}`);
  return answer.body as Tokens;
}

/** RFC 7636 §4. */
export function codeChallenge() {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}
