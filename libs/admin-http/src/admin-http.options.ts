export interface AdminHttpOptions {
  /** Scheme and host clients reach us by; undefined: as each request's Host header says. */
  readonly publicUrl: string | undefined;
}

/** Injection token of {@link AdminHttpOptions}. */
export const ADMIN_HTTP_OPTIONS = Symbol('AdminHttpOptions');
