import { createHash } from 'node:crypto';
import { EMPTY_ARRAY } from './document-paths.js';

/**
 * Keys are strings whose UTF-8 bytes sort as MongoDB sorts the values: for each field of the index a type tag, the value
 * and a NUL, then the document's id, which tells documents of equal values apart. An entry has no value of its own.
 */
export const TAG = {
  emptyArray: '\x02',
  null: '\x03',
  number: '\x04',
  text: '\x05',
  object: '\x06',
  array: '\x07',
  boolean: '\x08',
} as const;

/** Ends a value; smaller than any byte inside one, so that a shorter text sorts before its extensions. */
export const END = '\0';
/** Just after END: turns "everything with this value" into a range, [value + END, value + PAST_END). */
export const PAST_END = '\x01';

/**
 * Bytes of one value kept in a key. A longer value is cut and a hash added, which keeps different values apart, though
 * no longer in order. With four values and an id a key stays under lmdb's 1978 bytes.
 */
export const MAX_VALUE_BYTES = 300;
export const MAX_VALUE_FIELDS = 4;
export const MAX_ID_BYTES = 512;
/** A bound is cut a little earlier: a stored value is cut between characters, up to 3 bytes before its limit. */
const MAX_BOUND_BYTES = MAX_VALUE_BYTES - 4;
/** Escape (see `escapeText`) that no value contains, set between a cut value and its hash. */
const CUT = '\x01\x03';

export interface EncodedValue {
  /** Tag, value and END. */
  readonly key: string;
  /** False when other values share the key's order or shape, so that a hit must be checked against the document. */
  readonly exact: boolean;
}

/** Encodes a value as JSON would store it; what JSON drops counts as null. */
export function encodeValue(value: unknown): EncodedValue {
  switch (typeof value) {
    case 'string':
      return isPlain(value) ? { key: TAG.text + value + END, exact: true } : encodeText(TAG.text, value, true);
    case 'number':
      // JSON has neither NaN nor infinities and writes them as null.
      if (!Number.isFinite(value)) break;
      return { key: TAG.number + sortableHex(value) + END, exact: true };
    case 'boolean':
      return { key: TAG.boolean + (value ? '1' : '0') + END, exact: true };
    case 'object':
      if (value === null) break;
      if ('toJSON' in value && typeof value.toJSON === 'function') return encodeValue(toJson(value));
      return encodeText(Array.isArray(value) ? TAG.array : TAG.object, JSON.stringify(value), false);
    default:
      if (value === EMPTY_ARRAY) return { key: TAG.emptyArray + END, exact: true };
  }
  return { key: TAG.null + END, exact: true };
}

function toJson(value: object): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Escaped, and cut if it is long: the part of a key that any value starting with `text` also starts with. */
export function encodePrefix(text: string): EncodedValue {
  const kept = cut(text, MAX_BOUND_BYTES).replace(/\p{Surrogate}.*$/su, '');
  return { key: escapeText(kept), exact: kept === text };
}

/** Short, well formed and free of the two bytes keys are built with: nearly every value there is. */
function isPlain(text: string): boolean {
  return text.length <= MAX_VALUE_BYTES / 3 && !text.includes('\0') && !text.includes('\x01') && text.isWellFormed();
}

function encodeText(tag: string, text: string, exactIfWhole: boolean): EncodedValue {
  const kept = cut(text, MAX_VALUE_BYTES);
  if (kept === text && text.isWellFormed()) return { key: tag + escapeText(text) + END, exact: exactIfWhole };
  // Unpaired surrogates are no UTF-8: the file would hold the same replacement for each, hence the hash here as well.
  const hash = createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, 20);
  return { key: tag + escapeText(kept.toWellFormed()) + CUT + hash + END, exact: false };
}

/** Keeps the order: NUL → 01 01, 01 → 01 02, and both stay under every other character. */
function escapeText(text: string): string {
  if (!text.includes('\0') && !text.includes('\x01')) return text;
  return text.replaceAll('\x01', '\x01\x02').replaceAll('\0', '\x01\x01');
}

function cut(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    // The two bytes that escaping doubles count double.
    bytes += code < 2 ? 2 : code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > maxBytes) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

const float = new DataView(new ArrayBuffer(8));

/** 16 hex digits that sort as the numbers do: the IEEE bits with the sign flipped, negative numbers inverted. */
function sortableHex(value: number): string {
  float.setFloat64(0, value + 0); // -0 and 0 are one value
  let high = float.getUint32(0);
  let low = float.getUint32(4);
  if (high >= 0x80000000) {
    high = ~high >>> 0;
    low = ~low >>> 0;
  } else high += 0x80000000;
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}

/** First key in byte order after every key that starts with this one. 0xff occurs in no UTF-8 text. */
export function pastPrefix(prefix: string): Buffer {
  return Buffer.concat([Buffer.from(prefix), Buffer.from([0xff])]);
}

/** Id at the end of an index key with that many encoded values before it. */
export function idInKey(key: string, valueFields: number): string {
  let at = 0;
  for (let i = 0; i < valueFields; i++) at = key.indexOf(END, at) + 1;
  return key.slice(at);
}

/** The text that stands in a key behind that many other values, undefined where it is no text. Only for exact values. */
export function textInKey(key: string, before: number): string | undefined {
  let at = 0;
  for (let i = 0; i < before; i++) at = key.indexOf(END, at) + 1;
  if (key[at] !== TAG.text) return undefined;
  const text = key.slice(at + 1, key.indexOf(END, at));
  return text.includes('\x01') ? text.replaceAll('\x01\x01', '\0').replaceAll('\x01\x02', '\x01') : text;
}

/** An id must fit a key with room for values beside it. */
export function isUsableId(id: unknown): id is string {
  if (typeof id !== 'string' || id.length === 0 || id.length > MAX_ID_BYTES) return false;
  return (id.length * 3 <= MAX_ID_BYTES || Buffer.byteLength(id) <= MAX_ID_BYTES) && id.isWellFormed();
}

interface Utf8Target extends Uint8Array {
  utf8Write(text: string, offset: number): number;
  utf8Slice(start: number, end: number): string;
}

/** Writes keys straight into lmdb's instruction buffer; the native call beats a loop because keys are joined texts. */
export const textKeys = {
  writeKey(key: string | Uint8Array, target: Utf8Target, start: number): number {
    if (typeof key === 'string') return start + target.utf8Write(key, start);
    target.set(key, start);
    return start + key.length;
  },
  readKey(source: Utf8Target, start: number, end: number): string {
    return source.utf8Slice(start, end);
  },
};
