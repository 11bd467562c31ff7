import type { EventBatch, EventStore, RecordedEvent } from '#event-store';
import type { Projection } from '#projections';
import { CheckpointMoved, type ReadModels } from '#read-models';
import { traceEvents } from '#telemetry';
import type { RetryOptions } from './back-off.js';
import { BatchFolder, type FoldedBatch } from './batch-fold.js';
import { PermanentFailure, type SubscriptionLog } from './failures.js';
import { followLog, type LogFollower } from './follow-log.js';

/** A checkpoint moves at least with every change; past events that change nothing, once in so many ms. */
const IDLE_CHECKPOINT_MS = 1000;

export type OnParked = (event: RecordedEvent, error: PermanentFailure, projection: string) => Promise<void> | void;

export interface ProjectionLoopOptions {
  readonly store: EventStore;
  readonly models: ReadModels;
  readonly projections: readonly Projection[];
  readonly after: bigint | 'start';
  readonly hotDocuments: number;
  readonly maxBatchSize: number;
  readonly gatherMs: number;
  /** Other processes see from the checkpoint how far this one has come: it moves with every event, also one that changes nothing. */
  readonly isFollowed: boolean;
  readonly onParked: OnParked;
  /** The read models have passed `position`. */
  readonly onPassed: () => void;
  /** Another writer has moved the checkpoint. What is in memory may be stale: nothing more is written until the loop is stopped. */
  readonly onMoved: (error: CheckpointMoved) => void;
  readonly retry: RetryOptions;
  readonly log: SubscriptionLog;
}

/** Feeds projections that stand at the same checkpoint from one subscription, one write per batch. */
export class ProjectionLoop {
  readonly #folder: BatchFolder;
  readonly #follower: LogFollower;
  #position: bigint | undefined;
  #stored: bigint | undefined;
  #storedAt = performance.now();
  /**
   * The fold of the batch in hand: what is repeated is the write, never the fold. One that failed may have landed all the
   * same, and then the repetition is refused, as if another had written it.
   */
  #folded: { readonly batch: EventBatch; readonly result: FoldedBatch } | undefined;

  constructor(private readonly options: ProjectionLoopOptions) {
    const { store, models, projections, after, hotDocuments, maxBatchSize, gatherMs, retry, log } = options;
    this.#folder = new BatchFolder(models, projections, hotDocuments);
    this.#position = this.#stored = after === 'start' ? undefined : after;
    const streamPrefixes = commonPrefixes(projections);
    this.#follower = followLog({
      name: projections.map(({ name }) => name).join('+'),
      store,
      after,
      maxBatchSize,
      gatherMs,
      retry,
      log,
      ...(streamPrefixes && { streamPrefixes }),
      handle: (batch) => this.#handle(batch),
      onParked: () => undefined, // a fold that fails is parked here, for its projection alone
    });
  }

  get projections(): readonly Projection[] {
    return this.options.projections;
  }

  get position(): bigint | undefined {
    return this.#position;
  }

  /** See {@link LogFollower.lag}. */
  get lag(): number {
    return this.#follower.lag;
  }

  get failing(): boolean {
    return this.#follower.failing;
  }

  /** See {@link LogFollower.hurry}. */
  hurry(position: bigint): void {
    this.#follower.hurry(position);
  }

  /** Finishes the batch in hand and stores the checkpoint where it is ahead of the last change. */
  async stop(): Promise<void> {
    await this.#follower.stop();
    if (this.#position === undefined || this.#position === this.#stored || this.#folded) return;
    // Without it the next start reads some events twice that changed nothing; no reason to fail.
    await this.#write([], this.#position).catch(() => undefined);
  }

  async #handle(batch: EventBatch): Promise<void> {
    const traced = traceEvents('project', batch.events);
    const { operations, keep } = await this.#fold(batch);
    const isNews = operations.length > 0 || (this.options.isFollowed && batch.events.length > 0);
    if (isNews || performance.now() - this.#storedAt >= IDLE_CHECKPOINT_MS) {
      await this.#write(operations, batch.position);
    }
    keep();
    this.#folded = undefined;
    this.#position = batch.position;
    traced();
    this.options.onPassed();
  }

  async #fold(batch: EventBatch): Promise<FoldedBatch> {
    if (this.#folded?.batch === batch) return this.#folded.result;
    const result = await this.#folder.fold(batch.events);
    for (const { event, projection, error } of result.failures) {
      const { id, type, stream, revision, position } = event;
      const where = { projection: projection.name, id, type, stream, revision, position: `${position}` };
      this.options.log.error({ ...where, err: error }, 'A projection cannot fold this event; it is left out there');
      const failure = new PermanentFailure(`${projection.name} cannot fold ${type}`, event, { cause: error });
      await this.options.onParked(event as RecordedEvent, failure, projection.name);
    }
    this.#folded = { batch, result };
    return result;
  }

  async #write(operations: FoldedBatch['operations'], position: bigint): Promise<void> {
    const after = this.#stored ?? ('none' as const);
    const checkpoints = this.projections.map(({ name }) => ({ name, position, after }));
    try {
      await this.options.models.write({ operations, checkpoints });
    } catch (error) {
      if (error instanceof CheckpointMoved) this.options.onMoved(error);
      throw error;
    }
    this.#stored = position;
    this.#storedAt = performance.now();
  }
}

/** The streams any of them wants; undefined where one of them wants all. */
function commonPrefixes(projections: readonly Projection[]): string[] | undefined {
  const prefixes = new Set<string>();
  for (const { streamPrefixes } of projections) {
    if (!streamPrefixes) return undefined;
    for (const prefix of streamPrefixes) prefixes.add(prefix);
  }
  return [...prefixes];
}
