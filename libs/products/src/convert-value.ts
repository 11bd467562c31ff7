import type { JsonValue } from '#scim';
import type { KeyType, ProductKey } from './product-profile.js';

/** Why a value cannot become what its key asks for. Says what was expected and never quotes the value. */
export class Unfit {
  constructor(readonly problem: string) {}
}

/** undefined: there is nothing in the value, it counts as unassigned (RFC 7643 §2.5). */
export type Converted = JsonValue | undefined | Unfit;
export type Convert = (value: JsonValue) => Converted;
type Literals = ProductKey['literals'];

const NOT_TEXT = new Unfit('expected text');
const NOT_EMAIL = new Unfit('expected an e-mail address');
const NOT_DATE = new Unfit('expected a date as YYYY-MM-DD');
const NOT_DECIMAL = new Unfit('expected a decimal number such as 1234.50');
const NOT_BOOLEAN = new Unfit('expected true or false');
const NOT_ADDRESS = new Unfit('expected an address');
const NOT_LIST = new Unfit('expected a list of texts');
const NOT_OBJECT = new Unfit('expected an object');

const EMAIL = /^[^\s@]+@[^\s@]+$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const TEL = /^tel:\s*/i;

/** RFC 7643 §4.1.2, without `type` and `primary`, which only serve to choose. */
export const ADDRESS_PARTS = ['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'] as const;

export function converterFor(type: KeyType, literals?: Literals): Convert {
  switch (type) {
    case 'string':
      return (value) => text(value, literals);
    case 'email':
      return (value) => mapText(text(value), (email) => (EMAIL.test(email) ? email : NOT_EMAIL));
    case 'phone':
      return (value) => mapText(text(value, ['number']), (phone) => phone.replace(TEL, '') || undefined);
    case 'date':
      return (value) => (typeof value === 'number' ? NOT_DATE : mapText(text(value), date));
    case 'decimal':
      return (value) => mapText(text(value, ['number']), (amount) => (DECIMAL.test(amount) ? amount : NOT_DECIMAL));
    case 'boolean':
      return boolean;
    case 'address':
      return address;
    case 'stringList':
      return (value) => list(Array.isArray(value) ? value : [value]);
    case 'stringOrList':
      return (value) => (Array.isArray(value) ? list(value) : text(value));
    case 'object':
      return (value) => (isEmpty(value) ? undefined : isObject(value) ? value : NOT_OBJECT);
    case 'any':
      return (value) => (typeof value === 'string' ? text(value) : isEmpty(value) ? undefined : value);
  }
}

export function isObject(value: JsonValue | undefined): value is { [name: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member of that name, whatever its case; one written exactly so goes before others. */
export function member(object: { [name: string]: JsonValue }, name: string): JsonValue | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const lower = name.toLowerCase();
  for (const candidate of Object.keys(object)) {
    if (candidate.length === name.length && candidate.toLowerCase() === lower) return object[candidate];
  }
  return undefined;
}

/** Trimmed; `{ value }` counts as its value, as elements of multi-valued attributes do (RFC 7643 §2.4). */
function text(value: JsonValue, literals?: Literals): string | undefined | Unfit {
  const inner = isObject(value) ? member(value, 'value') : value;
  if (typeof inner === 'string') return inner.trim() || undefined;
  if (inner === null || isEmpty(value)) return undefined;
  if (typeof inner === 'number' && literals?.includes('number')) return plain(inner);
  if (typeof inner === 'boolean' && literals?.includes('boolean')) return String(inner);
  return NOT_TEXT;
}

/** `[]` and `{}` are unassigned, RFC 7643 §2.5. */
function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function mapText(value: string | undefined | Unfit, then: (value: string) => Converted): Converted {
  return typeof value === 'string' ? then(value) : value;
}

/** A number in digits alone: `1e21` reads as the integer it is. Precision lost when the JSON was parsed stays lost. */
function plain(value: number): string {
  const literal = String(value);
  const exponent = literal.indexOf('e');
  if (exponent < 0) return literal;
  const sign = literal.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = literal.slice(sign.length, exponent).split('.');
  const shift = Number(literal.slice(exponent + 1));
  return shift < 0
    ? `${sign}0.${'0'.repeat(-shift - 1)}${whole}${fraction}`
    : `${sign}${whole}${fraction.padEnd(shift, '0')}`;
}

function date(value: string): Converted {
  const match = DATE.exec(value);
  if (!match) return NOT_DATE;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return day >= 1 && day <= daysIn(year, month) ? value.slice(0, 10) : NOT_DATE;
}

/** 0 for a month that does not exist, so that no day fits into it. */
function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  if (month === 4 || month === 6 || month === 9 || month === 11) return 30;
  return month >= 1 && month <= 12 ? 31 : 0;
}

function boolean(value: JsonValue): Converted {
  if (typeof value === 'boolean') return value;
  const word = text(value);
  if (typeof word !== 'string') return word === undefined ? undefined : NOT_BOOLEAN;
  const lower = word.toLowerCase();
  return lower === 'true' ? true : lower === 'false' ? false : NOT_BOOLEAN;
}

/** A bare text, and an element's `value`, are a formatted address. */
function address(value: JsonValue): Converted {
  if (!isObject(value)) {
    const formatted = text(value);
    return typeof formatted === 'string' ? { formatted } : formatted === undefined ? undefined : NOT_ADDRESS;
  }
  const result: { [part: string]: JsonValue } = {};
  for (const name of ADDRESS_PARTS) {
    const part = member(value, name) ?? (name === 'formatted' ? member(value, 'value') : undefined);
    const trimmed = part === undefined ? undefined : text(part, ['number']);
    if (typeof trimmed === 'string') result[name] = trimmed;
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

function list(values: readonly JsonValue[]): Converted {
  const result: string[] = [];
  for (const value of values) {
    const item = text(value);
    if (item instanceof Unfit) return NOT_LIST;
    if (item !== undefined) result.push(item);
  }
  return result.length === 0 ? undefined : result;
}
