import type { Database } from 'lmdb';
import { type Place, placeBytes, readPlace } from './log-records.js';

/** An event, by its stream and revision, and where it stands in the log. */
interface Placed extends EventOfStream {
  readonly place: Place;
}

export interface EventOfStream {
  readonly stream: string;
  readonly revision: number;
}

export type StreamTable = Database<Buffer, [string, number]>;
export type MarkTable = Database<Buffer, number>;

/** Events that are gathered in memory before they go into the table. */
const GENERATION = 4096;
/** Entries put beside the events of one batch, so that no commit bears a whole generation; of a large batch, twice its events. */
const SLICE = 512;
/** Its value is the position up to which the table holds every event. */
const MARK = 0;

/**
 * Where the events of streams stand: a table, and in memory the newest events that it does not hold yet.
 *
 * Names of streams are spread all over the table, so that an entry put by itself costs a page of its own to copy, write and
 * sync. The log alone tells all that the table does, so entries need not be there when an append is answered: they are
 * gathered, sorted, and put a slice at a time beside the events of later batches; what a crash takes from memory is read
 * from the log again.
 */
export class StreamIndex {
  #young = new PlacesInMemory();
  #old: { readonly places: PlacesInMemory; readonly entries: readonly Placed[]; put: number } | undefined;

  constructor(
    private readonly table: StreamTable,
    private readonly marks: MarkTable,
  ) {}

  /** Position of the last event before which, it included, the table holds every one; undefined: it was never said. */
  get through(): number | undefined {
    const mark = this.marks.getBinaryFast(MARK);
    return mark && readPlace(mark).position;
  }

  /** Whether the table holds every event. */
  get isWhole(): boolean {
    return !this.#old && this.#young.size === 0;
  }

  /** Says that the table holds all events up to `position`; resolves once that is on disk. */
  async beginThrough(position: number): Promise<void> {
    await this.marks.put(MARK, this.#mark(position));
  }

  placeOf(stream: string, revision: number): Place | undefined {
    const held = this.#young.placeOf(stream, revision) ?? this.#old?.places.placeOf(stream, revision);
    if (held) return held;
    const bytes = this.table.getBinaryFast([stream, revision]);
    return bytes && readPlace(bytes);
  }

  /** Revision of the last event of the stream. @param greatest that a revision can be */
  headOf(stream: string, greatest: number): number | undefined {
    const held = this.#young.headOf(stream) ?? this.#old?.places.headOf(stream);
    if (held !== undefined) return held;
    const range = { start: [stream, greatest], end: [stream, 0], inclusiveEnd: true, reverse: true, limit: 1 };
    const [last] = this.table.getKeys(range);
    return last?.[1];
  }

  /** Tells of an event that is in the log, behind all told of before. */
  add(event: EventOfStream, place: Place): void {
    this.#young.add(event, place);
  }

  /**
   * Puts what is due into the table. Only inside a transaction; {@link committed} follows.
   * @param beside events that the same transaction writes
   */
  putSlice(beside: number): void {
    if (!this.#old && this.#young.size >= GENERATION) this.#age();
    if (this.#old) this.#put(this.#old.put + Math.max(SLICE, 2 * beside));
  }

  /** Puts everything into the table. Only inside a transaction; {@link committed} follows. */
  putAll(): void {
    if (this.#old) this.#put(Infinity);
    if (this.#young.size === 0) return;
    this.#age();
    this.#put(Infinity);
  }

  /** What was put can be read from the table now. */
  committed(): void {
    if (this.#old && this.#old.put >= this.#old.entries.length) this.#old = undefined;
  }

  #age(): void {
    this.#old = { places: this.#young, entries: this.#young.sorted(), put: 0 };
    this.#young = new PlacesInMemory();
  }

  #put(end: number): void {
    if (!this.#old) return;
    const { entries, places, put } = this.#old;
    const some = entries.slice(put, end);
    const values = placeBytes(some.map(({ place }) => place));
    some.forEach(({ stream, revision }, i) => void this.table.put([stream, revision], values[i] as Buffer));
    this.#old.put = put + some.length;
    if (some.length > 0 && this.#old.put === entries.length) void this.marks.put(MARK, this.#mark(places.through));
  }

  #mark(position: number): Buffer {
    const [bytes] = placeBytes([{ position, record: position }]);
    return bytes as Buffer;
  }
}

/** Of events that came one after another: those of one stream have revisions without holes. */
class PlacesInMemory {
  readonly #runs = new Map<string, { readonly first: number; readonly places: Place[] }>();
  size = 0;
  /** Position of the last one. */
  through = 0;

  add({ stream, revision }: EventOfStream, place: Place): void {
    const run = this.#runs.get(stream);
    if (run) run.places.push(place);
    else this.#runs.set(stream, { first: revision, places: [place] });
    this.size++;
    this.through = place.position;
  }

  placeOf(stream: string, revision: number): Place | undefined {
    const run = this.#runs.get(stream);
    return run?.places[revision - run.first];
  }

  headOf(stream: string): number | undefined {
    const run = this.#runs.get(stream);
    return run && run.first + run.places.length - 1;
  }

  /** Near each other in the table are near each other here; the table's own order differs where names are not ASCII. */
  sorted(): Placed[] {
    const streams = [...this.#runs.keys()].sort();
    return streams.flatMap((stream) => {
      const { first = 0, places = [] } = this.#runs.get(stream) ?? {};
      return places.map((place, i) => ({ stream, revision: first + i, place }));
    });
  }
}
