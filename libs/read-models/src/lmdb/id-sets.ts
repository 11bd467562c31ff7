import type { Filter } from '../read-models.port.js';
import type { Collection, Index } from './collection.js';
import { type Condition, conditionsOf, literalPrefix } from './conditions.js';
import { isRecord } from './document-paths.js';
import { encodeValue, textInKey } from './key-encoding.js';
import { type KeyRange, planQuery, type Plan } from './query-planner.js';

/**
 * The documents that a filter can match among those that share the value of a counted field: the ones in `ids`, or,
 * `negated`, all others.
 */
export interface IdSet {
  readonly ids: ReadonlySet<string>;
  readonly negated: boolean;
  /** They all match; otherwise each must be tested. */
  readonly exact: boolean;
}

/** How keys are read; the walker sees to pauses. */
export interface KeyWalker {
  /** Adds the ids of entries in the ranges whose key `accepts`, all without it. */
  collect(
    index: Index,
    ranges: readonly KeyRange[],
    into: Set<string>,
    accepts?: (key: string) => boolean,
  ): Promise<void>;
}

/** Documents that are sooner read than ruled out by another look at an index. */
const FEW = 100;

const EVERYTHING: IdSet = { ids: new Set(), negated: true, exact: true };

/** Sets by the part of a filter they answer, as of one transaction: a page and its total ask the same. */
export type KnownSets = WeakMap<object, { readonly sequence: number; readonly set: Promise<IdSet | undefined> }>;

/**
 * Answers what ranges of one index cannot, from several indexes together: `or` and `not` by joining and turning round sets
 * of ids, patterns by looking at keys instead of documents. Only inside the value of a counted field, which bounds a set by
 * what that value has.
 */
export class IdSets {
  private constructor(
    private readonly collection: Collection,
    private readonly pinned: Condition & { type: 'equals' },
    private readonly walker: KeyWalker,
    private readonly sequence: () => number,
  ) {}

  /** Undefined: the filter binds no counted field to one value. */
  static of(collection: Collection, filter: Filter, walker: KeyWalker, sequence: () => number): IdSets | undefined {
    const pinned = conditionsOf(filter).list.find(
      (condition): condition is Condition & { type: 'equals' } =>
        condition.type === 'equals' &&
        !condition.loose &&
        condition.values.length === 1 &&
        encodeValue(condition.values[0]).exact &&
        collection.indexes.some(({ segments, fields, several }) => {
          return segments !== undefined && !several && fields.length === 1 && fields[0]?.path === condition.path;
        }),
    );
    return pinned && new IdSets(collection, pinned, walker, sequence);
  }

  /** All that the counted field's value has, in the order of `sort` if an index gives it. */
  base(sort: Parameters<typeof planQuery>[2]): Plan {
    return planQuery(this.collection, { list: [this.pinned], complete: true }, sort);
  }

  /** @returns undefined where some part of the filter that must be known is in no index */
  resolve(filter: Filter): Promise<IdSet | undefined> {
    const sequence = this.sequence();
    const known = this.collection.knownSets.get(filter);
    if (known?.sequence === sequence) return known.set;
    const set = this.#resolve(filter);
    this.collection.knownSets.set(filter, { sequence, set });
    return set;
  }

