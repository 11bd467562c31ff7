import type { Document, Filter, Query } from '../read-models.port.js';
import type { Collection } from './collection.js';
import { conditionsOf } from './conditions.js';
import { compileFilter, type CompiledFilter } from './filter-evaluation.js';
import { isUsableId } from './key-encoding.js';
import type { Pace } from './pace.js';
import { planQuery, type KeyRange, type Plan } from './query-planner.js';
import { SortedPage } from './sorted-page.js';
import type { KeyDatabase, Snapshot, TextDatabase } from './storage.js';
import { decodeDocument } from './document-codec.js';

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

/** One query over one snapshot, in slices. A document is read only if its entry does not say enough. */
export class QueryRun {
  /** Nothing was awaited yet, so lmdb's current read transaction is the snapshot, and cheaper to use. */
  #first = true;

  constructor(
    private readonly collection: Collection,
    private readonly snapshot: Snapshot,
    private readonly pace: Pace,
  ) {}

  async find<T extends Document>(query: Query): Promise<T[]> {
    const plan = planQuery(this.collection, conditionsOf(query.filter), query.sort);
    const matches = plan.exact ? undefined : compileFilter(query.filter);
    const skip = query.skip ?? 0;
    const limit = query.limit ?? Infinity;
    if (limit <= 0) return [];
    return (await (plan.order
      ? this.#findInOrder(plan, matches, query, skip, limit)
      : this.#findAndSort(plan, matches, query, skip, limit))) as T[];
  }

  async count(filter: Filter): Promise<number> {
    const plan = planQuery(this.collection, conditionsOf(filter), undefined);
    if (plan.exact && plan.whole !== undefined) return this.#segments(plan.whole, plan).total();
    let count = 0;
    if (plan.exact && plan.distinct) {
      for (const range of plan.ranges) count += (await this.#passOver(plan, range, Infinity)).passed;
      return count;
    }
    const matches = plan.exact ? undefined : compileFilter(filter);
    for (const found of this.#entries(plan, plan.ranges)) {
      if (!matches || matches(this.#read(found))) count++;
      if (this.pace.due()) await this.#rest();
    }
    return count;
  }

  async #findInOrder(
    plan: Plan,
    matches: CompiledFilter | undefined,
    { fields }: Query,
    skip: number,
    limit: number,
  ): Promise<Document[]> {
    const documents: Document[] = [];
    const rest = plan.exact && plan.distinct && skip > 0 ? await this.#skip(plan, skip) : { ranges: plan.ranges, skip };
    let passed = 0;
    for (const found of this.#entries(plan, rest.ranges)) {
      if (this.pace.due()) await this.#rest();
      const document = matches ? this.#read(found) : undefined;
      if (document && !matches?.(document)) continue;
      if (passed++ < rest.skip) continue;
      documents.push(document ?? this.#read(found, fields));
      if (documents.length >= limit) break;
    }
    return documents;
  }

  async #findAndSort(
    plan: Plan,
    matches: CompiledFilter | undefined,
    query: Query,
    skip: number,
    limit: number,
  ): Promise<Document[]> {
    const page = new SortedPage(query.sort, skip + limit, this.pace);
    for (const found of this.#entries(plan, plan.ranges)) {
      if (this.pace.due() || page.full) await this.#rest(page.full ? page : undefined);
      const document = matches || !page.byIdOnly ? this.#read(found) : undefined;
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

  #read({ id, json }: Found, fields?: readonly string[]): Document {
    const text = json ?? this.collection.documents.get(id, this.#reading());
    if (text === undefined)
      throw new Error(`Index of ${this.collection.name} names a document that is not there: ${id}`);
    return decodeDocument(text, fields);
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
  return json === undefined ? undefined : (decodeDocument(json, fields) as T);
}
