import type { LeasedWork } from '#leases';
import { PROJECTIONS } from '#projections';
import { ProjectionRunner, type ProjectionStatus, type SubscriptionLog } from '#subscriptions';
import type { Engines } from './engines.js';
import { runUntil, shareWork } from './shared-work.js';

/** Name of the lease. */
export const PROJECTOR = 'projector';

/**
 * Keeps the read models up where many processes read them: of all that run this, the one that has the lease. What it writes is
 * refused where another has written since, and it begins again from there.
 */
export class Projector {
  private runner: ProjectionRunner | undefined;
  private shared: LeasedWork | undefined;

  constructor(
    private readonly engines: Pick<Engines, 'store' | 'readModels' | 'leases'>,
    private readonly log: SubscriptionLog,
  ) {}

  start(): void {
    const { leases } = this.engines;
    this.shared = shareWork({ name: PROJECTOR, leases, log: this.log, work: (signal) => this.work(signal) });
  }

  async stop(): Promise<void> {
    await this.shared?.stop();
  }

  /** True while this process keeps the read models up. */
  get held(): boolean {
    return this.runner !== undefined;
  }

  /** Empty while another process keeps them up. */
  status(): ProjectionStatus[] {
    return this.runner?.status() ?? [];
  }

  private async work(signal: AbortSignal): Promise<void> {
    const { store, readModels } = this.engines;
    const runner = new ProjectionRunner({
      store,
      models: readModels,
      projections: PROJECTIONS,
      isFollowed: true,
      log: this.log,
    });
    this.runner = runner;
    try {
      await runUntil(signal, runner);
    } finally {
      this.runner = undefined;
    }
  }
}
