export interface ScimHttpOptions {
  /** Resources on a page when the client names no count, and the most it can have. */
  readonly page: { readonly defaultSize: number; readonly maxSize: number };
}

/** Injection token of {@link ScimHttpOptions}. */
export const SCIM_HTTP_OPTIONS = Symbol('ScimHttpOptions');
