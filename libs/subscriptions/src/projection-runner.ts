import type { EventStore } from '#event-store';
import type { Projection } from '#projections';
import type { CheckpointMoved, ReadModels } from '#read-models';
import { BackOff, DEFAULT_RETRY, type RetryOptions } from './back-off.js';
import { SILENT, type SubscriptionLog } from './failures.js';
import { type OnParked, ProjectionLoop } from './projection-loop.js';
import { type Progress, ProgressTracker } from './progress.js';
import { storedPosition } from './stored-position.js';

export interface ProjectionRunnerOptions {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly projections: readonly Projection[];
  /** Names of the projections that `progress` waits for; default all. */
  readonly required?: readonly string[];
  /** Told of an event that one projection cannot fold; the log line is written in any case. */
  readonly onParked?: OnParked;
  /** Most events folded into one write; default 512. */
  readonly maxBatchSize?: number;
  /** Least time between two writes while nobody waits for `progress`; default 0 ms. */
  readonly gatherMs?: number;
  /** Other processes follow the checkpoints: they move with every event. Default false. */
  readonly isFollowed?: boolean;
  /** Documents kept in memory, per collection; default 2000. Those that another process has written since are never used. */
  readonly hotDocuments?: number;
  /** Default 100 ms, doubling to 5 s. */
  readonly retry?: RetryOptions;
  readonly log?: SubscriptionLog;
}

export interface ProjectionStatus {
  readonly name: string;
  readonly position: bigint | undefined;
  /** How long the oldest event not yet folded has been in the log, in ms. */
  readonly lag: number;
  /** True while the log or the read models are away. */
  readonly failing: boolean;
  /** Events left out since the projection was begun here; one that had to be folded again counts again. */
  readonly parked: number;
}

