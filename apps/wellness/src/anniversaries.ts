/** A calendar day, `YYYY-MM-DD`. */
export type Day = string;

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MS = 24 * 60 * 60 * 1000;

export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The days of the week, Monday to Sunday, or of the month that `today` is in. */
export function daysOf(period: 'week' | 'month', today: Day): Day[] {
  const date = new Date(`${today}T00:00:00Z`);
  if (period === 'week') {
    const monday = date.getTime() - ((date.getUTCDay() + 6) % 7) * DAY_MS;
    return Array.from({ length: 7 }, (_, n) => dayAt(monday + n * DAY_MS));
  }
  const first = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  return Array.from({ length: (next - first) / DAY_MS }, (_, n) => dayAt(first + n * DAY_MS));
}

export interface Anniversary {
  readonly date: Day;
  /** Whole years, at least one. */
  readonly years: number;
}

/**
 * The anniversary that falls on one of the days, if one does. Who joined on 29 February has theirs on the 28th in a year
 * without a 29th.
 */
export function anniversaryIn(days: readonly Day[], joined: Day): Anniversary | undefined {
  for (const date of days) {
    const years = Number(date.slice(0, 4)) - Number(joined.slice(0, 4));
    if (years > 0 && isDayOf(date, joined.slice(5))) return { date, years };
  }
  return undefined;
}

function isDayOf(date: Day, monthDay: string): boolean {
  if (date.slice(5) === monthDay) return true;
  return monthDay === '02-29' && date.endsWith('-02-28') && !isDay(`${date.slice(0, 4)}-02-29`);
}

const dayAt = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);
