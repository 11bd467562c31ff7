import { isPosition } from '#event-store';
import type { Projection } from '#projections';
import type { ReadModels } from '#read-models';
import { SILENT, type SubscriptionLog } from './failures.js';
import { type Progress, ProgressTracker } from './progress.js';
import type { ProjectionSource, ProjectionStatus } from './projection-runner.js';

export interface CheckpointFollowerOptions {
  readonly models: Pick<ReadModels, 'declare' | 'checkpoints'>;
  readonly projections: readonly Projection[];
  /** Names of the projections that `progress` waits for; default all. */
  readonly required?: readonly string[];
  /** Pause between two looks while nobody waits, ms; default 1,000. */
  readonly idleMs?: number;
  /** The same while somebody waits: the first, and the longest, to which it grows as long as nothing moves; default 3 and 50. */
  readonly waitingMs?: number;
  readonly longestWaitingMs?: number;
  readonly log?: SubscriptionLog;
}

/**
 * Tells how far read models have come that another process keeps up, by looking at their checkpoints: often while
 * somebody waits, and seldom otherwise.
 */
export class CheckpointFollower implements ProjectionSource {
  readonly #tracker = new ProgressTracker(() => this.#lookSoon());
  readonly #log: SubscriptionLog;
  readonly #names: readonly string[];
  readonly #required: ReadonlySet<string>;
  #positions: readonly (bigint | undefined)[] = [];
  #failing = false;
  #waitingSince: number | undefined;
  #pause: number;
  #endPause: (() => void) | undefined;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(private readonly options: CheckpointFollowerOptions) {
    const { projections, required, log = SILENT } = options;
    this.#names = projections.map(({ name }) => name);
    this.#required = new Set(required ?? this.#names);
    this.#log = log;
    this.#pause = this.#shortest;
  }

  get progress(): Progress {
    return this.#tracker;
  }

  /** Declares the collections, for readers must know them too, and looks a first time, whatever comes of it. */
  async start(): Promise<void> {
    const { models, projections } = this.options;
    for (const collection of projections.flatMap(({ collections }) => collections)) await models.declare(collection);
    await this.#look();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPause?.();
    await this.#running;
    this.#tracker[Symbol.dispose]();
  }

  /** `lag`: how long somebody has waited without anything moving, as nobody here sees the log; nor what was left out of it. */
  status(): ProjectionStatus[] {
    const lag = this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince;
    const failing = this.#failing;
    return this.#names.map((name, i) => ({ name, position: this.#positions[i], lag, failing, parked: 0 }));
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#rest();
      if (!this.#stopped) await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      const before = this.#tracker.current;
      const positions = await this.options.models.checkpoints(this.#names);
      // What is no place of the log is not passed: whoever keeps the read models up begins anew.
      this.#positions = positions.map((position) =>
        position !== undefined && isPosition(position) ? position : undefined,
      );
      this.#failing = false;
      this.#passed();
      const moved = before !== this.#tracker.current;
      if (moved) this.#pause = this.#shortest;
      if (this.#tracker.waiting === 0) this.#waitingSince = undefined;
      else if (moved || this.#waitingSince === undefined) this.#waitingSince = performance.now();
    } catch (error) {
      if (!this.#failing) this.#log.warn({ err: error }, 'Read models cannot be asked how far they have come');
      this.#failing = true;
    }
  }

  #passed(): void {
    const { current } = this.#tracker;
    const lowest = this.#lowest();
    // Being rebuilt: what is there now is not everything, and must not be shown as if it were.
    if (current !== undefined && (lowest === undefined || lowest < current)) this.#tracker.fellBack(lowest);
    else if (lowest !== undefined) this.#tracker.passed(lowest);
  }

  /** Where the last of those who count stands; undefined while one of them has not begun. */
  #lowest(): bigint | undefined {
    const [first, ...others] = this.#positions.filter((_, i) => this.#required.has(this.#names[i] ?? ''));
    return others.reduce((lowest, position) => {
      if (lowest === undefined || position === undefined) return undefined;
      return position < lowest ? position : lowest;
    }, first);
  }

  async #rest(): Promise<void> {
    const waited = this.#tracker.waiting > 0;
    const pause = waited ? this.#pause : (this.options.idleMs ?? 1_000);
    if (waited) this.#pause = Math.min(this.#pause * 1.5, this.options.longestWaitingMs ?? 50);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, pause);
      timer.unref();
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#endPause = undefined;
  }

  get #shortest(): number {
    return this.options.waitingMs ?? 3;
  }

  /** Somebody has begun to wait: the first of them ends a long pause, the others have come soon enough. */
  #lookSoon(): void {
    this.#pause = this.#shortest;
    if (this.#tracker.waiting === 1) this.#endPause?.();
  }
}
