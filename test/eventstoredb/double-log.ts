import {
  closeSync,
  existsSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** One record of the log. `position` is both commit and prepare position, as for every append over gRPC. */
export interface LogRecord {
  /** Bytes before it in the log: strictly increasing, with holes between records. */
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
  /** When it was recorded, ms since the epoch. */
  readonly created: number;
}

export type ProposedRecord = Pick<LogRecord, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;

/** What the writer expects of the stream. */
export type Expected = bigint | 'noStream' | 'any' | 'streamExists';

export type AppendOutcome =
  | { readonly kind: 'written'; readonly revision: bigint; readonly position: bigint }
  /** The stream is at `current`; undefined: it has no event. */
  | { readonly kind: 'wrongExpectedVersion'; readonly current: bigint | undefined };

interface StoredLine extends Omit<LogRecord, 'position' | 'revision' | 'data' | 'metadata'> {
  readonly data: string;
  readonly metadata: string;
}

/** Bytes that a record takes in the log beside what it carries. */
const OVERHEAD = 64n;

/**
 * The log of the double: one file of lines, one line an append, each on disk before it counts. A line that a crash cut off
 * is no append.
 */
export class DoubleLog {
  readonly records: LogRecord[] = [];
  readonly #streams = new Map<string, LogRecord[]>();
  readonly #listeners = new Set<() => void>();
  readonly #file: number;
  #end = 0n;
  #closed = false;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    const path = join(directory, 'log.ndjson');
    const text = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const whole = text.lastIndexOf(10) + 1;
    for (const line of text.toString('utf8', 0, whole).split('\n')) {
      if (line !== '') for (const stored of JSON.parse(line) as StoredLine[]) this.#add(stored);
    }
    this.#file = openSync(path, 'a+');
    if (whole < text.length) ftruncateSync(this.#file, whole);
  }

  stream(name: string): readonly LogRecord[] {
    return this.#streams.get(name) ?? [];
  }

  /** Where the next record will begin. */
  get end(): bigint {
    return this.#end;
  }

  /** Index of the first record at or after `position`. */
  indexOf(position: bigint): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.records[middle] as LogRecord).position < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** @returns how to stop listening */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * EventStoreDB's rules: what the stream is not at is refused, unless these very events, by id and in this order, stand
   * where they would have been written; then it is the first write once more.
   */
  append(stream: string, expected: Expected, proposed: readonly ProposedRecord[]): AppendOutcome {
    const existing = this.stream(stream);
    const current = BigInt(existing.length) - 1n;
    const repeated = this.#repeated(existing, expected, proposed);
    if (repeated) return { kind: 'written', revision: repeated.revision, position: repeated.position };
    const asExpected =
      expected === 'any' ||
      (expected === 'noStream' && current === -1n) ||
      (expected === 'streamExists' && current >= 0n) ||
      expected === current;
    if (!asExpected) return { kind: 'wrongExpectedVersion', current: current < 0n ? undefined : current };
    const created = Date.now();
    const lines = proposed.map((record) => ({
      ...record,
      stream,
      created,
      data: record.data.toString('base64'),
      metadata: record.metadata.toString('base64'),
    }));
    writeSync(this.#file, `${JSON.stringify(lines)}\n`);
    fdatasyncSync(this.#file);
    for (const line of lines) this.#add(line);
    const last = this.records.at(-1);
    for (const listener of [...this.#listeners]) listener();
    return { kind: 'written', revision: last?.revision ?? current, position: last?.position ?? 0n };
  }

  close(): void {
    if (!this.#closed) closeSync(this.#file);
    this.#closed = true;
  }

  #repeated(
    existing: readonly LogRecord[],
    expected: Expected,
    proposed: readonly ProposedRecord[],
  ): LogRecord | undefined {
    const [first] = proposed;
    if (!first) return undefined;
    const at =
      typeof expected === 'bigint'
        ? Number(expected) + 1
        : expected === 'noStream'
          ? 0
          : existing.findIndex(({ id }) => id === first.id);
    if (at < 0 || !proposed.every(({ id }, i) => existing[at + i]?.id === id)) return undefined;
    return existing[at + proposed.length - 1];
  }

  #add(stored: StoredLine): void {
    const data = Buffer.from(stored.data, 'base64');
    const metadata = Buffer.from(stored.metadata, 'base64');
    const inStream = this.#streams.get(stored.stream) ?? [];
    const revision = BigInt(inStream.length);
    const record = { ...stored, data, metadata, revision, position: this.#end };
    this.#end += OVERHEAD + BigInt(data.length + metadata.length + stored.stream.length);
    inStream.push(record);
    this.#streams.set(stored.stream, inStream);
    this.records.push(record);
  }
}