  async #resolve(filter: Filter): Promise<IdSet | undefined> {
    const entries = Object.entries(filter);
    if (entries.length === 0) return EVERYTHING;
    const parts: (IdSet | undefined)[] = [];
    for (const [key, operand] of entries) {
      if (key === '$and') parts.push(await this.#every(operand as Filter[]));
      else if (key === '$or') parts.push(await this.#any(operand as Filter[]));
      else if (key === '$nor') parts.push(turned(await this.#any(operand as Filter[])));
      else if (key.startsWith('$')) parts.push(undefined);
      else parts.push(await this.#path(key, operand));
    }
    return all(parts);
  }

  /** Conditions that ranges answer come first: where they leave few, looking at those is less work than at all keys. */
  async #every(clauses: readonly Filter[]): Promise<IdSet | undefined> {
    const quick = clauses.filter((clause) => conditionsOf(clause).complete);
    const parts: (IdSet | undefined)[] = [];
    for (const clause of [...quick, ...clauses.filter((each) => !quick.includes(each))]) {
      const known = all(parts);
      const few = known && !known.negated && known.ids.size <= FEW;
      parts.push(few ? undefined : await this.resolve(clause));
    }
    return all(parts);
  }

  async #any(clauses: readonly Filter[]): Promise<IdSet | undefined> {
    let joined: IdSet | undefined = { ids: new Set(), negated: false, exact: true };
    for (const clause of clauses) {
      const set: IdSet | undefined = await this.resolve(clause);
      joined = set && joined && either(joined, set);
      if (!joined) return undefined;
    }
    return joined;
  }

  async #path(path: string, operand: unknown): Promise<IdSet | undefined> {
    if (!isRecord(operand) || !Object.keys(operand).some((key) => key.startsWith('$'))) {
      return this.#operator(path, '$eq', operand);
    }
    const parts: (IdSet | undefined)[] = [];
    for (const [operator, value] of Object.entries(operand)) parts.push(await this.#operator(path, operator, value));
    return all(parts);
  }

  async #operator(path: string, operator: string, operand: unknown): Promise<IdSet | undefined> {
    switch (operator) {
      case '$ne':
        return turned(await this.#operator(path, '$eq', operand));
      case '$nin':
        return turned(await this.#operator(path, '$in', operand));
      case '$not':
        return turned(await this.#path(path, operand));
      case '$regex':
        return this.#pattern(path, String(operand));
      case '$elemMatch': {
        // What one element must meet, some element must: these at least, and then the document tells.
        if (!isRecord(operand)) return undefined;
        const inside = Object.entries(operand).filter(([key]) => !key.startsWith('$'));
        const parts = await Promise.all(inside.map(([key, value]) => this.#positive(`${path}.${key}`, value)));
        const joint = [operand['$and']].flatMap((clauses) => (Array.isArray(clauses) ? (clauses as Filter[]) : []));
        const more = await Promise.all(joint.map((clause) => this.#operator(path, '$elemMatch', clause)));
        const found = all([...parts, ...more]);
        return found && { ...found, exact: false };
      }
    }
    const { list, complete } = conditionsOf({ [path]: { [operator]: operand } });
    if (!complete || list.length === 0) return undefined;
    if (operator === '$eq' && path === this.pinned.path && operand === this.pinned.values[0]) return EVERYTHING;
    const plan = planQuery(this.collection, { list: [this.pinned, ...list], complete: true }, undefined);
    if (!plan.index || !plan.exact) {
      return operator === '$exists' && !operand ? turned(await this.#operator(path, '$exists', true)) : undefined;
    }
    const ids = new Set<string>();
    await this.walker.collect(plan.index, plan.ranges, ids);
    return { ids, negated: false, exact: true };
  }

  /** As `#path`, for an element: what is true of an element that lacks something says nothing of the document. */
  async #positive(path: string, operand: unknown): Promise<IdSet | undefined> {
    const set = await this.#path(path, operand);
    return set?.negated ? undefined : set;
  }

  /** Tests the texts in keys. */
  async #pattern(path: string, pattern: string): Promise<IdSet | undefined> {
    const found = this.collection.indexes.flatMap((index) => {
      const at = index.fields.findIndex((field) => field.path === path);
      const reached = at === 0 || (at === 1 && index.fields[0]?.path === this.pinned.path);
      return reached && !index.fields[at]?.inexact ? [{ index, at }] : [];
    })[0];
    if (!found) return undefined;
    const { index, at } = found;
    const start = literalPrefix(pattern);
    const condition: Condition = { type: 'prefix', path, text: start?.text ?? '', loose: start?.loose ?? true };
    const plan = planQuery(this.collection, { list: [this.pinned, condition], complete: true }, undefined);
    if (plan.index !== index) return undefined;
    const ids = new Set<string>();
    const whole = start !== undefined && !start.loose && plan.exact;
    const expression = new RegExp(pattern);
    const accepts = (key: string): boolean => {
      const text = textInKey(key, at);
      return text !== undefined && expression.test(text);
    };
    await this.walker.collect(index, plan.ranges, ids, whole ? undefined : accepts);
    return { ids, negated: false, exact: true };
  }
}

/** What is not in the set; of a set that holds too much nothing can be said. */
function turned(set: IdSet | undefined): IdSet | undefined {
  return set?.exact ? { ...set, negated: !set.negated } : undefined;
}

/** Those in all sets. A part that is not known leaves the rest to be tested. */
function all(parts: readonly (IdSet | undefined)[]): IdSet | undefined {
  let joined: IdSet | undefined;
  for (const part of parts) if (part) joined = joined ? both(joined, part) : part;
  return joined && parts.includes(undefined) ? { ...joined, exact: false } : joined;
}

function both(a: IdSet, b: IdSet): IdSet {
  const exact = a.exact && b.exact;
  if (a.negated && b.negated) return { ids: union(a.ids, b.ids), negated: true, exact };
  if (a.negated) return { ids: minus(b.ids, a.ids), negated: false, exact };
  if (b.negated) return { ids: minus(a.ids, b.ids), negated: false, exact };
  const [few, many] = a.ids.size < b.ids.size ? [a.ids, b.ids] : [b.ids, a.ids];
  return { ids: new Set([...few].filter((id) => many.has(id))), negated: false, exact };
}

function either(a: IdSet, b: IdSet): IdSet {
  const exact = a.exact && b.exact;
  const opposite = both({ ...a, negated: !a.negated }, { ...b, negated: !b.negated });
  return { ids: opposite.ids, negated: !opposite.negated, exact };
}

function union(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const joined = new Set(a);
  for (const id of b) joined.add(id);
  return joined;
}

function minus(a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> {
  if (b.size === 0) return a;
  return new Set([...a].filter((id) => !b.has(id)));
}
