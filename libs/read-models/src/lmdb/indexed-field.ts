import { isRecord, keyValuesAt, memberOf, type PathParts } from './document-paths.js';
import { encodeValue, END, TAG } from './key-encoding.js';
import type { Document } from '../read-models.port.js';

/** Key of null; only that of an empty list is smaller. */
const NULL_KEY = TAG.null + END;

/** What was seen at a path, ever; it only grows, and each bit only takes an optimisation away. */
export const SEEN_SEVERAL_VALUES = 1;
export const SEEN_INEXACT_VALUE = 2;
export const SEEN_NULL = 4;

/** Under which name what was seen in a collection is stored. */
export const seenValue = (collection: string): string => `seen/${collection}`;

type StoredSeen = { readonly nulls: true; readonly fields: Readonly<Record<string, number>> };

export function writeSeen(fields: Readonly<Record<string, number>>): string {
  return JSON.stringify({ nulls: true, fields } satisfies StoredSeen);
}

/** @returns bits by path; what was stored before nulls were noted may have them anywhere */
export function readSeen(text: string | undefined): (path: string) => number {
  if (text === undefined) return () => 0;
  const stored = JSON.parse(text) as StoredSeen | Readonly<Record<string, number>>;
  if (stored['nulls'] === true) return (path) => (stored as StoredSeen).fields[path] ?? 0;
  return (path) => ((stored as Readonly<Record<string, number>>)[path] ?? 0) | SEEN_NULL;
}

/** A path that indexes of a collection cover. Its value is encoded once per document, whatever the number of indexes. */
export class IndexedField {
  readonly #parts: PathParts;
  /** The last plain text and its key: documents of one batch are mostly of one tenant. */
  #lastText: string | undefined;
  #lastKey = '';
  seen: number;

  constructor(
    readonly path: string,
    seen: number,
  ) {
    this.#parts = path.split('.');
    this.seen = seen;
  }

  /** Some document has several values here: an entry tells of one of them only, and a range may meet a document twice. */
  get several(): boolean {
    return (this.seen & SEEN_SEVERAL_VALUES) !== 0;
  }

  /** Some entries stand for more than one value, or out of order. */
  get inexact(): boolean {
    return (this.seen & SEEN_INEXACT_VALUE) !== 0;
  }

  /** Some document has null or an empty list here, which entries do not tell from there being nothing. */
  get nullable(): boolean {
    return (this.seen & SEEN_NULL) !== 0;
  }

  /** Encoded values of the document: one, or the distinct ones of several. */
  encode(document: Document): string | readonly string[] {
    let value: unknown = document;
    for (const part of this.#parts) {
      if (!isRecord(value)) return Array.isArray(value) ? this.#encodeSeveral(document) : this.#encodeOne(undefined);
      value = memberOf(value, part);
    }
    return Array.isArray(value) ? this.#encodeSeveral(document) : this.#encodeOne(value);
  }

  #encodeOne(value: unknown): string {
    if (typeof value === 'string' && value === this.#lastText) return this.#lastKey;
    const { key, exact } = encodeValue(value);
    if (!exact) this.seen |= SEEN_INEXACT_VALUE;
    else if (typeof value === 'string') {
      this.#lastText = value;
      this.#lastKey = key;
    } else if (value !== undefined && key <= NULL_KEY) this.seen |= SEEN_NULL;
    return key;
  }

  #encodeSeveral(document: Document): string | readonly string[] {
    const values = keyValuesAt(document, this.#parts);
    if (values.length === 1) return this.#encodeOne(values[0]);
    const keys = [...new Set(values.map((value) => this.#encodeOne(value)))];
    if (keys.length > 1) this.seen |= SEEN_SEVERAL_VALUES;
    return keys;
  }
}
