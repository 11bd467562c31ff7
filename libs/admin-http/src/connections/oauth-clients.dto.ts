import { type Scope, SCOPES } from '#domain';
import { SomeOf, Text, Texts } from '../openapi/fields.js';

/** https, or http on this machine for trying out; no fragment (RFC 6749 §3.1.2), no placeholder. */
const REDIRECT_URI =
  /^(https:\/\/[A-Za-z0-9.-]+(:\d+)?|http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?)(\/[!-"$-z|~]*|\?[!-"$-z|~]*)?$/;
const REDIRECT_URI_IN_WORDS =
  'each of $property must be an absolute https URL (http on localhost alone) without fragment, spaces and braces';
const MAX_REDIRECT_URIS = 20;

const RedirectUris = (description: string): PropertyDecorator =>
  Texts(REDIRECT_URI, REDIRECT_URI_IN_WORDS, { max: MAX_REDIRECT_URIS, optional: true, description });

const MIN_PASSWORD = 12;
const UserName = (description: string): PropertyDecorator => Text({ optional: true, max: 100, description });
const Password = (): PropertyDecorator =>
  Text({
    optional: true,
    min: MIN_PASSWORD,
    description: `At least ${MIN_PASSWORD} characters; absent: one is made.`,
  });

export class RegisterOAuthClientDto {
  @Text({ optional: true, description: 'Default “OAuth client”.' })
  name?: string;

  @UserName('Whom the sign-in page lets in; absent: `scim-` and the tenant’s slug.')
  userName?: string;

  @Password()
  password?: string;

  @RedirectUris('Where to send browsers back to, besides what the preset of the connection has; compared exactly.')
  redirectUris?: string[];

  @SomeOf(SCOPES, { optional: true, description: 'What its tokens may do; absent: what the connection’s preset says.' })
  scopes?: Scope[];
}

export class ChangeOAuthClientDto {
  @Text({ optional: true })
  name?: string;

  @RedirectUris('Takes the place of those that were there; the preset’s stay.')
  redirectUris?: string[];
}

export class ChangePasswordDto {
  @UserName('Absent: it stays.')
  userName?: string;

  @Password()
  password?: string;
}
