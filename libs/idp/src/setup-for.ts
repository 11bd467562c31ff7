import type { Scope } from '#domain';
import type { AuthenticationMode, IdpPreset, OAuthClientPreset, SetupField } from './idp-preset.js';

/** What the admin of an identity provider types where, for one connection. Holds the token: shown once, never kept. */
export interface ConnectionSetup {
  /** Page of our documentation that goes through it step by step. */
  readonly guide: string;
  readonly vendorDocs: string;
  readonly fields: readonly SetupField[];
  /** Kinds of connection that this preset serves, with their fields where those differ. */
  readonly variants?: readonly {
    readonly title: string;
    readonly about: string;
    readonly fields?: readonly SetupField[];
  }[];
  /** `Authorization` header by mode, where the provider wants the header itself; the first is its usual one. */
  readonly authorization: Readonly<Partial<Record<AuthenticationMode, string>>>;
  readonly oauthClient?: OAuthClientPreset;
  readonly scopes: readonly Scope[];
  readonly connectionTest: readonly string[];
  readonly cadence: string;
}

export interface ConnectionSecrets {
  /** Absolute, without a trailing slash. */
  readonly scimBaseUrl: string;
  readonly token: string;
}

/** The user name of Basic says nothing; the token is the password. */
const HEADERS: Partial<Record<AuthenticationMode, (token: string) => string>> = {
  rawHeader: (token) => token,
  bearer: (token) => `Bearer ${token}`,
  basic: (token) => `Basic ${btoa(`scim:${token}`)}`,
};

export function setupFor(preset: IdpPreset, connection: ConnectionSecrets): ConnectionSetup {
  const { id, vendorDocs, variants, oauthClient, scopes, connectionTest, capabilities, authentication } = preset;
  const headers = authentication.flatMap((mode) => {
    const write = HEADERS[mode];
    return write ? [[mode, write(connection.token)] as const] : [];
  });
  return {
    guide: `docs/guide/idp/${id}.md`,
    vendorDocs,
    fields: fill(preset.setup, connection),
    ...(variants && {
      variants: variants.map(({ title, about, setup }) => ({
        title,
        about,
        ...(setup && { fields: fill(setup, connection) }),
      })),
    }),
    authorization: Object.fromEntries(headers),
    ...(oauthClient && { oauthClient }),
    scopes,
    connectionTest,
    cadence: capabilities.cadence,
  };
}

/** What is entered for an OAuth client; holds its secret: shown once, never kept. */
export interface OAuthClientSecrets {
  /** Absolute, without a trailing slash. */
  readonly scimBaseUrl: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

const ANY_OAUTH_CLIENT: readonly SetupField[] = [
  { field: 'SCIM base URL', value: '{scimBaseUrl}' },
  { field: 'Authorization endpoint', value: '{authorizationEndpoint}' },
  { field: 'Token endpoint', value: '{tokenEndpoint}' },
  { field: 'Client ID', value: '{clientId}' },
  { field: 'Client secret', value: '{clientSecret}' },
];

/** What to type where at the provider, for it to authorize itself by OAuth 2. */
export const oauthSetupFor = (preset: IdpPreset | undefined, client: OAuthClientSecrets): SetupField[] =>
  (preset?.oauthSetup ?? ANY_OAUTH_CLIENT).map(({ field, value }) => ({
    field,
    value: Object.entries({ ...client } as Record<string, string>).reduce(
      (text, [name, secret]) => text.replaceAll(`{${name}}`, () => secret),
      value,
    ),
  }));

const fill = (fields: readonly SetupField[], { scimBaseUrl, token }: ConnectionSecrets): SetupField[] =>
  fields.map(({ field, value }) => ({
    field,
    value: value.replaceAll('{scimBaseUrl}', () => scimBaseUrl).replaceAll('{token}', () => token),
  }));