/** How far read models have come, whoever keeps them up. */
export interface ProjectionSource {
  /** Position that every required projection has passed: what a reader of their collections sees. */
  readonly progress: Progress;
  status(): ProjectionStatus[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Keeps read models up with the log. Projections at the same checkpoint share a loop; one that is new or being rebuilt
 * has its own until the next start, so that it holds nobody up.
 */
export class ProjectionRunner implements ProjectionSource, AsyncDisposable {
  readonly #tracker = new ProgressTracker((position) => {
    for (const loop of this.#loops) loop.hurry(position);
  });
  readonly #stopping = new AbortController();
  readonly #log: SubscriptionLog;
  readonly #required: ReadonlySet<string>;
  readonly #parked = new Map<string, number>();
  #loops: ProjectionLoop[] = [];
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly options: ProjectionRunnerOptions) {
    const { projections, required } = options;
    this.#log = options.log ?? SILENT;
    this.#required = new Set(required ?? projections.map(({ name }) => name));
    assertDistinct('projection', projections.map(({ name }) => name)); // prettier-ignore
    assertDistinct('collection', projections.flatMap(({ collections }) => collections.map(({ name }) => name))); // prettier-ignore
    for (const name of this.#required) this.#named(name);
  }

  /** Position that every required projection has passed: what a reader of their collections sees. */
  get progress(): Progress {
    return this.#tracker;
  }

  /** Declares the collections and starts the loops. Resolves when they run, however long the read models are away. */
  start(): Promise<void> {
    return this.#exclusively(async () => {
      const { models, projections } = this.options;
      for (const collection of projections.flatMap(({ collections }) => collections)) {
        await this.#persistently(() => models.declare(collection));
      }
      await this.#run(projections);
    });
  }

  /**
   * Empties what the projection wrote and folds the log again from its start; resolves when that has begun. Until it has
   * caught up its readers see less than there is.
   */
  rebuild(name: string): Promise<void> {
    const projection = this.#named(name);
    return this.#exclusively(async () => {
      const loop = this.#loops.find(({ projections }) => projections.includes(projection));
      if (!loop) throw new Error('The runner has not been started');
      await loop.stop();
      this.#loops = this.#loops.filter((other) => other !== loop);
      // The others first: emptying the collections may take long.
      await this.#run(loop.projections.filter((other) => other !== projection));
      const collections = projection.collections.map((collection) => collection.name);
      await this.#persistently(() => this.options.models.reset(collections, [name]));
      this.#parked.delete(name);
      await this.#run([projection]);
    });
  }

  /** Ends after the batches in hand. Whoever still waits for progress is told that it was not reached. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#last;
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    this.#tracker[Symbol.dispose]();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  status(): ProjectionStatus[] {
    return this.#loops.flatMap(({ projections, position, lag, failing }) =>
      projections.map(({ name }) => ({ name, position, lag, failing, parked: this.#parked.get(name) ?? 0 })),
    );
  }

  /** One loop per checkpoint among `projections`. */
  async #run(projections: readonly Projection[]): Promise<void> {
    const { store, models, maxBatchSize = 512, gatherMs = 0, hotDocuments = 2000 } = this.options;
    const { retry = DEFAULT_RETRY, onParked, isFollowed = false } = this.options;
    const groups = new Map<bigint | 'start', Projection[]>();
    for (const projection of projections) {
      const after = await this.#startingPoint(projection);
      groups.set(after, [...(groups.get(after) ?? []), projection]);
    }
    if (this.#stopping.signal.aborted) return;
    for (const [after, group] of groups) {
      const loop: ProjectionLoop = new ProjectionLoop({
        store,
        models,
        projections: group,
        after,
        hotDocuments,
        maxBatchSize,
        gatherMs,
        retry,
        log: this.#log,
        onParked: (event, error, name) => {
          this.#parked.set(name, (this.#parked.get(name) ?? 0) + 1);
          return onParked?.(event, error, name);
        },
        isFollowed,
        onPassed: () => this.#passed(),
        onMoved: (error) => this.#beginAgain(loop, error),
      });
      this.#loops.push(loop);
    }
    this.#passed();
  }

  /** Goes on from what is stored: another process has written there, or a write of ours that seemed to have failed. */
  #beginAgain(loop: ProjectionLoop, error: CheckpointMoved): void {
    this.#log.warn({ err: error }, 'Read models were written meanwhile; going on from there');
    void this.#exclusively(async () => {
      if (this.#stopping.signal.aborted || !this.#loops.includes(loop)) return;
      await loop.stop();
      this.#loops = this.#loops.filter((other) => other !== loop);
      await this.#run(loop.projections);
    });
  }

  /** The checkpoint as it is stored now: a write that seemed to fail may have moved it. */
  async #startingPoint({ name, collections }: Projection): Promise<bigint | 'start'> {
    const { models } = this.options;
    const checkpoint = await this.#persistently(() => storedPosition(models, name));
    if (checkpoint !== undefined) return checkpoint;
    // Documents of a former projection, which stood under another name, must not be folded on. Named with its checkpoint, so
    // that another process that has begun meanwhile begins again.
    await this.#persistently(() => models.reset(collections.map((collection) => collection.name), [name])); // prettier-ignore
    return 'start';
  }

  #passed(): void {
    let lowest: bigint | undefined;
    let running = 0;
    for (const { projections, position } of this.#loops) {
      const required = projections.filter(({ name }) => this.#required.has(name)).length;
      if (required === 0) continue;
      running += required;
      if (position === undefined) return;
      if (lowest === undefined || position < lowest) lowest = position;
    }
    // A projection between two loops has no position at all.
    if (lowest !== undefined && running === this.#required.size) this.#tracker.passed(lowest);
  }

  /** Repeats `action` until it resolves. Once stopped it is not repeated. */
  async #persistently<T>(action: () => Promise<T>): Promise<T | undefined> {
    const backOff = new BackOff(this.options.retry);
    while (!this.#stopping.signal.aborted) {
      try {
        return await action();
      } catch (error) {
        this.#log.warn({ err: error, failures: backOff.failures }, 'The read models are away; trying again');
        await backOff.wait(this.#stopping.signal);
      }
    }
    return undefined;
  }

  /** `start` and `rebuild` one after another. */
  #exclusively(action: () => Promise<void>): Promise<void> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }

  #named(name: string): Projection {
    const projection = this.options.projections.find((candidate) => candidate.name === name);
    if (!projection) throw new Error(`There is no projection ${name}`);
    return projection;
  }
}

function assertDistinct(what: string, names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new Error(`Two definitions of ${what} ${twice}`);
}
