import type { CollectionDefinition, Document } from '#read-models';
import type { CauseCode } from './causes/causes.js';

/** One request that was refused, or answered in a way its sender will hardly have meant (`hint`). Holds no values. */
export interface RequestRecord extends Document {
  readonly tenant: string;
  /** Undefined where nobody knows who was speaking. */
  readonly connectionId?: string;
  /** What is bounded together: a connection, or the strangers of a tenant. */
  readonly bucket: string;
  readonly kind: 'refusal' | 'hint';
  /** UTC with milliseconds. */
  readonly at: string;
  readonly requestId: string;
  readonly method: string;
  /** See `maskTarget`. */
  readonly path: string;
  readonly status: number;
  readonly scimType?: string;
  /** As it was answered, values masked. */
  readonly detail: string;
  readonly cause: CauseCode;
}

/** When a connection was last heard of; `_id` is the connection's. Counts are since the connection's first request. */
export interface ContactRecord extends Document {
  readonly tenant: string;
  readonly requests: number;
  readonly refusals: number;
  readonly lastRequestAt?: string;
  readonly lastSuccessAt?: string;
  readonly lastRefusalAt?: string;
}

/** Ids count down with time, so that the newest come first. */
export const REQUESTS: CollectionDefinition = {
  name: 'requests',
  indexes: [
    { name: 'bucket', fields: ['bucket', '_id'], counted: true },
    { name: 'tenant', fields: ['tenant', '_id'] },
    { name: 'status', fields: ['tenant', 'status', '_id'] },
    { name: 'at', fields: ['at'] },
  ],
};

export const CONTACTS: CollectionDefinition = { name: 'contacts', indexes: [] };

export const bucketOf = (tenant: string, connectionId: string | undefined): string => `${tenant}/${connectionId ?? ''}`;

const END_OF_TIME = 2 ** 48 - 1;

/** @param at milliseconds since the epoch @param sequence counts the records of this process */
export function recordId(at: number, sequence: number, requestId: string): string {
  const time = (END_OF_TIME - at).toString(16).padStart(12, '0');
  const place = (0xffff - (sequence & 0xffff)).toString(16).padStart(4, '0');
  return `${time}-${place}-${requestId}`;
}
