import { END } from './key-encoding.js';
import { Segments } from './segments.js';
import type { KeyDatabase, Snapshot, Storage, TextDatabase } from './storage.js';

/** Values of the first field whose counts stay in memory; past that all are dropped and read again when asked for. */
const MAX_VALUES_HELD = 10_000;

/** The segments of a counted index, by value of its first field: those readers see, and those of a coming transaction. */
export class SegmentCounts {
  readonly #seen = new Map<string, Segments>();
  #drafts = new Map<string, Segments>();
  #emptied = false;

  constructor(
    private readonly storage: Storage,
    readonly counts: TextDatabase,
    private readonly keys: KeyDatabase,
    private readonly segmentSize: number,
  ) {}

  /** As of that snapshot, which may be one transaction ahead of what `settle` was told. */
  at(value: string, snapshot: Snapshot): Segments {
    const ahead = this.storage.sequenceIn(snapshot) - this.storage.sequence;
    const draft = ahead === 1 ? this.#drafts.get(value) : undefined;
    if (draft) return draft;
    if (ahead === 0) return this.#current(value, snapshot);
    return Segments.load(value, this.counts, this.keys, snapshot, this.segmentSize);
  }

  add(key: string): void {
    this.#draft(key.slice(0, key.indexOf(END) + END.length)).add(key);
  }

  remove(key: string): void {
    this.#draft(key.slice(0, key.indexOf(END) + END.length)).remove(key);
  }

  /** Drafts the splitting of segments grown too long; false when there are none. */
  split(): boolean {
    const oversized = [...this.#seen].filter(([, segments]) => segments.oversized);
    for (const [value] of oversized) this.#draft(value).split(this.keys);
    return oversized.length > 0;
  }

  /** What the transaction must store: a start and its count, or undefined to remove it. */
  *changes(): Iterable<readonly [start: string, count: string | undefined]> {
    for (const draft of this.#drafts.values()) {
      for (const [start, count] of draft.changes) yield [start, count ? String(count) : undefined];
    }
  }

  /**
   * Drafts are what readers see from now on.
   * @returns whether some segment should be split
   */
  settle(): boolean {
    let oversized = false;
    if (this.#emptied) this.#seen.clear();
    this.#emptied = false;
    for (const [value, draft] of this.#drafts) {
      this.#keep(value, draft);
      oversized ||= draft.oversized;
    }
    this.#drafts = new Map();
    return oversized;
  }

  /** The coming transaction removes all entries and counts. */
  empty(): void {
    this.#emptied = true;
  }

  /** After a failed transaction: the file alone knows. */
  forget(): void {
    this.#seen.clear();
    this.#drafts = new Map();
  }

  #current(value: string, snapshot?: Snapshot): Segments {
    const held = this.#seen.get(value);
    if (held) return held;
    const loaded = Segments.load(value, this.counts, this.keys, snapshot, this.segmentSize);
    this.#keep(value, loaded);
    return loaded;
  }

  #draft(value: string): Segments {
    let draft = this.#drafts.get(value);
    if (!draft) {
      draft = this.#current(value).draft();
      this.#drafts.set(value, draft);
    }
    return draft;
  }

  #keep(value: string, segments: Segments): void {
    if (this.#seen.size >= MAX_VALUES_HELD) this.#seen.clear();
    this.#seen.set(value, segments);
  }
}
