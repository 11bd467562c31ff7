import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest stretch of work, in milliseconds, before other callers get their turn. */
const SLICE_MS = 4;
/** Steps between two looks at the clock. */
const STEPS = 16;

/** Cuts long work into slices that leave the event loop free in between. */
export class Pace {
  #steps = 0;
  #end = performance.now() + SLICE_MS;

  /** @param check called after each rest; throws when the work has become pointless */
  constructor(private readonly check: () => void) {}

  /** Whether it is time to `rest`; to be asked at every small step. */
  due(): boolean {
    return ++this.#steps % STEPS === 0 && this.overdue();
  }

  /** The same, for steps long enough to look at the clock each time. */
  overdue(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets others run if the slice is used up. */
  async rest(): Promise<void> {
    if (!this.overdue()) return;
    await nextTurn();
    this.check();
    this.#end = performance.now() + SLICE_MS;
  }
}
