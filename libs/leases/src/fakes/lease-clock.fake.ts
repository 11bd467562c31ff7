import type { LeaseClock } from '../lease-clock.js';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Time that passes when a spec says so. */
export class FakeLeaseClock implements LeaseClock {
  #now = 0;
  #sleepers: Sleeper[] = [];

  /** @param settle resolves when all that was set off by a step of time is done */
  constructor(private readonly settle: () => Promise<void>) {}

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { until: this.#now + ms, wake };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', wake);
    });
  }

  /** Lets `ms` pass in steps of 100 ms, each done with before the next. */
  async pass(ms: number): Promise<void> {
    await this.settle();
    const end = this.#now + ms;
    while (this.#now < end) {
      this.#now = Math.min(end, this.#now + 100);
      for (const { until, wake } of this.#sleepers) if (until <= this.#now) wake();
      await this.settle();
    }
  }
}
