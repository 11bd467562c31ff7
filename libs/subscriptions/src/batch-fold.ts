import { LRUCache } from 'lru-cache';
import type { ProjectedEvent, Projection, Touch } from '#projections';
import type { Document, ReadModels, WriteOperation } from '#read-models';
import { Stretch } from '#turns';

/** A document that a batch touches: `document` is what it is now, `changed` whether that differs from what is stored. */
interface Entry {
  document: Document | undefined;
  changed: boolean;
  /** False until it was read: a touch that says the document outright need not know what it was. */
  known: boolean;
}

interface Step {
  readonly projection: Projection;
  readonly event: ProjectedEvent;
  readonly touches: readonly Touch[];
}

export interface FoldFailure {
  readonly projection: Projection;
  readonly event: ProjectedEvent;
  readonly error: unknown;
}

export interface FoldedBatch {
  readonly operations: readonly WriteOperation[];
  /** Events that a projection threw on. They left no trace in that projection; the others folded them. */
  readonly failures: readonly FoldFailure[];
  /** To be called when the operations are stored. */
  readonly keep: () => void;
}

/**
 * Folds batches of events into documents. Each document is read at most once per batch, hot ones not at all: the last
 * `hotDocuments` of each collection stay in memory, which takes for granted that nobody else writes the collections.
 */
export class BatchFolder {
  readonly #hot = new Map<string, LRUCache<string, Document>>();

  constructor(
    private readonly models: ReadModels,
    private readonly projections: readonly Projection[],
    hotDocuments: number,
  ) {
    if (hotDocuments === 0) return;
    for (const { name } of projections.flatMap(({ collections }) => collections)) {
      this.#hot.set(name, new LRUCache({ max: hotDocuments }));
    }
  }

  async fold(events: readonly ProjectedEvent[]): Promise<FoldedBatch> {
    const failures: FoldFailure[] = [];
    const stretch = new Stretch();
    const steps = await this.#steps(events, failures, stretch);
    const entries = await this.#load(steps);
    for (const step of steps) {
      try {
        apply(step, entries);
      } catch (error) {
        failures.push({ ...step, error });
      }
      if (stretch.isOver) await stretch.rest();
    }
    return { operations: operations(entries), failures, keep: () => this.#keep(entries) };
  }

  async #steps(events: readonly ProjectedEvent[], failures: FoldFailure[], stretch: Stretch): Promise<Step[]> {
    const steps: Step[] = [];
    for (const event of events) {
      for (const projection of this.projections) {
        if (!concerns(projection, event)) continue;
        try {
          // Undefined: a type younger than the projection, which its `switch` runs past.
          const touches = projection.touches(event) as readonly Touch[] | undefined;
          if (touches && touches.length > 0) steps.push({ projection, event, touches });
        } catch (error) {
          failures.push({ projection, event, error });
        }
      }
      if (stretch.isOver) await stretch.rest();
    }
    return steps;
  }

  /** An entry for each document, read where it is folded and not hot. */
  async #load(steps: readonly Step[]): Promise<Map<string, Map<string, Entry>>> {
    const entries = new Map<string, Map<string, Entry>>();
    const missing = new Map<string, string[]>();
    for (const { touches } of steps) {
      for (const touch of touches) {
        const ofCollection = getOrAdd(entries, touch.collection, () => new Map<string, Entry>());
        const id = idOf(touch);
        let entry = ofCollection.get(id);
        if (!entry) {
          const document = this.#hot.get(touch.collection)?.get(id);
          ofCollection.set(id, (entry = { document, changed: false, known: document !== undefined }));
        }
        if (entry.known || !('id' in touch)) continue;
        entry.known = true;
        getOrAdd(missing, touch.collection, () => []).push(id);
      }
    }
    await Promise.all(
      [...missing].map(async ([collection, ids]) => {
        const documents = await this.models.getMany(collection, ids);
        ids.forEach((id, i) =>
          entries.get(collection)?.set(id, { document: documents[i], changed: false, known: true }),
        );
      }),
    );
    return entries;
  }

  #keep(entries: ReadonlyMap<string, ReadonlyMap<string, Entry>>): void {
    for (const [collection, ofCollection] of entries) {
      const hot = this.#hot.get(collection);
      if (!hot) continue;
      // What was only said outright is not about to be folded: it would drive out what is.
      for (const [id, { document, known }] of ofCollection) {
        if (document && known) hot.set(id, document);
        else hot.delete(id);
      }
    }
  }
}

/** All touches of the step or, where the projection throws, none. */
function apply({ projection, event, touches }: Step, entries: ReadonlyMap<string, ReadonlyMap<string, Entry>>): void {
  const entryOf = (touch: Touch): Entry => {
    const entry = entries.get(touch.collection)?.get(idOf(touch));
    if (!entry) throw new Error(`Document of ${touch.collection} was not loaded`);
    return entry;
  };
  const [only, ...more] = touches;
  if (only && more.length === 0) return set(entryOf(only), after(only, entryOf(only).document, projection, event));
  const results = touches.map((touch) => after(touch, entryOf(touch).document, projection, event));
  touches.forEach((touch, i) => set(entryOf(touch), results[i]));
}

function after(
  touch: Touch,
  document: Document | undefined,
  projection: Projection,
  event: ProjectedEvent,
): Document | undefined | typeof DELETED {
  if ('put' in touch) return touch.put;
  if ('delete' in touch) return DELETED;
  return projection.apply(document, event, touch);
}

/** Said outright, so it is written even where the document before is not known. */
const DELETED = Symbol('deleted');

function set(entry: Entry, document: Document | undefined | typeof DELETED): void {
  if (document === entry.document) return;
  entry.document = document === DELETED ? undefined : document;
  entry.changed = true;
}

function operations(entries: ReadonlyMap<string, ReadonlyMap<string, Entry>>): WriteOperation[] {
  const result: WriteOperation[] = [];
  for (const [collection, ofCollection] of entries) {
    for (const [id, { document, changed }] of ofCollection) {
      if (!changed) continue;
      result.push(document ? { type: 'put', collection, document } : { type: 'delete', collection, id });
    }
  }
  return result;
}

function idOf(touch: Touch): string {
  if ('put' in touch) return touch.put._id;
  return 'delete' in touch ? touch.delete : touch.id;
}

function concerns({ streamPrefixes }: Projection, { stream }: ProjectedEvent): boolean {
  return !streamPrefixes || streamPrefixes.some((prefix) => stream.startsWith(prefix));
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
