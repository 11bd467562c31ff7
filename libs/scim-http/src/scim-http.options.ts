import type { RequestLimits } from '#access';
import type { ProductProfile } from '#products';

export interface ScimHttpOptions {
  /** Resources on a page when the client names no count, and the most it can have. */
  readonly page: { readonly defaultSize: number; readonly maxSize: number };
  /** What one bulk request may hold, RFC 7644 §3.7.4. */
  readonly bulk: {
    readonly maxOperations: number;
    /** Bytes. */
    readonly maxPayloadSize: number;
  };
  readonly cursors: {
    /** Secret of the installation; gateways that share it go on with each other's cursors. */
    readonly key: string;
    readonly timeoutSeconds: number;
  };
  /** Work that one list may spend on resources that no index vouches for, milliseconds. */
  readonly searchMs: number;
  /** What the operations of a bulk request are charged to. */
  readonly requests: RequestLimits;
  /** What they read is declared to each tenant. */
  readonly products: readonly ProductProfile[];
}

/** Injection token of {@link ScimHttpOptions}. */
export const SCIM_HTTP_OPTIONS = Symbol('ScimHttpOptions');
