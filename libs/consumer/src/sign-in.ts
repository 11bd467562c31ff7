/** Whether somebody may sign in to a product, by what it was told of them. */
export interface SignInCheck {
  readonly allowed: boolean;
  /** `blocked`: deactivated; `deleted`: by the identity provider, may come back; `unknown`: never heard of here. */
  readonly reason: 'active' | 'blocked' | 'deleted' | 'unknown';
}

/** What every sample product keeps of a person besides its own words. */
export interface SignInState {
  readonly active: boolean;
  readonly deleted?: true | undefined;
}

/** Two rows may have one name, where it was released and given to another person: the one who may sign in counts. */
export function checkSignIn(rows: readonly SignInState[]): SignInCheck {
  if (rows.some(({ active }) => active)) return { allowed: true, reason: 'active' };
  if (rows.length === 0) return { allowed: false, reason: 'unknown' };
  return { allowed: false, reason: rows.every(({ deleted }) => deleted === true) ? 'deleted' : 'blocked' };
}
