/** From so long before its end a token is to be rotated, milliseconds. */
export const EXPIRES_SOON_MS = 14 * 86_400_000;
/** 002: "Rotate every 90 days as a best practice". */
export const OLD_MS = 90 * 86_400_000;

export const TOKEN_WARNINGS = ['expired', 'expiresSoon', 'old'] as const;

export interface TokenWarning {
  readonly code: (typeof TOKEN_WARNINGS)[number];
  /** What to do about it. */
  readonly detail: string;
}

/** What an admin should know of a token that lives. @param now milliseconds since the epoch; other times are UTC */
export function tokenWarnings(
  { issuedAt, expiresAt, replacedBy }: { issuedAt: string; expiresAt?: string; replacedBy?: string },
  now: number,
): TokenWarning[] {
  const warnings: TokenWarning[] = [];
  const left = expiresAt === undefined ? Infinity : Date.parse(expiresAt) - now;
  if (expiresAt !== undefined && left <= 0) {
    warnings.push({ code: 'expired', detail: `Expired on ${expiresAt}; issue a new one and enter it at the IdP.` });
  } else if (expiresAt !== undefined && left <= EXPIRES_SOON_MS) {
    const advice =
      replacedBy === undefined ? 'rotate it before' : `its successor ${replacedBy} must be entered at the IdP before`;
    warnings.push({ code: 'expiresSoon', detail: `Stops working on ${expiresAt}; ${advice}.` });
  }
  const age = now - Date.parse(issuedAt);
  if (age >= OLD_MS && replacedBy === undefined) {
    const days = Math.floor(age / 86_400_000);
    warnings.push({ code: 'old', detail: `Issued ${days} days ago; tokens should be rotated every 90 days.` });
  }
  return warnings;
}
