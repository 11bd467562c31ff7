/**
 * What can be wrong with a SCIM request. The first are the scimTypes of RFC 7644 §3.12, table 9, and RFC 9865 §2.3, under
 * their own names; those from `notFound` on have no scimType. Which HTTP status each becomes is the HTTP edge's to say.
 */
export type ScimErrorKind =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount'
  | 'notFound'
  | 'unauthorized'
  | 'forbidden'
  | 'methodNotAllowed'
  | 'conflict'
  | 'versionMismatch'
  | 'payloadTooLarge'
  | 'unsupportedMediaType'
  | 'tooManyRequests'
  | 'notImplemented'
  | 'unavailable';

/** A refusal with a `detail` that tells an admin what to change (RFC 7644 §3.12). */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  constructor(
    readonly kind: ScimErrorKind,
    /** For a person: what was wrong, where, and what was expected. Never quotes a password or token. */
    readonly detail: string,
    options?: ErrorOptions & {
      /** Seconds after which a retry makes sense; becomes `Retry-After`. */
      readonly retryAfterSeconds?: number;
    },
  ) {
    super(detail, options);
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
  readonly retryAfterSeconds: number | undefined;
}
