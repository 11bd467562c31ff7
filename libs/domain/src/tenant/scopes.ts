/** What a token may be allowed, method by resource type: `get` to read and search, the others as RFC 7644 has them. */
export const SCOPES = [
  'get:users',
  'post:users',
  'put:users',
  'patch:users',
  'delete:users',
  'get:groups',
  'post:groups',
  'put:groups',
  'patch:groups',
  'delete:groups',
] as const;

export type Scope = (typeof SCOPES)[number];

/** Each once, in the order of {@link SCOPES}. */
export const orderScopes = (scopes: readonly Scope[]): Scope[] => SCOPES.filter((scope) => scopes.includes(scope));
