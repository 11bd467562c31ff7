import { isISO8601 } from 'class-validator';

/** A date, and a time and zone that may be missing. */
const DATE_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(?:(Z)|([+-]\d\d)(?::?(\d\d))?)?)?$/;
const UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * A date and time as the log writes it, `2027-01-31T08:00:00.000Z`, of one of ISO 8601: without a zone it is UTC, without a time
 * midnight. What is none is given back as it came, and {@link isUtc} says so: days of the year and weeks, too, which ISO 8601 has.
 */
export function toUtc(value: unknown): unknown {
  // The calendar's own rules, such as those of February, are the library's business.
  if (typeof value !== 'string' || !isISO8601(value, { strict: true })) return value;
  const parts = DATE_TIME.exec(value);
  if (!parts) return value;
  const [, date = '', time = '00:00', , hours, minutes = '00'] = parts;
  const zone = hours === undefined ? 'Z' : `${hours}:${minutes}`;
  const at = Date.parse(`${date}T${time.replace(',', '.')}${zone}`);
  const text = Number.isNaN(at) ? '' : new Date(at).toISOString();
  return UTC.test(text) ? text : value;
}

/** Whether {@link toUtc} has made it. */
export const isUtc = (value: unknown): value is string => typeof value === 'string' && UTC.test(value);
