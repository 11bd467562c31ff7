import type { Precedence, Turn } from './bulk-order.js';
import type { BulkStep } from './bulk-steps.js';

/** Hands out steps as soon as what they wait for is finished, the first of the request first. */
export class BulkSchedule {
  private readonly waiting = new Map<BulkStep, number>();
  private readonly dependents = new Map<BulkStep, BulkStep[]>();
  private readonly unfinished = new Map<Turn, number>();
  private readonly after = new Map<Turn, Turn>();
  /** In the order of the request. */
  private readonly ready: BulkStep[] = [];
  private readonly done = new Set<BulkStep>();
  private running = 0;

  constructor(
    private readonly steps: readonly BulkStep[],
    private readonly precedence: ReadonlyMap<BulkStep, Precedence>,
  ) {
    for (const step of steps) {
      const { needs, turns } = this.precedenceOf(step);
      for (const need of needs) {
        const dependents = this.dependents.get(need);
        if (dependents) dependents.push(step);
        else this.dependents.set(need, [step]);
      }
      for (const turn of turns) {
        this.unfinished.set(turn, turn.steps.size);
        if (turn.before) this.after.set(turn.before, turn);
      }
      const waits = needs.size + turns.filter(({ before }) => before).length;
      this.waiting.set(step, waits);
      if (waits === 0) this.ready.push(step);
    }
  }

  /**
   * Begins a step: the one that is wanted, or the first that may be begun.
   * @returns undefined while all must wait for one that is running, and when none is left
   */
  begin(wanted?: BulkStep): BulkStep | undefined {
    const step = wanted ?? this.ready[0] ?? (this.running === 0 ? this.deadlocked() : undefined);
    if (!step) return undefined;
    const at = this.ready.indexOf(step);
    if (at >= 0) this.ready.splice(at, 1);
    this.waiting.delete(step);
    this.running++;
    return step;
  }

  /** Whether a step that has not been begun has nothing to wait for any more. */
  isReady(step: BulkStep): boolean {
    return this.waiting.get(step) === 0;
  }

  finish(step: BulkStep): void {
    this.running--;
    this.done.add(step);
    for (const dependent of this.dependents.get(step) ?? []) this.release(dependent);
    for (const turn of this.precedenceOf(step).turns) {
      const left = (this.unfinished.get(turn) ?? 0) - 1;
      this.unfinished.set(turn, left);
      const next = left === 0 ? this.after.get(turn) : undefined;
      for (const waiting of next?.steps ?? []) this.release(waiting);
    }
  }

  private release(step: BulkStep): void {
    const waits = this.waiting.get(step);
    if (waits === undefined) return;
    this.waiting.set(step, waits - 1);
    if (waits > 1) return;
    const [first = 0] = step.operations;
    const at = this.ready.findIndex(({ operations: [other = 0] }) => other > first);
    this.ready.splice(at < 0 ? this.ready.length : at, 0, step);
  }

  /**
   * A reference forwards can contradict the order of the request: the one who refers must come before somebody else who
   * must come before the POST. The reference, without which nothing can be done, then counts for more.
   */
  private deadlocked(): BulkStep | undefined {
    return this.steps.find(
      (step) => this.waiting.has(step) && [...this.precedenceOf(step).needs].every((need) => this.done.has(need)),
    );
  }

  private precedenceOf(step: BulkStep): Precedence {
    return this.precedence.get(step) ?? { needs: new Set(), turns: [] };
  }
}

/** The order in which the steps would be carried out one at a time. */
export function inSequence(steps: readonly BulkStep[], precedence: ReadonlyMap<BulkStep, Precedence>): BulkStep[] {
  const schedule = new BulkSchedule(steps, precedence);
  const order: BulkStep[] = [];
  for (let step = schedule.begin(); step; step = schedule.begin()) {
    order.push(step);
    schedule.finish(step);
  }
  return order;
}
