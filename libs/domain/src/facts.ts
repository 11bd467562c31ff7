/** The part of an event's metadata that folds use. */
export interface FactMetadata {
  /** UTC with milliseconds. */
  readonly occurredAt: string;
}

/** An event as a fold sees it: its type and data, and when it happened. */
export type Fact<Event> = Event & { readonly metadata: FactMetadata };
