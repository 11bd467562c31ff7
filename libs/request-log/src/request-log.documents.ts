import type { CollectionDefinition, Document } from '#read-models';
import type { CauseCode } from './causes/causes.js';
import type { StreakRecord } from './streak.js';

/** When a connection was last heard of; `_id` is the connection's. Counts are since the connection's first request. */
export interface ContactRecord extends Document {
  readonly tenant: string;
  readonly requests: number;
  readonly refusals: number;
  readonly lastRequestAt?: string;
  readonly lastSuccessAt?: string;
  readonly lastRefusalAt?: string;
  /** Refusals since the last success, of calls that only read and of those that change something. */
  readonly reads?: StreakRecord;
  readonly changes?: StreakRecord;
}

/** Requests to a tenant by somebody whom no connection knows. */
export interface StrangersRecord extends Document {
  readonly tenant: string;
  readonly refusals: number;
  readonly lastRefusalAt: string;
  /** Of the last one. */
  readonly cause: CauseCode;
}

export const CONTACTS: CollectionDefinition = { name: 'contacts', indexes: [] };

/** `_id` of a tenant's strangers among the contacts; no connection's id has a slash. */
export const strangersOf = (tenant: string): string => `${tenant}/strangers`;
