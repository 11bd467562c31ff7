import type { Document, Filter, Query } from '../read-models.port.js';
import type { Collection, Index } from './collection.js';
import { conditionsOf } from './conditions.js';
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
  const texts = textsIn(filter);
  const index = texts && collection.indexes.find((one) => isPinned(one, texts));
  const prefix = index && prefixOf(index, texts);
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

/** Path → the text that must stand there. */
type Texts = Readonly<Record<string, unknown>>;

/** Undefined where the filter asks for something else. */
function textsIn(filter: Filter): Texts | undefined {
  let isPlain = true;
  for (const path in filter) isPlain &&= typeof filter[path] === 'string' && !path.startsWith('$');
  if (isPlain) return filter;
  const { list, complete } = conditionsOf(filter);
  if (!complete) return undefined;
  const texts: Record<string, string> = {};
  for (const condition of list) {
    if (condition.type !== 'equals' || condition.path in texts) return undefined;
    const [value, another] = condition.values;
    if (typeof value !== 'string' || another !== undefined) return undefined;
    texts[condition.path] = value;
  }
  return texts;
}

/** Whether the texts are one for each field of the index and nothing else. */
function isPinned({ fields }: Index, texts: Texts): boolean {
  let others = 0;
  for (const _path in texts) others++;
  return fields.length === others && fields.length > 0 && fields.every(({ path }) => texts[path] !== undefined);
}

/** What every key of a match starts with; undefined where a text is too long or too odd for a key to say all of it. */
function prefixOf({ fields }: Index, texts: Texts): string | undefined {
  let prefix = '';
  for (const { path } of fields) {
    const { key, exact } = encodeValue(texts[path]);
    if (!exact) return undefined;
    prefix += key;
  }
  return prefix;
}
