import type { GroupDocument, UserDocument } from '#projections';
import type { QueryBudget, ReadModels, Sort, SortPosition } from '#read-models';
import { compareText, ScimError } from '#scim';
import { DESCRIBED_FIELDS } from '../resource-renderer.js';
import type { CursorPlace } from './cursor-codec.js';
import { type ListPlan, reversed, type Run, type Source } from './list-runs.js';
import type { ListedType } from './listed-type.js';

type ListedDocument = UserDocument | GroupDocument;

export interface ListedItem {
  readonly type: ListedType;
  readonly document: ListedDocument;
}

export interface IndexPage {
  readonly total: number;
  readonly items: readonly ListedItem[];
}

export interface CursorPage extends IndexPage {
  readonly next: CursorPlace | undefined;
  readonly previous: CursorPlace | undefined;
}

/** A place in a list, whichever gateway and endpoint it is from. */
interface Place {
  readonly run: number;
  readonly position: SortPosition;
}

/** How deep a page by index may lie in a list that merges types by a sort. Cursors have no such bound. */
const MAX_MERGED = 10_000;

const SORTED_FIELDS: readonly string[] = [...DESCRIBED_FIELDS, 'shadow'];

/** Reads pages of one list. */
export class PageReader {
  constructor(
    private readonly readModels: ReadModels,
    private readonly plan: ListPlan,
    private readonly budget: QueryBudget,
    /** What stands in front of the ids of this tenant's documents. */
    private readonly idPrefix: string,
  ) {}

  /** RFC 7644 §3.4.2.4. */
  async byIndex(startIndex: number, count: number): Promise<IndexPage> {
    const { runs } = this.plan;
    const [only] = runs;
    if (only && runs.length === 1 && only.sources.length === 1) return this.ofOneRun(only, startIndex - 1, count);
    let skip = startIndex - 1;
    let total = 0;
    const items: ListedItem[] = [];
    for (const run of runs) {
      const sizes: number[] = [];
      for (const source of run.sources) sizes.push(await this.count(source));
      const size = sizes.reduce((sum, each) => sum + each, 0);
      const room = count - items.length;
      if (room > 0 && skip < size) {
        const filled = run.sources.filter((_, at) => sizes[at] !== 0);
        items.push(...(await this.merged({ ...run, sources: filled }, skip, room)));
      }
      total += size;
      skip = Math.max(0, skip - size);
    }
    return { total, items };
  }

  /** RFC 9865. What is created or deleted during a walk shifts no place, as a place is not a number. */
  async byCursor(place: CursorPlace | undefined, count: number): Promise<CursorPage> {
    const position = place && { id: this.idPrefix + place.id, values: place.values };
    const from = place && position && { run: place.run, position };
    const backwards = place?.backwards === true;
    const { items, more } = await this.from(from, count, backwards);
    // Everything in front has been deleted: the first page is what is left of it.
    if (backwards && items.length === 0) return this.byCursor(undefined, count);
    if (backwards) items.reverse();
    const total = place?.total ?? (more ? await this.total() : items.length);
    const [first, last] = [items[0], items.at(-1)];
    const hasNext = backwards || more;
    const hasPrevious = backwards ? more : place !== undefined;
    return {
      total,
      items: items.map(({ item }) => item),
      next: hasNext && last ? this.cursorPlace(this.placeOf(last.run, last.item), false, total) : undefined,
      previous: hasPrevious && first ? this.cursorPlace(this.placeOf(first.run, first.item), true, total) : undefined,
    };
  }

  private async ofOneRun(run: Run, skip: number, count: number): Promise<IndexPage> {
    const items = count === 0 ? [] : await this.merged(run, skip, count);
    // A page that is not full shows where the end is; counting is for the others.
    const seen = items.length > 0 || skip === 0;
    if (seen && count > 0 && items.length < count) return { total: skip + items.length, items };
    return { total: await this.total(), items };
  }

  private async total(): Promise<number> {
    let total = 0;
    for (const source of this.plan.sources) total += await this.count(source);
    return total;
  }

  private count({ type, filter }: Source): Promise<number> {
    return this.readModels.count(type.collection.name, filter, this.budget);
  }

  /** Up to `count` items from a place on, run by run, and whether there are more. */
  private async from(place: Place | undefined, count: number, backwards: boolean) {
    const { runs } = this.plan;
    const step = backwards ? -1 : 1;
    const items: { run: number; item: ListedItem }[] = [];
    for (let at = place?.run ?? 0; at >= 0 && at < runs.length && items.length <= count; at += step) {
      const run = runs[at];
      if (!run) break;
      const after = at === place?.run ? place.position : undefined;
      const ordered = backwards ? { ...run, sort: reversed(run.sort) } : run;
      // One more than the page tells whether another follows.
      const found = await this.merged(ordered, 0, count + 1 - items.length, after);
      items.push(...found.map((item) => ({ run: at, item })));
    }
    return { items: items.slice(0, count), more: items.length > count };
  }

  private async merged(run: Run, skip: number, limit: number, after?: SortPosition): Promise<ListedItem[]> {
    const { sources, key } = run;
    const [only, second] = sources;
    // What is not said is quicker to read: the order of ids is the engine's own.
    const sort = key !== undefined || directionOf(run.sort) < 0 ? { sort: run.sort } : {};
    const fields = key === undefined ? DESCRIBED_FIELDS : SORTED_FIELDS;
    const find = async ({ type, filter }: Source, page: { skip: number; limit: number }): Promise<ListedItem[]> => {
      const query = { filter, ...sort, ...page, ...(after && { after }), fields, budget: this.budget };
      const found = await this.readModels.find<ListedDocument>(type.collection.name, query);
      return found.map((document) => ({ type, document }));
    };
    if (!only) return [];
    if (!second) return find(only, { skip, limit });
    if (skip + limit > MAX_MERGED) {
      throw new ScimError(
        'tooMany',
        `A sorted list of several resource types ends at ${MAX_MERGED} when paged by startIndex; use a cursor, or ask for one type.`,
      );
    }
    const items: ListedItem[] = [];
    for (const source of sources) items.push(...(await find(source, { skip: 0, limit: skip + limit })));
    return items.sort(byRun(run)).slice(skip, skip + limit);
  }

  private placeOf(run: number, { document }: ListedItem): Place {
    const key = this.plan.runs[run]?.key;
    return { run, position: { id: document._id, values: key === undefined ? [] : [valueAt(document, key)] } };
  }

  private cursorPlace({ run, position }: Place, backwards: boolean, total: number): CursorPlace {
    return { run, id: position.id.slice(this.idPrefix.length), values: position.values, backwards, total };
  }
}

function byRun({ key, sort }: Run): (a: ListedItem, b: ListedItem) => number {
  const direction = directionOf(sort);
  return ({ document: a }, { document: b }) => {
    const order = key === undefined ? 0 : compareValues(valueAt(a, key), valueAt(b, key));
    return (order || compareText(a._id, b._id)) * direction;
  };
}

const directionOf = (sort: Sort): 1 | -1 => Object.values(sort)[0] ?? 1;

type Value = SortPosition['values'][number];

/** Values of one attribute are of one type. */
function compareValues(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return Number(a) - Number(b);
}

/** The one value that a sort's path leads to. */
function valueAt(document: ListedDocument, path: string): Value {
  let value: unknown = document;
  for (const part of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[part] : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
