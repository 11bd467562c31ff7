/** How long what OAuth gives out is good for, seconds. docs/guide/oauth.md says the same. */
export const LIFETIMES = {
  /** RFC 6749 §4.1.2: at most ten minutes; clients exchange it at once. */
  code: 60,
  accessToken: 3_600,
  /** From its last exchange: 180 days. Okta refreshes only when it has something to provision. */
  refreshToken: 180 * 86_400,
  /** For so long a refresh token works on once it was exchanged: the answer may have got lost. */
  refreshGrace: 3_600,
  /** From the sign-in page to the answer. */
  interaction: 600,
} as const;
