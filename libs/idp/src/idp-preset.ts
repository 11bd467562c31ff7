import type { MatchingAttribute } from '#domain';

/** What Rollcall knows of one identity provider before the first request. */
export interface IdpPreset {
  /** Name in the admin API and in event metadata. */
  readonly id: string;
  /** Name people know it by. */
  readonly title: string;
  /** Attribute it finds existing users by, unless the admin of the IdP changed it. */
  readonly matchingAttribute: MatchingAttribute;
  /** Sends filters such as `externalId eq abc`, the value without quotes (C2.3). */
  readonly unquotedFilterValues?: true;
}

const preset = (id: string, title: string, matchingAttribute: MatchingAttribute = 'userName'): IdpPreset => ({
  id,
  title,
  matchingAttribute,
});

export const IDP_PRESETS: readonly IdpPreset[] = [
  preset('okta', 'Okta'),
  { ...preset('entra-id', 'Microsoft Entra ID'), unquotedFilterValues: true },
  preset('cyberark', 'CyberArk Identity'),
  preset('jumpcloud', 'JumpCloud'),
  preset('ping', 'PingOne / PingFederate'),
  preset('google', 'Google Workspace', 'email'),
  preset('onelogin', 'OneLogin'),
  preset('auth0', 'Auth0'),
  preset('generic', 'Any SCIM 2.0 client'),
];

export const IDP_NAMES: readonly string[] = IDP_PRESETS.map(({ id }) => id);

export const findPreset = (id: string): IdpPreset | undefined => IDP_PRESETS.find((known) => known.id === id);
