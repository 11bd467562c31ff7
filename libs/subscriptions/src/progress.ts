/** How late a timed-out waiter may be told, in ms: the price of one timer for all of them. */
const TIMER_GRAIN_MS = 20;

interface Waiter {
  readonly position: bigint;
  /** Monotonic, in ms. */
  readonly deadline: number;
  readonly resolve: (passed: boolean) => void;
}

/** How far a reader of the log has come, for those who wait to see their own write. */
export interface Progress {
  /** Everything up to here is visible; undefined before the first. */
  readonly current: bigint | undefined;
  /** Resolves to true once `position` is visible, to false when that takes longer than `timeoutMs`. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean>;
}

const PASSED = Promise.resolve(true);

/**
 * Progress that is told how far the reader is. The waiters stand in a heap by position, which costs next to nothing
 * where positions come in order, as those of writers do; one timer serves all of them.
 */
export class ProgressTracker implements Progress, Disposable {
  #current: bigint | undefined;
  /** Binary min-heap by position. */
  #heap: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #disposed = false;

  /** @param onWait told of each position that somebody begins to wait for */
  constructor(private readonly onWait: (position: bigint) => void = () => undefined) {}

  get current(): bigint | undefined {
    return this.#current;
  }

  /** How many are waiting. */
  get waiting(): number {
    return this.#heap.length;
  }

  /** Everything up to `position` is visible. A position before the current one changes nothing. */
  passed(position: bigint): void {
    if (this.#current !== undefined && position <= this.#current) return;
    this.#current = position;
    for (let first = this.#heap[0]; first && first.position <= position; first = this.#heap[0]) {
      this.#removeFirst();
      first.resolve(true);
    }
    if (this.#heap.length === 0) this.#timer?.unref();
  }

  /** What was visible is no more, beyond `position`: it is being read anew. Undefined: nothing is visible. */
  fellBack(position: bigint | undefined): void {
    this.#current = position;
  }

  waitFor(position: bigint, timeoutMs: number): Promise<boolean> {
    if (this.#current !== undefined && position <= this.#current) return PASSED;
    if (this.#disposed) return Promise.resolve(false);
    return new Promise((resolve) => {
      const deadline = performance.now() + timeoutMs;
      this.#insert({ position, deadline, resolve });
      this.onWait(position);
      if (deadline < this.#timerAt) this.#arm(deadline);
      else if (this.#heap.length === 1) this.#timer?.ref();
    });
  }

  /** Nothing will pass any more: all who wait are told so. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const { resolve } of this.#heap) resolve(false);
    this.#heap = [];
  }

  #arm(deadline: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = deadline;
    this.#timer = setTimeout(() => this.#expire(), Math.max(0, deadline - performance.now()) + TIMER_GRAIN_MS);
  }

  /** Tells those whose time is up. Most timers find the heap changed altogether: writers rarely wait that long. */
  #expire(): void {
    this.#timer = undefined;
    this.#timerAt = Infinity;
    const now = performance.now();
    const kept: Waiter[] = [];
    let earliest = Infinity;
    for (const waiter of this.#heap) {
      if (waiter.deadline <= now) waiter.resolve(false);
      else {
        kept.push(waiter);
        earliest = Math.min(earliest, waiter.deadline);
      }
    }
    if (kept.length < this.#heap.length) {
      kept.sort((a, b) => (a.position < b.position ? -1 : 1)); // a sorted array is a heap
      this.#heap = kept;
    }
    if (earliest < Infinity) this.#arm(earliest);
  }

  #insert(waiter: Waiter): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(waiter);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || parent.position <= waiter.position) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = waiter;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const moved = heap.pop();
    if (!moved || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      const left = heap[down];
      const right = heap[down + 1];
      if (!left) break;
      let child = left;
      if (right && right.position < left.position) {
        child = right;
        down += 1;
      }
      if (child.position >= moved.position) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = moved;
  }
}
