import type { DerivedField, Document, IndexDefinition } from '../read-models.port.js';
import { decodeDocument } from './document-codec.js';
import type { KnownSets } from './id-sets.js';
import type { IndexedField } from './indexed-field.js';
import { idInKey } from './key-encoding.js';
import type { SegmentCounts } from './segment-counts.js';
import type { KeyDatabase, TextDatabase } from './storage.js';

/** Index keys of one document, by index of the collection: one key, or several where a field has several values. */
export type Entries = readonly (string | readonly string[])[];

/** An index as it stands in the file. Its keys end with the document's id, so `_id` among the fields ends the list. */
export class Index {
  constructor(
    readonly definition: IndexDefinition,
    /** Fields before `_id`, whose values are encoded into keys. */
    readonly fields: readonly IndexedField[],
    readonly keys: KeyDatabase,
    readonly segments: SegmentCounts | undefined,
  ) {}

  /** One document may have several entries. */
  get several(): boolean {
    return this.fields.some((field) => field.several);
  }

  idOf(key: string): string {
    return idInKey(key, this.fields.length);
  }
}

export class Collection {
  /** Place of each index's fields in `#fields`. */
  readonly #slots: readonly (readonly number[])[];
  readonly #fields: readonly IndexedField[];
  /** What parts of filters came to, for queries that ask the same again. */
  readonly knownSets: KnownSets = new WeakMap();
  /** Places of the counted indexes in `indexes`. */
  readonly counted: readonly number[];
  /** Members of the derived field that indexes look at. */
  readonly #derivedMembers: ReadonlySet<string>;

  constructor(
    readonly name: string,
    readonly documents: TextDatabase,
    readonly indexes: readonly Index[],
    readonly derived?: DerivedField,
  ) {
    this.counted = indexes.flatMap((index, at) => (index.segments ? [at] : []));
    this.#fields = [...new Set(indexes.flatMap((index) => index.fields))];
    this.#slots = indexes.map((index) => index.fields.map((field) => this.#fields.indexOf(field)));
    const under = this.#fields.map(({ path }) => path.split('.')).filter(([field]) => field === derived?.name);
    this.#derivedMembers = new Set(under.map(([, member = '']) => member));
  }

  /** @param fields as in {@link Query}; the derived field comes only where they name it */
  read(text: string, fields?: readonly string[]): Document {
    const { derived } = this;
    return derived && fields?.includes(derived.name) ? this.readWhole(text) : decodeDocument(text, fields);
  }

  /** The document and its derived field. */
  readWhole(text: string): Document {
    return withDerived(decodeDocument(text), this.derived);
  }

  entriesOf(document: Document): Entries {
    const looked =
      this.#derivedMembers.size === 0 ? document : withDerived(document, this.derived, this.#derivedMembers);
    const values = this.#fields.map((field) => field.encode(looked));
    const id = document._id;
    return this.#slots.map((slots) => {
      let keys: string | readonly string[] = '';
      for (const slot of slots) keys = append(keys, values[slot] ?? '');
      return append(keys, id);
    });
  }

  /** What was seen at each indexed path, to be stored beside the documents; see IndexedField. */
  seen(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#fields.map((field) => [field.path, field.seen]));
  }

  /** Changes whenever `seen` does. */
  seenSum(): number {
    let sum = 0;
    for (const field of this.#fields) sum += field.seen;
    return sum;
  }
}

function withDerived(document: Document, derived: DerivedField | undefined, members?: ReadonlySet<string>): Document {
  return derived ? { ...document, [derived.name]: derived.of(document, members) } : document;
}

/** Every combination, in order. */
function append(keys: string | readonly string[], values: string | readonly string[]): string | readonly string[] {
  if (typeof keys === 'string') return typeof values === 'string' ? keys + values : values.map((value) => keys + value);
  if (typeof values === 'string') return keys.map((key) => key + values);
  return keys.flatMap((key) => values.map((value) => key + value));
}
