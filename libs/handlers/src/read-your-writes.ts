import { EventStoreUnavailable } from '#event-store';
import { ScimError } from '#scim';

/** How far the read models have come; libs/subscriptions keeps one per process. */
export interface ReadModelProgress {
  /** Position up to which lists show everything; undefined before the first event. */
  readonly current: bigint | undefined;
  /** Resolves true once `position` has been passed, false when `timeoutMs` went by first. */
  waitFor(position: bigint, timeoutMs: number): Promise<boolean>;
}

/** Injection token of the process' {@link ReadModelProgress}. */
export const READ_MODEL_PROGRESS = Symbol('ReadModelProgress');

/** Writes that may be acknowledged ahead of the read models before one waits for them, so that they keep up. */
const MAX_AHEAD = 1_000;

export interface ReadYourWritesLimits {
  readonly writeWaitMs: number;
  readonly listWaitMs: number;
  /** Position of the newest event of before this process. */
  readonly writtenBefore?: bigint | undefined;
  /** Nobody else writes to the log: whoever asks this process for a list asks for its own writes only. */
  readonly soleWriter?: boolean;
  /**
   * Position of the newest event that lists show, asked of the log itself; given where others write to it.
   * @throws EventStoreUnavailable while the log is away
   */
  readonly newest?: () => Promise<bigint | undefined>;
  /** Whoever else writes waits for the same read models, as long as we do, before they acknowledge. */
  readonly sharedReadModels?: boolean;
}

/**
 * Lets no list be seen without a write that was acknowledged before it. Either the write waits for the read model, or,
 * where lists alone would show it and all of them are asked of this process, the lists do ({@link acknowledgeListed}).
 * Where the read model lags past the limit, the write is answered all the same (it is durable) and lists are refused with
 * 503 until the lag is gone, rather than served stale.
 */
export class ReadYourWrites {
  private newestAcknowledged: bigint;
  /** Writes acknowledged without waiting since `mark` was the newest of them. */
  private ahead = 0;
  private mark = -1n;
  /** Until then, by `performance.now()`, the read models show all that others have acknowledged. */
  private othersShownUntil = -Infinity;
  /** As far as they must have come for that; they are behind it again where they are rebuilt. */
  private othersShownFrom = -1n;

  constructor(
    private readonly progress: ReadModelProgress,
    private readonly limits: ReadYourWritesLimits,
  ) {
    this.newestAcknowledged = limits.writtenBefore ?? -1n;
  }

  /** Waits until the read model has passed the write, but no longer than the limit. */
  async acknowledge(position: bigint | undefined): Promise<void> {
    if (position === undefined) return;
    this.note(position);
    await this.progress.waitFor(position, this.limits.writeWaitMs);
  }

  /**
   * The same for a write that only lists show: whoever goes through {@link requireCurrent} before reading. They wait for
   * it instead, so that many writes without a list in between share what folding them costs.
   * @returns undefined where nothing need be waited for
   */
  acknowledgeListed(position: bigint | undefined): Promise<void> | undefined {
    if (position === undefined) return undefined;
    if (!this.limits.soleWriter) return this.acknowledge(position);
    this.note(position);
    if ((this.progress.current ?? -1n) >= this.mark) {
      this.mark = this.newestAcknowledged;
      this.ahead = 0;
    }
    return ++this.ahead > MAX_AHEAD ? this.acknowledge(position) : undefined;
  }

  private note(position: bigint): void {
    if (position > this.newestAcknowledged) this.newestAcknowledged = position;
  }

  /** Whether lists show every write that was acknowledged. */
  get current(): boolean {
    return (this.progress.current ?? -1n) >= this.newestAcknowledged && this.showsOthers;
  }

  /** Waits for what was acknowledged, as long as a list would. @returns whether all of it can be read now */
  async catchUp(): Promise<boolean> {
    if (this.current) return true;
    const { listWaitMs } = this.limits;
    if (!(await this.progress.waitFor(this.newestAcknowledged, listWaitMs))) return false;
    return this.showsOthers || this.catchUpWithOthers();
  }

  private get showsOthers(): boolean {
    if (this.limits.newest === undefined) return true;
    return performance.now() < this.othersShownUntil && (this.progress.current ?? -1n) >= this.othersShownFrom;
  }

  /**
   * What another process has acknowledged it has waited for, unless the read models took longer than its limit. So what
   * they show now is everything that is acknowledged until as long as that limit from now: only what is written from now on can be
   * acknowledged unseen, and not before then.
   */
  private async catchUpWithOthers(): Promise<boolean> {
    const { newest, listWaitMs, writeWaitMs, sharedReadModels } = this.limits;
    const begun = performance.now();
    let position: bigint | undefined;
    try {
      position = await newest?.();
    } catch (error) {
      // Nobody can write either.
      if (error instanceof EventStoreUnavailable) return true;
      throw error;
    }
    if (position !== undefined && !(await this.progress.waitFor(position, listWaitMs))) return false;
    if (sharedReadModels) {
      this.othersShownUntil = begun + writeWaitMs;
      this.othersShownFrom = position ?? -1n;
    }
    return true;
  }

  /** @throws ScimError `unavailable` when the read model stays behind what was acknowledged */
  async requireCurrent(): Promise<void> {
    if (await this.catchUp()) return;
    throw new ScimError('unavailable', 'Lists lag behind recent writes; the writes are safe. Try again shortly.', {
      retryAfterSeconds: 1,
    });
  }
}
