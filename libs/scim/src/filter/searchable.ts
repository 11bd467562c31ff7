import { caseFold, foldUserName } from '../resource/fold-user-name.js';
import type { AttributeDefinition } from '../schema/schema.types.js';

export type Scalar = string | number | boolean;

/** xsd:dateTime (RFC 7643 §2.3.5); without a zone it is UTC, without a time midnight. */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[Tt](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?([Zz]|[+-]\d{2}:?\d{2})?)?$/;

/** The canonical form itself, which what we record has; dates are dear, and this is asked for each write. */
const CANONICAL =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * The instant in UTC with milliseconds, a form whose texts sort as the instants do; undefined when `text` is no
 * dateTime between the years 0000 and 9999. What is finer than a millisecond is cut off.
 */
export function canonicalInstant(text: string): string | undefined {
  if (CANONICAL.test(text)) return text;
  const parts = DATE_TIME.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = parts;
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  if (Number(day) > 28 && Number(day) > daysIn(Number(year), Number(month))) return undefined;
  // A leap second is the first moment of the next minute, as POSIX counts.
  const [shown, extra] = second === '60' ? ['59', 1000] : [second, 0];
  const instant = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${shown}.${milliseconds}${offset}`) + extra;
  if (Number.isNaN(instant)) return undefined;
  const canonical = new Date(instant).toISOString();
  return canonical.length === 24 ? canonical : undefined;
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/**
 * Text in the form it is searched in: folded where the attribute does not regard case (as if `caseExact` were false
 * for attributes that no schema knows), an instant where it is a dateTime, as it is otherwise.
 */
export function foldText(definition: AttributeDefinition | undefined, text: string): string {
  if (!definition) return caseFold(text);
  switch (definition.type) {
    case 'dateTime':
      return canonicalInstant(text) ?? text;
    case 'binary':
      return text;
    default:
      if (definition.caseExact) return text;
      return isUserName(definition) ? foldUserName(text) : caseFold(text);
  }
}

/** A stored value in the form it is searched in. */
export function searchable(definition: AttributeDefinition | undefined, value: Scalar): Scalar {
  return typeof value === 'string' ? foldText(definition, value) : value;
}

const isUserName = (definition: AttributeDefinition): boolean =>
  definition.name === 'userName' && definition.uniqueness === 'server';

/** Order of texts by code points, which is also that of their UTF-8 bytes and so the order of databases. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [left, right] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond all that one unit can hold. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);
