/** Pauses between attempts: `initialMs`, doubling up to `maxMs`. */
export interface RetryOptions {
  readonly initialMs: number;
  readonly maxMs: number;
}

export const DEFAULT_RETRY: RetryOptions = { initialMs: 100, maxMs: 5000 };

/** Counts failures in a row and waits accordingly. */
export class BackOff {
  #failures = 0;

  constructor(private readonly options: RetryOptions = DEFAULT_RETRY) {}

  get failures(): number {
    return this.#failures;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** Waits for the pause that is due, or until `signal` aborts; never rejects. */
  wait(signal: AbortSignal): Promise<void> {
    const { initialMs, maxMs } = this.options;
    const pause = Math.min(initialMs * 2 ** Math.min(this.#failures, 30), maxMs);
    this.#failures += 1;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, pause);
      signal.addEventListener('abort', finish);
    });
  }
}
