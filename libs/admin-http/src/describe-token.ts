import { type Credential, type Scope, SCOPES } from '#domain';

/** What is told of a token once it has been shown. */
export interface TokenDescription {
  readonly id: string;
  readonly name: string;
  readonly lastFour: string;
  /** Times are UTC. */
  readonly createdAt: string;
  /** Absent: never. */
  readonly expiresAt?: string;
  readonly scopes: readonly Scope[];
  /** Id of the token that has taken its place; this one works until `expiresAt`. */
  readonly replacedBy?: string;
}

type Described = Pick<Credential, 'id' | 'name' | 'lastFour' | 'issuedAt' | 'expiresAt' | 'replacedBy'> & {
  readonly scopes?: readonly Scope[];
};

export function describeToken(credential: Described): TokenDescription {
  const { id, name, lastFour, issuedAt: createdAt, expiresAt, scopes = SCOPES, replacedBy } = credential;
  return {
    id,
    name,
    lastFour,
    createdAt,
    ...(expiresAt !== undefined && { expiresAt }),
    scopes,
    ...(replacedBy !== undefined && { replacedBy }),
  };
}
