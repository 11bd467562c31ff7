import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CollectionDefinition, IndexDefinition } from '../read-models.port.js';
import { Collection, Index } from './collection.js';
import { isArrayPosition } from './document-paths.js';
import { IndexedField, readSeen, seenValue, writeSeen } from './indexed-field.js';
import { MAX_VALUE_FIELDS } from './key-encoding.js';
import { Mutations } from './mutations.js';
import { SegmentCounts } from './segment-counts.js';
import { SEGMENT_SIZE } from './segments.js';
import type { KeyDatabase, Storage, TextDatabase } from './storage.js';
import type { Writer } from './writer.js';

/** Documents indexed per transaction while an index is built. */
const BUILD_SLICE = 500;

/** Index name → what its entries were made by; another text, or none, and they are made again. */
type StoredIndexes = Readonly<Record<string, string>>;

/**
 * Opens a collection and brings its indexes to the definition: what is new or changed is built from the documents, what
 * is gone is emptied. An index counts as built only once its last entry is stored, so a crash on the way begins anew.
 * Runs alone in the writer's queue.
 */
export async function declareCollection(
  storage: Storage,
  writer: Writer,
  definition: CollectionDefinition,
  segmentSize: number,
): Promise<Collection> {
  definition.indexes.forEach((index) => checkIndex(definition.name, index));
  const collection = openCollection(storage, definition, segmentSize);
  const catalog = `indexes/${definition.name}`;
  const stored = JSON.parse(storage.value(catalog) ?? '{}') as StoredIndexes;
  const wanted = Object.fromEntries(definition.indexes.map((index) => [index.name, madeBy(index)]));
  const unbuilt = collection.indexes.filter(({ definition: { name } }) => stored[name] !== wanted[name]);
  const gone = Object.keys(stored).filter((name) => wanted[name] === undefined);
  if (unbuilt.length === 0 && gone.length === 0) return collection;

  const clearing = new Mutations();
  for (const { keys, segments } of unbuilt) clearIndex(clearing, keys, segments?.counts);
  for (const name of gone) clearIndex(clearing, ...openIndex(storage, definition.name, name));
  const kept = Object.entries(stored).filter(([name, by]) => wanted[name] === by);
  clearing.putValue(catalog, JSON.stringify(Object.fromEntries(kept)));
  await writer.commit(clearing, []);

  await build(writer, new Collection(definition.name, collection.documents, unbuilt, definition.derived));
  const finishing = new Mutations();
  finishing.putValue(catalog, JSON.stringify(wanted));
  finishing.putValue(seenValue(definition.name), writeSeen(collection.seen()));
  await writer.commit(finishing, []);
  return collection;
}

/** Everything that holds a collection's documents and entries, for a reset. */
export function databasesOf(collection: Collection): (TextDatabase | KeyDatabase)[] {
  const entries = collection.indexes.flatMap(({ keys, segments }) => (segments ? [keys, segments.counts] : [keys]));
  return [collection.documents, ...entries];
}

async function build(writer: Writer, collection: Collection): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const mutations = new Mutations();
    let last: string | undefined;
    const range = collection.documents.getRange({ start: after as string, limit: BUILD_SLICE });
    for (const { key, value } of range) {
      last = key as string;
      mutations.replaceEntries(collection, undefined, collection.entriesOf(collection.read(value)));
    }
    if (last === undefined) return;
    after = `${last}\0`;
    mutations.putCounts(collection);
    await writer.commit(mutations, [collection]);
    await nextTurn();
  }
}

/** As it stands in the file. */
export function openCollection(
  storage: Storage,
  definition: CollectionDefinition,
  segmentSize = SEGMENT_SIZE,
): Collection {
  const seen = readSeen(storage.value(seenValue(definition.name)));
  const fields = new Map<string, IndexedField>();
  const indexes = definition.indexes.map((index) => {
    const values = valueFields(index).map((path) => {
      const field = fields.get(path) ?? new IndexedField(path, seen(path));
      fields.set(path, field);
      return field;
    });
    const [keys, counts] = openIndex(storage, definition.name, index.name, index.counted);
    return new Index(index, values, keys, counts && new SegmentCounts(storage, counts, keys, segmentSize));
  });
  const documents = storage.openDocuments(`documents/${encoded(definition.name)}`);
  return new Collection(definition.name, documents, indexes, definition.derived);
}

function openIndex(
  storage: Storage,
  collection: string,
  index: string,
  counted = true,
): [keys: KeyDatabase, counts: TextDatabase | undefined] {
  const name = `${encoded(collection)}/${encoded(index)}`;
  return [storage.openKeys(`keys/${name}`), counted ? storage.openCounts(`counts/${name}`) : undefined];
}

function clearIndex(mutations: Mutations, keys: KeyDatabase, counts: TextDatabase | undefined): void {
  mutations.clear(keys);
  if (counts) mutations.clear(counts);
}

function encoded(name: string): string {
  return encodeURIComponent(name);
}

/** `_id` is unique, so fields after it would order nothing. */
function valueFields(index: IndexDefinition): readonly string[] {
  const id = index.fields.indexOf('_id');
  return id < 0 ? index.fields : index.fields.slice(0, id);
}

function madeBy(index: IndexDefinition): string {
  return JSON.stringify([index.fields, index.counted === true]);
}

function checkIndex(collection: string, index: IndexDefinition): void {
  const fields = valueFields(index);
  const fault =
    fields.length === 0 || fields.length > MAX_VALUE_FIELDS
      ? `must have 1 to ${MAX_VALUE_FIELDS} fields before _id`
      : fields.some((path) => path.split('.').some(isArrayPosition))
        ? 'must not name array positions'
        : undefined;
  if (fault) throw new TypeError(`Index ${index.name} of collection ${collection} ${fault}`);
}
