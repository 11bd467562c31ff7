/** A document: JSON, with a string `_id` unique in its collection. */
export interface Document {
  readonly _id: string;
}

/**
 * A filter in MongoDB's query language, of which adapters owe: implicit and explicit `$eq`, `$ne`, `$gt`, `$gte`,
 * `$lt`, `$lte`, `$in`, `$nin`, `$exists`, `$regex` (string, without flags), `$elemMatch`, `$and`, `$or`, `$nor`, `$not`;
 * dotted paths, through arrays as MongoDB goes through them.
 */
export type Filter = Readonly<Record<string, unknown>>;

/** Dotted path → 1 ascending, -1 descending. `_id` breaks ties, so that pages are stable. */
export type Sort = Readonly<Record<string, 1 | -1>>;

export interface Query {
  readonly filter: Filter;
  readonly sort?: Sort;
  /** Only matches behind this place in the order, whether or not a document is there. */
  readonly after?: SortPosition;
  /** Matches to pass over; default 0. */
  readonly skip?: number;
  /** Most documents to return; default all. */
  readonly limit?: number;
  /** Top-level fields that the caller will look at, besides `_id`; others may be missing. Default all. */
  readonly fields?: readonly string[];
  /** What the search may cost; default without bound. */
  readonly budget?: QueryBudget;
}

/**
 * A place in the order of a sort. Where an index gives that order, a page behind a place costs the same however deep the
 * place is. The sort's paths must lead to at most one value in each document that matches; `a.0.b` makes it so.
 */
export interface SortPosition {
  /** One value for each path of the sort that is not `_id`, in its order. */
  readonly values: readonly (string | number | boolean | null)[];
  readonly id: string;
}

/**
 * Milliseconds of work that are left for documents that no index vouches for; queries that share a budget take from it.
 * Looking entries up in an index is not counted.
 */
export interface QueryBudget {
  leftMs: number;
}

/**
 * An ascending index over dotted paths. A path through an array indexes each element. Two documents may share a key.
 * A query whose filter binds the leading fields by equality is answered from it.
 */
export interface IndexDefinition {
  readonly name: string;
  readonly fields: readonly string[];
  /**
   * Keeps entry counts for each value of the first field, so that counting everything under it and skipping deep into
   * it cost about the same at any size. For fields that are single-valued and always present.
   */
  readonly counted?: boolean;
}

/**
 * A top-level field that follows from the rest of its document, for filters, sorts and indexes to look at. Documents are
 * put without it; an engine stores it, or works it out when it is looked at.
 */
export interface DerivedField {
  readonly name: string;
  /**
   * Pure, and the same for one document for good: another meaning needs a collection built anew.
   * @param members top-level members of the field that will be looked at; others may be missing. Default all
   */
  of(document: Document, members?: ReadonlySet<string>): unknown;
}

export interface CollectionDefinition {
  readonly name: string;
  readonly indexes: readonly IndexDefinition[];
  /** Given to callers where their `fields` name it; where they do not, it may be missing. */
  readonly derived?: DerivedField;
}

export type WriteOperation =
  | { readonly type: 'put'; readonly collection: string; readonly document: Document }
  | { readonly type: 'delete'; readonly collection: string; readonly id: string };

export interface CheckpointMove {
  readonly name: string;
  readonly position: bigint;
  /**
   * The position that must be stored now, `none` where there must be none: else somebody else has moved the checkpoint and
   * the batch is refused. Absent: whatever is stored is replaced.
   */
  readonly after?: bigint | 'none';
}

export interface WriteBatch {
  /** Applied in order; a later operation on the same id wins. */
  readonly operations: readonly WriteOperation[];
  /** Stored together with the operations or not at all. */
  readonly checkpoint?: CheckpointMove;
  /** More checkpoints for writers that feed several projections from one batch; no name twice. */
  readonly checkpoints?: readonly CheckpointMove[];
}

/**
 * Documents derived from the log: always rebuildable, so a write need not survive a power cut, but what does survive is
 * whole: a batch and its checkpoint land together.
 */
export interface ReadModels extends AsyncDisposable {
  /**
   * Declares a collection. Called at start, before use, by any number of processes; new indexes are built from the documents
   * that are there. Where the engine is away that is made up for before the next call is answered.
   */
  declare(collection: CollectionDefinition): Promise<void>;

  /**
   * @param fields as in {@link Query}
   * @returns the document or undefined. Callers must not change what they get.
   */
  get<T extends Document>(collection: string, id: string, fields?: readonly string[]): Promise<T | undefined>;

  /** Documents in the order of `ids`, undefined where there is none. */
  getMany<T extends Document>(collection: string, ids: readonly string[]): Promise<(T | undefined)[]>;

  /** @throws QueryTooCostly the query's budget is used up */
  find<T extends Document>(collection: string, query: Query): Promise<T[]>;

  /**
   * How many documents match.
   * @throws QueryTooCostly the budget is used up
   */
  count(collection: string, filter: Filter, budget?: QueryBudget): Promise<number>;

  /**
   * Applies all operations and the checkpoints, or nothing; resolves once every later read sees them.
   * @throws CheckpointMoved a checkpoint is not where its `after` says, whoever moved it; nothing was written
   * @throws ReadModelsUnavailable whether the batch was written is unknown. Repeated with `after` it may be refused for
   *   having been written the first time.
   */
  write(batch: WriteBatch): Promise<void>;

  /** Position last stored under this name, or undefined. */
  checkpoint(name: string): Promise<bigint | undefined>;

  /** The same of several, in the order of `names`, all of one moment. */
  checkpoints(names: readonly string[]): Promise<(bigint | undefined)[]>;

  /**
   * Empties collections and forgets checkpoints in one step, for a rebuild from the log. Name with the collections all
   * checkpoints that are written with them: by that nothing written from another process meanwhile is lost unnoticed.
   * @throws CheckpointMoved another process has begun to reset the same
   */
  reset(collections: readonly string[], checkpoints: readonly string[]): Promise<void>;
}

/** The engine is away or closing; the caller may repeat the call. */
export class ReadModelsUnavailable extends Error {
  override readonly name = 'ReadModelsUnavailable';
}

/** A checkpoint is not where the writer of a batch left it: another one writes too. Nothing of the batch was written. */
export class CheckpointMoved extends Error {
  override readonly name = 'CheckpointMoved';
  constructor(
    readonly checkpoint: string,
    readonly expected: bigint | 'none',
    /** What is stored; undefined where the engine did not say. */
    readonly actual: bigint | 'none' | undefined,
    options?: ErrorOptions,
  ) {
    super(`Checkpoint ${checkpoint} is at ${actual ?? 'another position'}, expected ${expected}`, options);
  }
}

/** A query had to look at more documents than its budget allows; a filter that an index answers is the remedy. */
export class QueryTooCostly extends Error {
  override readonly name = 'QueryTooCostly';
}

/** Injection token of the read models. */
export const READ_MODELS = Symbol('ReadModels');
