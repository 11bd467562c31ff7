import type { Document, Filter, Query, Sort } from '../read-models.port.js';
import type { Collection } from './collection.js';
import { conditionsOf } from './conditions.js';
import { compileFilter, type CompiledFilter } from './filter-evaluation.js';
import { type IdSet, IdSets, type KeyWalker } from './id-sets.js';
import { isUsableId } from './key-encoding.js';
import type { Pace } from './pace.js';
import { type KeyRange, type Plan, planQuery, rangesAfter } from './query-planner.js';
import { isById, SortedPage } from './sorted-page.js';
import type { KeyDatabase, Snapshot, TextDatabase } from './storage.js';

/**
 * Entries passed over by one native call: few at first, for the call does not notice the end of its range before it has
 * gone all the way, and at most so many as take about a millisecond.
 */
const FIRST_NATIVE_STEP = 64;
const MAX_NATIVE_STEP = 20_000;

/** A place in the plan's order; `json` where the entry is the document itself. */
interface Found {
  readonly id: string;
  readonly json: string | undefined;
}

const CURRENT = {};

/** How a query was answered, for those who want to know what it cost. */
export interface QueryCost {
  /** Name of the index that led to the documents; undefined: the documents themselves. */
  readonly index: string | undefined;
  /** Sets of ids from several indexes were put together. */
  readonly sets: boolean;
  /** Index entries gone through one by one; those counted natively are not among them. */
  readonly entries: number;
  /** Documents read in order to test or to sort them. */
  readonly examined: number;
  /** In the process for searches; what was tried here before is not counted. */
  readonly elsewhere?: boolean;
}

/** What leads to the matches: a plan or a set of ids, and a test of what they lead to. */
interface Search {
  readonly plan: Plan;
  /** Of the ids that the plan leads to, those in the set only. */
  readonly set: IdSet | undefined;
  /** The set itself is gone through, in no order, rather than the plan. */
  readonly fromSet: boolean;
  /** Undefined: all of those match. */
  readonly matches: CompiledFilter | undefined;
}

/** One query over one snapshot, in slices. A document is read only if its entry does not say enough. */
export class QueryRun {
  /** Nothing was awaited yet, so lmdb's current read transaction is the snapshot, and cheaper to use. */
  #first = true;
  #entriesSeen = 0;
  #examined = 0;

  constructor(
    private readonly collection: Collection,
    private readonly snapshot: Snapshot,
    private readonly pace: Pace,
    private readonly shared: {
      readonly sequence: () => number;
      readonly onCost: ((cost: QueryCost) => void) | undefined;
    },
  ) {}

