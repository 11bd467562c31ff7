import type { IndexDefinition, Query } from '../../read-models.port.js';
import type { QueryCost } from '../query-run.js';

/** A query for the search process. */
export interface SearchRequest {
  readonly id: number;
  readonly collection: {
    readonly name: string;
    readonly indexes: readonly IndexDefinition[];
    /** Whether it has a derived field, which the process must know by the collection's name. */
    readonly isDerived: boolean;
  };
  /** How many match rather than which. */
  readonly counts: boolean;
  readonly query: Omit<Query, 'budget' | 'fields'>;
  /** Undefined: without bound. */
  readonly leftMs: number | undefined;
}

/** What it says once it can be asked. */
export const READY = 'ready';

/** What it answers: stored texts of documents in order, some at a time, and then how it ended. */
export type SearchAnswer =
  | { readonly id: number; readonly texts: readonly string[] }
  | { readonly id: number; readonly ended: SearchEnd; readonly leftMs: number | undefined };

export type SearchEnd =
  | { readonly type: 'done'; readonly count: number; readonly cost: QueryCost | undefined }
  | { readonly type: 'tooCostly'; readonly message: string }
  /** Its derived field is not known there. */
  | { readonly type: 'unknown' }
  | { readonly type: 'failed'; readonly name: string; readonly message: string };
