import { compileSort, type QueryTooCostly, unindexedAttributes } from '#read-models';
import { type FilterNode, ScimError } from '#scim';
import type { ListedType } from './listed-type.js';

/** RFC 7644 §3.12 `tooMany`, with what an admin can do: ask by an attribute that is indexed, or have the bound raised. */
export function tooCostly(
  types: readonly ListedType[],
  nodes: ReadonlyMap<ListedType, FilterNode | undefined>,
  sortBy: string | undefined,
  searchMs: number,
  cause: QueryTooCostly,
): ScimError {
  const slow = new Set<string>();
  for (const type of types) {
    const node = nodes.get(type);
    for (const attribute of node ? unindexedAttributes(node, type.collection) : []) slow.add(attribute);
    if (sortBy === undefined) continue;
    const { sort, attribute } = compileSort(sortBy, 'ascending', type.model, { byDocumentId: true });
    const [key] = Object.keys(sort);
    const indexed = key === '_id' || type.collection.indexes.some(({ fields }) => fields.includes(key ?? ''));
    if (!indexed) slow.add(attribute);
  }
  const names = [...slow];
  const isAre = names.length === 1 ? 'is' : 'are';
  const why = names.length === 0 ? '' : `, because ${names.join(', ')} ${isAre} not indexed`;
  const indexed = [...new Set(types.flatMap((type) => type.indexed))].join(', ');
  return new ScimError(
    'tooMany',
    `This search would have to look at too many resources one by one${why}. Join the filter by "and" with a condition ` +
      `on one of ${indexed}; or have the service's operator raise LIST_SEARCH_MS, now ${searchMs}.`,
    { cause },
  );
}
