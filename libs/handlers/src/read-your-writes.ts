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

/**
 * Answers a write only once the next list shows it. Where the read model lags past the limit, the write is answered all
 * the same (it is durable) and lists are refused with 503 until the lag is gone, rather than served stale.
 */
export class ReadYourWrites {
  private newestAcknowledged: bigint;

  constructor(
    private readonly progress: ReadModelProgress,
    private readonly limits: {
      readonly writeWaitMs: number;
      readonly listWaitMs: number;
      readonly writtenBefore?: bigint | undefined;
    },
  ) {
    this.newestAcknowledged = limits.writtenBefore ?? -1n;
  }

  /** Waits until the read model has passed the write, but no longer than the limit. */
  async acknowledge(position: bigint | undefined): Promise<void> {
    if (position === undefined) return;
    if (position > this.newestAcknowledged) this.newestAcknowledged = position;
    await this.progress.waitFor(position, this.limits.writeWaitMs);
  }

  /** Whether lists show every write this process has acknowledged. */
  get current(): boolean {
    return (this.progress.current ?? -1n) >= this.newestAcknowledged;
  }

  /** @throws ScimError `unavailable` when the read model stays behind what was acknowledged */
  async requireCurrent(): Promise<void> {
    if (this.current || (await this.progress.waitFor(this.newestAcknowledged, this.limits.listWaitMs))) return;
    throw new ScimError('unavailable', 'Lists lag behind recent writes; the writes are safe. Try again shortly.', {
      retryAfterSeconds: 1,
    });
  }
}
