import type { Document, Query } from '../read-models.port.js';
import type { Collection, Index } from './collection.js';
import { type Condition, conditionsOf } from './conditions.js';
import { encodeValue } from './key-encoding.js';
import { rangeUnder } from './query-planner.js';

/** Matches found in one go; where there are more, the query runs in slices like any other. */
const MAX_MATCHES = 16;

/**
 * Answers the query that names one text for every field of an index, which is what an IdP's look-up comes down to:
 * without choosing between plans, without a snapshot, for it is over before anybody can write.
 * @returns the documents as `QueryRun.find` gives them; undefined where the query is another one or finds many
 */
export function findPinned<T extends Document>(collection: Collection, query: Query): T[] | undefined {
  const { filter, sort, after, skip = 0, limit = Infinity, fields } = query;
  if (sort || after || skip > 0 || limit <= 0) return undefined;
  const { list, complete } = conditionsOf(filter);
  const index = complete ? collection.indexes.find((one) => isPinned(one, list)) : undefined;
  const prefix = index && prefixOf(index, list);
  if (prefix === undefined) return undefined;
  const { lower, upper } = rangeUnder(prefix);
  const found: T[] = [];
  let seen = 0;
  for (const key of index!.keys.getKeys({ start: lower as string, end: upper as string, limit: MAX_MATCHES + 1 })) {
    if (++seen > MAX_MATCHES && found.length < limit) return undefined;
    if (found.length >= limit) break;
    const text = collection.documents.get(index!.idOf(key as string));
    if (text === undefined) throw new Error(`Index of ${collection.name} names a document that is not there`);
    found.push(collection.read(text, fields) as T);
  }
  return found;
}

/** Whether the conditions are one for each field of the index and nothing else. */
function isPinned({ fields }: Index, list: readonly Condition[]): boolean {
  return (
    fields.length === list.length && fields.length > 0 && fields.every(({ path }) => textFor(path, list) !== undefined)
  );
}

/** What every key of a match starts with; undefined where a text is too long or too odd for a key to say all of it. */
function prefixOf({ fields }: Index, list: readonly Condition[]): string | undefined {
  let prefix = '';
  for (const { path } of fields) {
    const { key, exact } = encodeValue(textFor(path, list));
    if (!exact) return undefined;
    prefix += key;
  }
  return prefix;
}

function textFor(path: string, list: readonly Condition[]): string | undefined {
  for (const condition of list) {
    if (condition.path !== path || condition.type !== 'equals') continue;
    const [value, another] = condition.values;
    return typeof value === 'string' && another === undefined ? value : undefined;
  }
  return undefined;
}