  async find<T extends Document>(query: Query): Promise<T[]> {
    const skip = query.skip ?? 0;
    const limit = query.limit ?? Infinity;
    if (limit <= 0) return [];
    const simple = this.#byPlan(query.filter, query.sort);
    const search = simple ?? (await this.#bySets(query.filter, query.sort));
    const found = await this.#findWith(search, query, skip, limit);
    this.#tell(search);
    return found as T[];
  }

  async count(filter: Filter): Promise<number> {
    const simple = this.#byPlan(filter, undefined);
    const search = simple ?? (await this.#bySets(filter, undefined));
    const count = await this.#countWith(search);
    this.#tell(search);
    return count;
  }

  /** Undefined: the plan alone would look at everything. */
  #byPlan(filter: Filter, sort: Sort | undefined): Search | undefined {
    const plan = planQuery(this.collection, conditionsOf(filter), sort);
    if (!plan.exact && !plan.selective) return undefined;
    return { plan, set: undefined, fromSet: false, matches: plan.exact ? undefined : compileFilter(filter) };
  }

  async #bySets(filter: Filter, sort: Sort | undefined): Promise<Search> {
    const sets = IdSets.of(this.collection, filter, { collect: this.#collect }, this.shared.sequence);
    const set = await sets?.resolve(filter);
    const matches = set?.exact ? undefined : compileFilter(filter);
    if (!sets || !set) {
      return { plan: planQuery(this.collection, conditionsOf(filter), sort), set: undefined, fromSet: false, matches };
    }
    const plan = sets.base(sort);
    // A set is put in order by its ids; any other order is followed, and the set asked.
    return { plan, set, fromSet: !set.negated && (isById(sort) || !plan.order), matches };
  }

  #tell({ plan, set }: Search): void {
    const { onCost } = this.shared;
    if (!onCost) return;
    const index = plan.index?.definition.name;
    onCost({ index, sets: set !== undefined, entries: this.#entriesSeen, examined: this.#examined });
  }

  async #findWith(search: Search, query: Query, skip: number, limit: number): Promise<Document[]> {
    const { plan, fromSet } = search;
    if (!plan.order || fromSet) return this.#findAndSort(search, query, skip, limit);
    if (!query.after) return this.#findInOrder(search, query, skip, limit);
    const ranges = rangesAfter(plan, query.sort, query.after);
    if (!ranges) return this.#findAndSort(search, query, skip, limit);
    return this.#findInOrder({ ...search, plan: { ...plan, ranges, whole: undefined } }, query, skip, limit);
  }

  async #countWith(search: Search): Promise<number> {
    const { plan, set, fromSet, matches } = search;
    if (fromSet && !matches) return set?.ids.size ?? 0;
    if (!matches && plan.exact && plan.distinct) {
      // All that the set rules out lies in the plan's ranges.
      const ruledOut = set?.ids.size ?? 0;
      if (plan.whole !== undefined) return this.#segments(plan.whole, plan).total() - ruledOut;
      let count = 0;
      for (const range of plan.ranges) {
        count += (await this.#passOver(plan, range, Infinity)).passed;
        if (this.pace.due()) await this.#rest();
      }
      return count - ruledOut;
    }
    let count = 0;
    for (const found of this.#candidates(search)) {
      if (found && (!matches || matches(this.#examine(found)))) count++;
      if (this.pace.due(matches !== undefined)) await this.#rest();
    }
    return count;
  }

  async #findInOrder(search: Search, { fields }: Query, skip: number, limit: number): Promise<Document[]> {
    const { plan, set, matches } = search;
    const documents: Document[] = [];
    const skips = plan.exact && plan.distinct && !set && !matches && skip > 0;
    const rest = skips ? await this.#skip(plan, skip) : { ranges: plan.ranges, skip };
    let passed = 0;
    for (const found of this.#candidates({ ...search, plan: { ...plan, ranges: rest.ranges } })) {
      if (this.pace.due(matches !== undefined)) await this.#rest();
      if (!found) continue;
      const document = matches ? this.#examine(found) : undefined;
      if (document && !matches?.(document)) continue;
      if (passed++ < rest.skip) continue;
      documents.push(document ?? this.#read(found, fields));
      if (documents.length >= limit) break;
    }
    return documents;
  }

  async #findAndSort(search: Search, query: Query, skip: number, limit: number): Promise<Document[]> {
    const { matches } = search;
    const page = new SortedPage(query.sort, skip + limit, this.pace, query.after);
    const reads = matches !== undefined || !page.byIdOnly;
    for (const found of this.#candidates(search)) {
      if (this.pace.due(reads) || page.full) await this.#rest(page.full ? page : undefined);
      if (!found || (page.byIdOnly && !page.takes(found.id))) continue;
      const document = reads ? this.#examine(found) : undefined;
      if (!document || !matches || matches(document)) page.add(found.id, document);
    }
    const documents: Document[] = [];
    this.#first = false;
    for (const { id, document } of (await page.finish()).slice(skip)) {
      documents.push((document as Document | undefined) ?? this.#read({ id, json: undefined }, query.fields));
      if (this.pace.due()) await this.#rest();
    }
    return documents;
  }

  /** What may match; undefined in place of what a set rules out, so that callers can rest meanwhile. */
  *#candidates({ plan, set, fromSet }: Search): Iterable<Found | undefined> {
    if (set && fromSet) {
      for (const id of set.ids) yield { id, json: undefined };
      return;
    }
    for (const found of this.#entries(plan, plan.ranges)) {
      yield !set || set.ids.has(found.id) !== set.negated ? found : undefined;
    }
  }

  readonly #collect: KeyWalker['collect'] = async (index, ranges, into, accepts) => {
    for (const range of ranges) {
      for (const key of index.keys.getKeys(this.#rangeOptions(range, false))) {
        this.#entriesSeen++;
        if (!accepts || accepts(key as string)) into.add(index.idOf(key as string));
        if (this.pace.due()) await this.#rest();
      }
    }
    this.#first = false;
  };

  /** Ranges that begin `skip` matches later, and how many are still to be passed over one by one. */
  async #skip(plan: Plan, skip: number): Promise<{ ranges: readonly KeyRange[]; skip: number }> {
    const [range, second] = plan.ranges;
    if (plan.whole !== undefined) {
      const segments = this.#segments(plan.whole, plan);
      const backwards = plan.order === 'backwards';
      const place = segments.locate(backwards ? segments.total() - 1 - skip : skip);
      if (!place || !range) return { ranges: [], skip: 0 };
      const { next } = await this.#passOver(plan, { lower: place.start, upper: range.upper }, place.offset);
      if (next === undefined) return { ranges: [], skip: 0 };
      return {
        ranges: [backwards ? { lower: range.lower, upper: `${next}\0` } : { lower: next, upper: range.upper }],
        skip: 0,
      };
    }
    if (!range || second || plan.order === 'backwards') return { ranges: plan.ranges, skip };
    const { next } = await this.#passOver(plan, range, skip);
    return { ranges: next === undefined ? [] : [{ lower: next, upper: range.upper }], skip: 0 };
  }

  async #rest(page?: SortedPage): Promise<void> {
    this.#first = false;
    await (page ? page.endRun() : this.pace.rest());
  }

  #reading(): { transaction?: Snapshot } {
    return this.#first ? CURRENT : { transaction: this.snapshot };
  }

  /** Counts up to `most` entries from the range's start, natively, and tells the key after them. */
  async #passOver(plan: Plan, range: KeyRange, most: number): Promise<{ passed: number; next: string | undefined }> {
    const keys: KeyDatabase | TextDatabase = plan.index?.keys ?? this.collection.documents;
    const end = { end: range.upper as string };
    let lower = range.lower;
    let passed = 0;
    for (;;) {
      const offset = Math.min(Math.max(FIRST_NATIVE_STEP, passed), MAX_NATIVE_STEP, most - passed);
      const [next] = [...keys.getKeys({ start: lower as string, ...end, ...this.#reading(), offset, limit: 1 })];
      if (next === undefined) {
        const last = keys.getKeysCount({ start: lower as string, ...end, ...this.#reading() });
        this.#first = false;
        return { passed: passed + last, next: undefined };
      }
      passed += offset;
      if (passed >= most) {
        this.#first = false;
        return { passed, next: next as string };
      }
      lower = next as string;
      if (this.pace.overdue()) await this.#rest();
    }
  }

  *#entries(plan: Plan, ranges: readonly KeyRange[]): Iterable<Found> {
    const { index } = plan;
    const met = plan.distinct ? undefined : new Set<string>();
    for (const range of plan.order === 'backwards' ? ranges.toReversed() : ranges) {
      const options = this.#rangeOptions(range, plan.order === 'backwards');
      if (index) {
        for (const key of index.keys.getKeys(options)) {
          this.#entriesSeen++;
          const id = index.idOf(key as string);
          if (met?.has(id)) continue;
          met?.add(id);
          yield { id, json: undefined };
        }
      } else {
        for (const { key, value } of this.collection.documents.getRange(options)) {
          yield { id: key as string, json: value };
        }
      }
    }
  }

  #rangeOptions({ lower, upper }: KeyRange, backwards: boolean) {
    const [from, to] = backwards ? [upper, lower] : [lower, upper];
    return {
      start: from as string,
      end: to as string,
      ...(backwards && { reverse: true, exclusiveStart: upper !== undefined, inclusiveEnd: true }),
      ...this.#reading(),
    };
  }

  #examine(found: Found): Document {
    this.#examined++;
    return this.collection.readWhole(this.#textOf(found));
  }

  #read(found: Found, fields?: readonly string[]): Document {
    return this.collection.read(this.#textOf(found), fields);
  }

  #textOf({ id, json }: Found): string {
    const text = json ?? this.collection.documents.get(id, this.#reading());
    if (text === undefined)
      throw new Error(`Index of ${this.collection.name} names a document that is not there: ${id}`);
    return text;
  }

  #segments(value: string, { index }: Plan) {
    if (!index?.segments) throw new Error('Only a counted index has segments');
    return index.segments.at(value, this.snapshot);
  }
}

export function readDocument<T extends Document>(
  collection: Collection,
  id: string,
  fields?: readonly string[],
): T | undefined {
  if (!isUsableId(id)) return undefined;
  const json = collection.documents.get(id);
  return json === undefined ? undefined : (collection.read(json, fields) as T);
}
