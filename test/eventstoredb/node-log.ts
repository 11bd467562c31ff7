import type { DoubleLog, LogRecord } from './double-log.js';

/** What one node of a cluster has of the log: everything, or, while its replication is held, what it had by then. */
export class NodeLog {
  #held: number | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(readonly log: DoubleLog) {
    log.onAppend(() => this.#tell());
  }

  /** How many records there are. */
  get length(): number {
    return this.#held ?? this.log.records.length;
  }

  at(index: number): LogRecord | undefined {
    return index < this.length ? this.log.records[index] : undefined;
  }

  /** Where the next record after those that are there begins. */
  get end(): bigint {
    return this.log.records[this.length]?.position ?? this.log.end;
  }

  stream(name: string): readonly LogRecord[] {
    const records = this.log.stream(name);
    return this.#held === undefined ? records : records.filter(({ position }) => position < this.end);
  }

  /** Index of the first record at or after `position`. */
  indexOf(position: bigint): number {
    return Math.min(this.log.indexOf(position), this.length);
  }

  /** @returns how to stop listening */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Nothing of what is appended from now on comes here. */
  hold(): void {
    this.#held ??= this.log.records.length;
  }

  release(): void {
    this.#held = undefined;
    this.#tell();
  }

  #tell(): void {
    if (this.#held === undefined) for (const listener of [...this.#listeners]) listener();
  }
}
