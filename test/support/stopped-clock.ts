const system = Date.now;
let stoppedAt: number | undefined;

// Before anything is started: parts keep the function that tells them the time.
Date.now = () => stoppedAt ?? system();

/**
 * The wall clock of this process, which stands from here to its disposal and moves when a spec says so: what expires, or
 * comes so many to a second, depends on nothing that the machine does meanwhile. Timers run on, and so does
 * `performance.now()`.
 */
export class StoppedClock implements Disposable {
  constructor() {
    if (stoppedAt !== undefined) throw new Error('the clock is stopped already');
    // In the past, and far from the next second: some things are counted by seconds.
    stoppedAt = Math.floor((system() - 500) / 1_000) * 1_000 + 500;
  }

  forward(ms: number): void {
    stoppedAt = Date.now() + ms;
  }

  /** The moment `ms` from now, as ISO 8601 has it. */
  in(ms: number): string {
    return new Date(Date.now() + ms).toISOString();
  }

  [Symbol.dispose](): void {
    stoppedAt = undefined;
  }
}
