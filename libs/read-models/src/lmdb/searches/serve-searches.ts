import process from 'node:process';
import { LRUCache } from 'lru-cache';
import { Stretch, turn } from '#turns';
import { type CollectionDefinition, type Filter, type QueryBudget, QueryTooCostly } from '../../read-models.port.js';
import type { Collection } from '../collection.js';
import { openCollection } from '../declaration.js';
import { seenValue } from '../indexed-field.js';
import { Pace } from '../pace.js';
import { type QueryCost, QueryRun } from '../query-run.js';
import { Storage, type Snapshot } from '../storage.js';
import { READY, type SearchAnswer, type SearchEnd, type SearchRequest } from './messages.js';

/** Characters of documents in one message: so much is a fraction of a millisecond for who gets it. */
const MESSAGE_CHARACTERS = 64 * 1024;
/** Filters whose sets of ids are kept for those who ask the same again: a page, and then its total. */
const KEPT_FILTERS = 20;

/**
 * What a search process does: answers queries over a file that another process writes, each as of the moment it begins,
 * in turn with the others. The folder of the file is its first argument. Ends with the channel to who has begun it.
 * @param known collections that have a derived field
 */
export async function serveSearches(known: readonly CollectionDefinition[]): Promise<void> {
  const [, , directory = ''] = process.argv;
  // Whoever stops everything at once stops the process that has begun this one too, and that ends it in its time.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.once('disconnect', () => process.exit());
  // Who has gone away is told nothing.
  const tell = (message: SearchAnswer | typeof READY): void =>
    void process.send?.(message, undefined, {}, () => undefined);
  const searches = new Searches(Storage.openForReading(directory), known);
  process.on('message', (request: SearchRequest) => {
    void searches.answer(request, tell);
  });
  tell(READY);
}

interface Opened {
  readonly collection: Collection;
  /** What it was opened for: another text, and it is opened anew. */
  readonly as: string;
}

class Searches {
  private readonly derived: ReadonlyMap<string, CollectionDefinition['derived']>;
  private readonly collections = new Map<string, Opened>();
  private readonly filters = new LRUCache<string, Filter>({ max: KEPT_FILTERS });
  private running = 0;

  constructor(
    private readonly storage: Storage,
    known: readonly CollectionDefinition[],
  ) {
    this.derived = new Map(known.map(({ name, derived }) => [name, derived]));
  }

  async answer(request: SearchRequest, send: (answer: SearchAnswer) => void): Promise<void> {
    const { id, leftMs, collection } = request;
    const budget: QueryBudget | undefined = leftMs === undefined ? undefined : { leftMs };
    const end = (ended: SearchEnd): void => send({ id, ended, leftMs: budget?.leftMs });
    if (collection.isDerived && !this.derived.has(collection.name)) return end({ type: 'unknown' });
    try {
      end(await this.search(request, budget, (texts) => send({ id, texts })));
    } catch (error) {
      if (error instanceof QueryTooCostly) return end({ type: 'tooCostly', message: error.message });
      const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
      end({ type: 'failed', name, message });
    }
  }

  private async search(
    { collection: asked, query, counts }: SearchRequest,
    budget: QueryBudget | undefined,
    tell: (texts: string[]) => void,
  ): Promise<SearchEnd> {
    const collection = await this.open(asked);
    const snapshot = this.storage.snapshot();
    this.running++;
    try {
      let cost: QueryCost | undefined;
      const filter = this.remembered(query.filter);
      const run = new QueryRun(collection, snapshot, new Pace(() => undefined, budget), {
        sequence: () => this.storage.sequenceIn(snapshot),
        onCost: (told) => (cost = told),
      });
      if (counts) return { type: 'done', count: await run.count(filter), cost };
      const found = await run.find({ ...query, filter, fields: [] });
      await this.tellTexts(collection, snapshot, found, tell);
      return { type: 'done', count: found.length, cost };
    } finally {
      this.running--;
      snapshot.done();
    }
  }

  private async tellTexts(
    { documents }: Collection,
    transaction: Snapshot,
    found: readonly { readonly _id: string }[],
    tell: (texts: string[]) => void,
  ): Promise<void> {
    const stretch = new Stretch();
    let texts: string[] = [];
    let characters = 0;
    for (const { _id } of found) {
      const text = documents.get(_id, { transaction }) ?? '';
      texts.push(text);
      characters += text.length;
      if (characters >= MESSAGE_CHARACTERS) {
        tell(texts);
        texts = [];
        characters = 0;
      }
      if (stretch.isOver) await stretch.rest();
    }
    if (texts.length > 0) tell(texts);
  }

  /** As of now: what has been seen at its paths is in the file, and decides what its indexes can answer. */
  private async open({ name, indexes, isDerived }: SearchRequest['collection']): Promise<Collection> {
    this.storage.refresh();
    const as = JSON.stringify([indexes, isDerived, this.storage.value(seenValue(name))]);
    const opened = this.collections.get(name);
    if (opened?.as === as) return opened.collection;
    // Opening a database ends lmdb's current read transaction, under a query's feet.
    while (this.running > 0) await turn();
    const derived = isDerived ? this.derived.get(name) : undefined;
    const collection = openCollection(this.storage, { name, indexes, ...(derived && { derived }) });
    this.collections.set(name, { collection, as });
    this.storage.refresh();
    return collection;
  }

  private remembered(filter: Filter): Filter {
    const text = JSON.stringify(filter);
    const known = this.filters.get(text);
    if (!known) this.filters.set(text, filter);
    return known ?? filter;
  }
}
