import { type OAuthClient, type Scope, SCOPES } from '#domain';
import type { SetupField } from '#idp';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** What is told of an OAuth client once its secret has been shown. */
export class OAuthClientView {
  @ApiProperty({ description: 'Its `client_id`.' })
  id!: string;
  @ApiProperty()
  connectionId!: string;
  @ApiProperty()
  name!: string;
  @ApiProperty({ description: 'Whom the sign-in page lets in.' })
  userName!: string;
  @ApiProperty({ description: 'The last four characters of its secret.' })
  lastFour!: string;
  @ApiProperty({ type: [String], description: 'Those that its admin has added; compared exactly.' })
  redirectUris!: readonly string[];
  @ApiProperty({ type: [String], description: 'Those of the preset; `{…}` stands for one path segment.' })
  presetRedirectUris!: readonly string[];
  @ApiProperty({ enum: SCOPES, isArray: true })
  scopes!: readonly Scope[];
  @ApiProperty({ format: 'date-time' })
  createdAt!: string;
  @ApiProperty({ format: 'date-time', description: 'Tokens that were granted before count no more.' })
  secretIssuedAt!: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'When a token of it was last used; absent: never.' })
  lastUsedAt?: string;
}

export class OAuthClientsList {
  @ApiProperty({ type: () => [OAuthClientView] })
  oauthClients!: OAuthClientView[];
}

export class SetupFieldView implements SetupField {
  @ApiProperty({ description: 'As it is labelled on the provider’s page.' })
  field!: string;
  @ApiProperty()
  value!: string;
}

/** A client with a secret just made. */
export class OAuthClientWithSecret extends OAuthClientView {
  @ApiProperty()
  clientId!: string;
  @ApiProperty({ description: 'Shown this once.' })
  clientSecret!: string;
  @ApiProperty()
  scimBaseUrl!: string;
  @ApiProperty()
  authorizationEndpoint!: string;
  @ApiProperty()
  tokenEndpoint!: string;
  @ApiProperty({ description: 'RFC 7009.' })
  revocationEndpoint!: string;
  @ApiProperty({ type: () => [SetupFieldView], description: 'What to type where at the identity provider.' })
  setup!: readonly SetupField[];
}

export class RegisteredOAuthClient extends OAuthClientWithSecret {
  @ApiProperty({ description: 'For the sign-in page; shown this once.' })
  password!: string;
}

export class ChangedPassword {
  @ApiProperty()
  userName!: string;
  @ApiProperty({ description: 'Shown this once.' })
  password!: string;
}

/** @param presetRedirectUris of the connection's preset @param lastUsedAt UTC */
export function describeOAuthClient(
  client: OAuthClient,
  presetRedirectUris: readonly string[],
  lastUsedAt?: string,
): OAuthClientView {
  const { id, connectionId, name, userName, lastFour, redirectUris, scopes, registeredAt, secretIssuedAt } = client;
  const described = { id, connectionId, name, userName, lastFour, redirectUris, presetRedirectUris, scopes };
  return { ...described, createdAt: registeredAt, secretIssuedAt, ...(lastUsedAt !== undefined && { lastUsedAt }) };
}
