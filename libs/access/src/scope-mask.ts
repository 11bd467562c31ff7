import { type Scope, SCOPES } from '#domain';

/** A set of scopes, one bit each, so that asking whether a token has those that a request needs is one comparison. */
export type ScopeMask = number;

const BITS: ReadonlyMap<string, number> = new Map(SCOPES.map((scope, place) => [scope, 1 << place]));

/** @param scopes undefined: all, as for tokens issued before there were scopes. One that is not known allows nothing. */
export function scopeMaskOf(scopes: readonly Scope[] = SCOPES): ScopeMask {
  return scopes.reduce((mask, scope) => mask | (BITS.get(scope) ?? 0), 0);
}

/** Those of `needed` that `granted` has not. */
export function missingScopes(granted: ScopeMask, needed: ScopeMask): Scope[] {
  const missing = needed & ~granted;
  return SCOPES.filter((_, place) => missing & (1 << place));
}
