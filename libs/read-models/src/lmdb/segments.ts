import type { TextDatabase, KeyDatabase, Snapshot } from './storage.js';
import { END, PAST_END } from './key-encoding.js';
import { compareText } from './value-order.js';

/** Entries per segment when it is opened at the end; in the middle one grows to twice that before it is split. */
export const SEGMENT_SIZE = 1024;

/**
 * Counts of the entries under one value of a counted index's first field, in runs of about a thousand: a deep page is
 * found by adding up counts, then skipping inside one run. The first run starts at the value itself, every other at its
 * first key; each is stored as (start → count) and the arrays here are a copy of that.
 */
export class Segments {
  /** Starts whose stored count must change; undefined: must go. */
  readonly changes = new Map<string, number | undefined>();

  private constructor(
    private readonly starts: string[],
    private readonly counts: number[],
    /** No key under the value is greater. */
    private greatest: string,
    private readonly size: number,
  ) {}

  /** @param value encoded first field, END included */
  static load(
    value: string,
    counts: TextDatabase,
    keys: KeyDatabase,
    snapshot: Snapshot | undefined,
    size: number,
  ): Segments {
    const transaction = snapshot ? { transaction: snapshot } : {};
    const starts: string[] = [];
    const numbers: number[] = [];
    const end = value.slice(0, -END.length) + PAST_END;
    for (const entry of counts.getRange({ start: value, end, ...transaction })) {
      starts.push(entry.key as string);
      numbers.push(Number(entry.value));
    }
    const [last] = [...keys.getKeys({ start: end, end: value, reverse: true, limit: 1, ...transaction })];
    if (starts[0] !== value) {
      starts.unshift(value);
      numbers.unshift(0);
    }
    return new Segments(starts, numbers, (last as string | undefined) ?? value, size);
  }

  /** A copy to change while readers keep to this one. */
  draft(): Segments {
    return new Segments(this.starts.slice(), this.counts.slice(), this.greatest, this.size);
  }

  total(): number {
    let total = 0;
    for (const count of this.counts) total += count;
    return total;
  }

  /** The run that holds the entry at that place (0-based): where it starts and how many of its entries come before. */
  locate(place: number): { readonly start: string; readonly offset: number } | undefined {
    let before = 0;
    for (let i = 0; i < this.counts.length; i++) {
      const count = this.counts[i] ?? 0;
      if (place < before + count) return { start: this.starts[i] ?? '', offset: place - before };
      before += count;
    }
    return undefined;
  }

  add(key: string): void {
    let at = this.starts.length - 1;
    if (compareText(key, this.greatest) > 0) {
      this.greatest = key;
      if ((this.counts[at] ?? 0) >= this.size) {
        at++;
        this.starts.push(key);
        this.counts.push(0);
      }
    } else at = this.#indexOf(key);
    this.#set(at, (this.counts[at] ?? 0) + 1);
  }

  remove(key: string): void {
    const at = this.#indexOf(key);
    const count = (this.counts[at] ?? 0) - 1;
    const before = this.counts[at - 1];
    if (before !== undefined && (count === 0 || before + count <= this.size / 2)) {
      this.changes.set(this.starts[at] ?? '', undefined);
      this.starts.splice(at, 1);
      this.counts.splice(at, 1);
      this.#set(at - 1, before + count);
    } else this.#set(at, count);
  }

  get oversized(): boolean {
    return this.counts.some((count) => count > 2 * this.size);
  }

  /** Splits runs that inserts in the middle made too long. Only on a draft of what the file holds, nothing added yet. */
  split(keys: KeyDatabase): void {
    for (let at = this.counts.length - 1; at >= 0; at--) {
      const count = this.counts[at] ?? 0;
      if (count <= 2 * this.size) continue;
      const pieces = Math.ceil(count / this.size);
      const length = Math.floor(count / pieces);
      const starts = this.#keysApart(keys, this.starts[at] ?? '', length, pieces - 1);
      const lengths = starts.map((_, i) => (i < starts.length - 1 ? length : count - length * starts.length));
      this.starts.splice(at + 1, 0, ...starts);
      this.counts.splice(at + 1, 0, ...lengths);
      starts.forEach((_, i) => this.#set(at + 1 + i, lengths[i] ?? 0));
      this.#set(at, starts.length === 0 ? count : length);
    }
  }

  /** That many keys, each `distance` entries after the one before. */
  #keysApart(keys: KeyDatabase, start: string, distance: number, howMany: number): string[] {
    const found: string[] = [];
    const end = (this.starts[0] ?? '').slice(0, -END.length) + PAST_END;
    while (found.length < howMany) {
      const from = found.at(-1) ?? start;
      const [next] = [...keys.getKeys({ start: from, end, offset: distance, limit: 1 })];
      if (next === undefined) break;
      found.push(next as string);
    }
    return found;
  }

  #set(at: number, count: number): void {
    this.counts[at] = count;
    this.changes.set(this.starts[at] ?? '', count);
  }

  /** The last run that starts at the key or before it. */
  #indexOf(key: string): number {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (compareText(this.starts[middle] ?? '', key) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
