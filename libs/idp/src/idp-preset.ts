import type { MatchingAttribute, Scope } from '#domain';
import type { Tolerances } from '#scim';
import type { IdpProbes } from './probes/probe.types.js';

/** How an identity provider shows who it is; each works on any connection, these are what it offers its admin. */
export type AuthenticationMode =
  /** `Authorization: Bearer {token}` */
  | 'bearer'
  /** `Authorization: {token}` */
  | 'rawHeader'
  /** `Authorization: Basic …`, the token as password */
  | 'basic'
  /** RFC 6749 §4.1 */
  | 'authorizationCode'
  /** RFC 6749 §4.4 */
  | 'clientCredentials';

/** What an OAuth 2 client of this provider must be registered with. */
export interface OAuthClientPreset {
  /** Exact, but for `{name}`, which stands for one path segment. See `matchesRedirectUri`. */
  readonly redirectUris: readonly string[];
  /** RFC 7591 §2, `token_endpoint_auth_method`: those to accept. */
  readonly clientAuthentication: readonly ('client_secret_basic' | 'client_secret_post')[];
  /** Whether it sends a code challenge (RFC 7636). Where it does not, or nobody knows, one must not be demanded. */
  readonly pkce: 'sent' | 'notSent' | 'unknown';
}

/** A kind of connection that one preset serves beside others: an app type, a dialect. */
export interface IdpVariant {
  readonly id: string;
  readonly title: string;
  /** What is different about its requests, in a sentence. */
  readonly about: string;
  /** Where it needs others than the preset's. */
  readonly scopes?: readonly Scope[];
  /** Where its settings page differs from the preset's. */
  readonly setup?: readonly SetupField[];
  /** Where its requests differ from the preset's. */
  readonly probes?: Partial<IdpProbes>;
}

export interface IdpCapabilities {
  readonly users: {
    readonly update: readonly ('put' | 'patch')[];
    /** What leaving comes as: `active: false`, DELETE, or either by a setting. */
    readonly deactivation: readonly ('active' | 'delete')[];
    readonly passwords: boolean;
    /** Whether a value emptied at the source is emptied here. */
    readonly clearsValues: boolean;
  };
  /** How membership is changed; none: it pushes no groups. */
  readonly groups: readonly ('put' | 'patch')[];
  readonly readsDiscovery: readonly ('ServiceProviderConfig' | 'ResourceTypes' | 'Schemas')[];
  /** When changes come, for the admin who waits for one. */
  readonly cadence: string;
}

/** A field of the provider's own settings page, and what to type there. */
export interface SetupField {
  /** As it is labelled there. */
  readonly field: string;
  /** `{scimBaseUrl}` and `{token}` stand for the connection's. */
  readonly value: string;
}

/**
 * What Rollcall knows of one identity provider before its first request: data, of which docs/guide/idp tells the admin the
 * same in prose. What rests on one weak source is marked `unverified` where it stands.
 */
export interface IdpPreset {
  /** Name in the admin API and in event metadata. */
  readonly id: string;
  /** Names of presets that this one has taken the place of; connections made under them go on. */
  readonly formerIds?: readonly string[];
  /** Name people know it by. */
  readonly title: string;
  /** Title of the vendor's documentation of provisioning over SCIM. */
  readonly vendorDocs: string;
  /** Attributes it can find existing users by. */
  readonly matchingAttributes: readonly MatchingAttribute[];
  /** The one of them it uses unless its admin changed it. */
  readonly matchingAttribute: MatchingAttribute;
  readonly authentication: readonly AuthenticationMode[];
  readonly oauthClient?: OAuthClientPreset;
  /**
   * Its settings page where it authorizes itself by OAuth 2: `{scimBaseUrl}`, `{authorizationEndpoint}`, `{tokenEndpoint}`,
   * `{clientId}` and `{clientSecret}` stand for the client's.
   */
  readonly oauthSetup?: readonly SetupField[];
  /** What a token or OAuth client of it may do unless the admin says otherwise. */
  readonly scopes: readonly Scope[];
  readonly variants?: readonly IdpVariant[];
  readonly capabilities: IdpCapabilities;
  /**
   * What it would rather see of a group that it has patched; RFC 7644 §3.5.2 allows both. Absent: 204. `resource`: 200 with
   * the whole group, as long as that is small.
   */
  readonly groupPatchAnswer?: 'resource';
  /** Requests of its connection test; `…` stands for what differs from time to time. */
  readonly connectionTest: readonly string[];
  readonly setup: readonly SetupField[];
  /** What it really sends, for trying a connection out. */
  readonly probes: IdpProbes;
  /** What it may write that others may not. */
  readonly tolerances: Tolerances;
}
