import type { Sort, SortPosition } from '../read-models.port.js';
import { keyValuesAt } from './document-paths.js';
import type { Pace } from './pace.js';
import { compareText, compareValues } from './value-order.js';

/** A match waiting for its place. Its document may be left out where the order needs only the id. */
export interface Match {
  readonly id: string;
  /** One value for each path of the sort. */
  readonly values: readonly unknown[];
  readonly document: unknown;
}

/** Matches sorted in one go, a few milliseconds of work; runs are then merged pair by pair. */
const RUN = 1024;
/** Runs kept before all but the wanted front is thrown away. */
const MAX_RUNS = 16;

/** Whether a sort asks for nothing but the order of ids. */
export const isById = (sort: Sort | undefined): boolean => (Object.keys(sort ?? {})[0] ?? '_id') === '_id';

/** Sorts matches as they come, in slices, keeping no more than the page needs and some runs besides. */
export class SortedPage {
  #run: Match[] = [];
  #runs: Match[][] = [];
  readonly #paths: readonly (readonly string[])[];
  readonly #directions: readonly (1 | -1)[];
  /** Matches up to here are left out. */
  readonly #after: Match | undefined;

  constructor(
    sort: Sort | undefined,
    /** Matches from the first to the last of the page. */
    private readonly wanted: number,
    private readonly pace: Pace,
    after?: SortPosition,
  ) {
    const entries = Object.entries(sort ?? {});
    const id = entries.findIndex(([path]) => path === '_id');
    // Ids differ, so nothing after `_id` matters.
    const used = id < 0 ? entries : entries.slice(0, id + 1);
    this.#paths = used.map(([path]) => path.split('.'));
    this.#directions = used.map(([, direction]) => direction);
    if (after) {
      let at = 0;
      const values = used.map(([path]) => (path === '_id' ? after.id : after.values[at++]));
      this.#after = { id: after.id, values, document: undefined };
    }
  }

  /** Where the order can be told from ids alone: whether the page's place is before this one. */
  takes(id: string): boolean {
    if (!this.#after) return true;
    return this.#compare({ id, values: this.#paths.map(() => id), document: undefined }, this.#after) > 0;
  }

  /** Whether the order can be told from ids alone. */
  get byIdOnly(): boolean {
    return this.#paths.every((path) => path.length === 1 && path[0] === '_id');
  }

  /** Whether `endRun` is due. */
  get full(): boolean {
    return this.#run.length >= RUN;
  }

  add(id: string, document: unknown): void {
    const values = this.byIdOnly
      ? this.#paths.map(() => id)
      : this.#paths.map((path, i) => this.#valueOf(document, path, i));
    const match = { id, values, document };
    if (this.#after && this.#compare(match, this.#after) <= 0) return;
    this.#run.push(match);
  }

  /** The matches in order, up to the wanted number. */
  async finish(): Promise<readonly Match[]> {
    await this.endRun();
    await this.#merge();
    return this.#runs[0] ?? [];
  }

  /** Sorts what was added since the last call; rests when the slice is used up. */
  async endRun(): Promise<void> {
    if (this.#run.length === 0) return;
    this.#runs.push(this.#run.sort(this.#compare).slice(0, this.wanted));
    this.#run = [];
    if (this.#runs.length >= MAX_RUNS && this.wanted < RUN * MAX_RUNS) await this.#merge();
    await this.pace.rest();
  }

  async #merge(): Promise<void> {
    while (this.#runs.length > 1) {
      const merged: Match[][] = [];
      for (let i = 0; i < this.#runs.length; i += 2) {
        const [left, right] = [this.#runs[i] ?? [], this.#runs[i + 1]];
        merged.push(right ? await this.#mergeTwo(left, right) : left);
      }
      this.#runs = merged;
    }
  }

  async #mergeTwo(left: readonly Match[], right: readonly Match[]): Promise<Match[]> {
    const merged: Match[] = [];
    let l = 0;
    let r = 0;
    while (merged.length < this.wanted) {
      const a = left[l];
      const b = right[r];
      if (a && (!b || this.#compare(a, b) < 0)) l++;
      else if (b) r++;
      else break;
      merged.push((a && (!b || this.#compare(a, b) < 0) ? a : b) as Match);
      if (this.pace.due()) await this.pace.rest();
    }
    return merged;
  }

  /** An array sorts by its smallest element, descending by its greatest. */
  #valueOf(document: unknown, path: readonly string[], at: number): unknown {
    const direction = this.#directions[at] ?? 1;
    return keyValuesAt(document, path).reduce((best, value) =>
      compareValues(value, best) * direction < 0 ? value : best,
    );
  }

  readonly #compare = (a: Match, b: Match): number => {
    for (let i = 0; i < this.#directions.length; i++) {
      const order = compareValues(a.values[i], b.values[i]);
      if (order !== 0) return order * (this.#directions[i] ?? 1);
    }
    return compareText(a.id, b.id);
  };
}
