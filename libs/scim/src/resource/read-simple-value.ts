import type { AttributeType } from '../schema/schema.types.js';
import { checkNumber, checkString, placeOf, wrongValue } from './keep-json.js';
import type { ReadValue } from './normalize-value.js';

const INTEGER = /^[+-]?\d{1,15}$/;
const DECIMAL = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** xsd:dateTime, which RFC 7643 §2.3.5 asks for: a time is needed, a zone is not. */
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?$/;

/** RFC 4648 §4 and §5; certificates come with line breaks. Each character can be read in one way only, or time would explode. */
const BASE64 = /^[A-Za-z0-9+/_\s-]*(?:=\s*){0,2}$/;
const ANYTHING = /^/;

/** Null, `""`, `[]` and `{}` all say the same: no value (RFC 7643 §2.5, and what providers make of it). */
export function isUnassigned(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (typeof value !== 'object') return false;
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0;
}

/** Reader for one value of a simple type. */
export function simpleReader(type: Exclude<AttributeType, 'complex'>, below: string, lenient: boolean): ReadValue {
  switch (type) {
    case 'string':
      return stringReader(below, lenient);
    case 'reference':
      return textReader(below, ANYTHING, 'a URI as text');
    case 'binary':
      return textReader(below, BASE64, 'Base64 text');
    case 'boolean':
      return booleanReader(below);
    case 'integer':
      return numberReader(below, INTEGER, Number.isSafeInteger, 'an integer');
    case 'decimal':
      return numberReader(below, DECIMAL, Number.isFinite, 'a number');
    case 'dateTime':
      return dateTimeReader(below);
  }
}

function stringReader(below: string, lenient: boolean): ReadValue {
  return (value, walk) => {
    if (typeof value === 'string') {
      if (value === '') return undefined;
      checkString(value, walk, below);
      return value;
    }
    if (typeof value === 'number' && Number.isFinite(value)) {
      checkNumber(value, walk, below);
      return String(value);
    }
    if (lenient && typeof value === 'boolean') return String(value);
    if (isUnassigned(value)) return undefined;
    throw wrongValue(placeOf(walk, below), value, 'a string');
  };
}

/** Reader for text of a form that no number or boolean has. */
function textReader(below: string, form: RegExp, expected: string): ReadValue {
  return (value, walk) => {
    if (typeof value === 'string' && value !== '' && form.test(value)) {
      checkString(value, walk, below);
      return value;
    }
    if (isUnassigned(value)) return undefined;
    throw wrongValue(placeOf(walk, below), value, expected);
  };
}

function booleanReader(below: string): ReadValue {
  return (value, walk) => {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string') {
      // Entra ID sends "True" and "False", OneLogin's templates "true" and "false".
      const lowerCase = value.toLowerCase();
      if (lowerCase === 'true') return true;
      if (lowerCase === 'false') return false;
    }
    if (isUnassigned(value)) return undefined;
    throw wrongValue(placeOf(walk, below), value, 'true or false');
  };
}

function numberReader(below: string, form: RegExp, fits: (n: number) => boolean, expected: string): ReadValue {
  return (value, walk) => {
    if (typeof value === 'number' && fits(value)) return value === 0 ? 0 : value;
    if (typeof value === 'string' && form.test(value)) {
      const number = Number(value);
      if (fits(number)) return number === 0 ? 0 : number;
    }
    if (isUnassigned(value)) return undefined;
    throw wrongValue(placeOf(walk, below), value, expected);
  };
}

function dateTimeReader(below: string): ReadValue {
  return (value, walk) => {
    if (typeof value === 'string' && isDateTime(value)) return value;
    if (isUnassigned(value)) return undefined;
    throw wrongValue(placeOf(walk, below), value, 'a dateTime such as 2026-01-31T08:00:00Z');
  };
}

function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  if (!match) return false;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day that the month does not have would have moved the date on.
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 61;
}
