import { type CompiledSort, compileSort, type Filter, type Sort } from '#read-models';
import { ScimError } from '#scim';
import type { ListQuery } from '../list-query.js';
import type { ListedType } from './listed-type.js';

/** The resources of one type that a list holds. */
export interface Source {
  readonly type: ListedType;
  readonly filter: Filter;
}

/** A stretch of a list that is read in one order; with several sources they are merged by it. */
export interface Run {
  readonly sources: readonly Source[];
  /** Ends with `_id`. */
  readonly sort: Sort;
  /** Path that `sort` begins with; undefined: by `_id` alone. */
  readonly key: string | undefined;
}

/** A list: its runs stand one behind the other, and its sources together are all it holds. */
export interface ListPlan {
  readonly sources: readonly Source[];
  readonly runs: readonly Run[];
}

const BY_ID: Sort = { _id: 1 };

/**
 * Lays a list out. Unsorted, types stand one behind the other, each in the order of creation. Sorted, resources that have a
 * value are merged whatever their type, and the others stand behind them ascending, in front of them descending (RFC 7644
 * §3.4.2.3); a type whose schema does not know the attribute has no value in a list of several types.
 * @throws ScimError what `compileSort` throws; `invalidValue` for a cursor over values that no schema describes
 */
export function layOut(sources: readonly Source[], query: ListQuery): ListPlan {
  const { sortBy, sortOrder } = query;
  if (sortBy === undefined) return { sources, runs: sources.map((source) => inIdOrder(source.type, source.filter)) };
  const compiled = sources.map((source) => ({
    source,
    order: compileSort(sortBy, sortOrder, source.type.model, { byDocumentId: true }),
  }));
  const known = compiled.filter(({ order }) => !order.isUnknown);
  const sortable = known.length > 0 ? known : compiled;
  const [first] = sortable;
  if (!first) return { sources, runs: [] };
  if (query.cursor !== undefined && first.order.isUnknown) {
    const detail = `No schema describes ${first.order.attribute}, so a list sorted by it is paged by startIndex, not by cursor.`;
    throw new ScimError('invalidValue', detail);
  }
  const present = sortable.map(({ source, order }) => narrowed(source, order.present));
  const missing = compiled.flatMap(({ source, order }) =>
    sortable.some((other) => other.source === source)
      ? order.always
        ? []
        : [inIdOrder(source.type, narrowed(source, order.missing).filter)]
      : [inIdOrder(source.type, source.filter)],
  );
  const run: Run = { sources: present, sort: first.order.sort, key: keyOf(first.order) };
  return { sources, runs: sortOrder === 'ascending' ? [run, ...missing] : [...missing, run] };
}

const inIdOrder = (type: ListedType, filter: Filter): Run => ({
  sources: [{ type, filter }],
  sort: BY_ID,
  key: undefined,
});

const narrowed = ({ type, filter }: Source, more: Filter): Source => ({
  type,
  filter: Object.keys(more).length === 0 ? filter : { $and: [filter, more] },
});

function keyOf({ sort }: CompiledSort): string | undefined {
  const [path] = Object.keys(sort);
  return path === '_id' ? undefined : path;
}

/** The order read from its end. */
export const reversed = (sort: Sort): Sort =>
  Object.fromEntries(Object.entries(sort).map(([path, direction]) => [path, direction === 1 ? -1 : 1]));
