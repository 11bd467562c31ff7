import type { CollectionDefinition, Document } from '#read-models';

/** An event as a projection sees it; what an event store records fits. */
export interface ProjectedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: object;
  readonly metadata: { readonly tenant: string; readonly occurredAt: string };
  readonly stream: string;
  /** Place in its stream, 0-based. */
  readonly revision: number;
  /** Place in the whole log. */
  readonly position: bigint;
  /** Milliseconds since the epoch, UTC. */
  readonly recordedAt: number;
}

/**
 * One document an event changes. With an `id` it is folded: `apply` gets what it was and says what it is now. `put` and
 * `delete` say it outright, so nothing is read; an event may do so for thousands of documents.
 */
export type Touch = FoldTouch | PutTouch | DeleteTouch;

export interface FoldTouch {
  readonly collection: string;
  readonly id: string;
}

export interface PutTouch {
  readonly collection: string;
  readonly put: Document;
}

export interface DeleteTouch {
  readonly collection: string;
  readonly delete: string;
}

/**
 * A read model as a fold over the log: pure, so that documents depend on nothing but their events, and a rebuild gives
 * the same ones. The name is that of the checkpoint too: a new name means a rebuild from the start of the log.
 */
export interface Projection {
  readonly name: string;
  /** Written by this projection alone. */
  readonly collections: readonly CollectionDefinition[];
  /** Only events of streams whose name starts with one of these come; default all. */
  readonly streamPrefixes?: readonly string[];
  /** What `event` changes, each document at most once; nothing for an event that is of no interest here. */
  touches(event: ProjectedEvent): readonly Touch[];
  /**
   * The document after `event`, for a touch with an `id`: undefined where there is none (any more), and the very same
   * object where nothing changed, which saves the write. Must not change `document`.
   */
  apply(document: Document | undefined, event: ProjectedEvent, touch: FoldTouch): Document | undefined;
}
