import { STRETCH_MS, turn } from '#turns';
import { type QueryBudget, QueryTooCostly } from '../read-models.port.js';

/** Steps between two looks at the clock. */
const STEPS = 4;

/** The work takes longer than it may here. */
export class LongWork extends Error {
  override readonly name = 'LongWork';
}

/** Cuts long work into slices that leave the event loop free in between, and keeps it within its budget. */
export class Pace {
  #steps = 0;
  #lookedAt = performance.now();
  #end = this.#lookedAt + STRETCH_MS;

  /** Time of earlier stretches. */
  #spentMs = 0;

  /**
   * @param check called after each rest; throws when the work has become pointless
   * @param mostMs time after which {@link rest} throws {@link LongWork}
   */
  constructor(
    private readonly check: () => void,
    private readonly budget?: QueryBudget,
    private readonly mostMs = Infinity,
  ) {}

  /**
   * Whether it is time to `rest`; to be asked at every small step.
   * @param charged the time since the last look was spent on documents that no index vouches for
   * @throws QueryTooCostly
   */
  due(charged = false): boolean {
    if (++this.#steps % STEPS !== 0) return false;
    const now = performance.now();
    if (charged && this.budget) this.#charge(this.budget, now - this.#lookedAt);
    this.#lookedAt = now;
    return now >= this.#end;
  }

  /** The same, for steps long enough to look at the clock each time. */
  overdue(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets others run if the slice is used up. */
  async rest(): Promise<void> {
    if (!this.overdue()) return;
    this.#spentMs += STRETCH_MS;
    if (this.#spentMs > this.mostMs) throw new LongWork();
    await turn();
    this.check();
    this.#lookedAt = performance.now();
    this.#end = this.#lookedAt + STRETCH_MS;
  }

  #charge(budget: QueryBudget, ms: number): void {
    budget.leftMs -= ms;
    if (budget.leftMs < 0) throw new QueryTooCostly('The query looked at documents for longer than it may');
  }
}
