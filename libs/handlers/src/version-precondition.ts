import { ScimError } from '#scim';

/** Weak entity tag of a revision: `W/"7"`; also `meta.version` (RFC 7644 §3.14). */
export const versionOf = (revision: number): string => `W/"${revision}"`;

/** Whether one of the tags of an `If-Match`/`If-None-Match` header names this revision; `*` names any. */
export function namesVersion(header: string, revision: number): boolean {
  const version = `"${revision}"`;
  return header.split(',').some((tag) => {
    const trimmed = tag.trim();
    // Clients hand back what they were given, some without the weakness mark or the quotes.
    return trimmed === '*' || trimmed.replace(/^W\//, '') === version || trimmed === String(revision);
  });
}

/** @throws ScimError `versionMismatch` when `If-Match` was given and names another version */
export function requireVersion(ifMatch: string | undefined, revision: number): void {
  if (ifMatch === undefined || namesVersion(ifMatch, revision)) return;
  throw new ScimError(
    'versionMismatch',
    `The resource is at version ${versionOf(revision)}, not at the one in If-Match; read it again and repeat the change.`,
  );
}
