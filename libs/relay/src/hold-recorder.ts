import type { HoldFacts } from '#domain';
import type { SubscriptionLog } from '#subscriptions';
import type { Guard } from './guard.js';

/** Puts it into the tenant's log that deliveries are held; harmless when it is there. */
export type RecordHold = (tenant: string, facts: HoldFacts) => Promise<void>;

/** Least time between two tries to record a hold, ms. */
const RECORDING_PAUSE_MS = 1_000;

/** Has the log tell of what the guard holds. */
export class HoldRecorder {
  private recordHold: RecordHold | undefined;
  private readonly recording = new Set<string>();
  private readonly warned = new Set<string>();

  constructor(
    private readonly guard: Guard,
    private readonly log: SubscriptionLog,
  ) {}

  /** Until somebody does, holds wait to be recorded. */
  recordWith(record: RecordHold): void {
    this.recordHold = record;
  }

  /** @returns whether the log tells of every hold */
  async record(): Promise<boolean> {
    const unrecorded = await this.guard.unrecorded();
    for (const { tenant, facts } of unrecorded) {
      const { holdId, departures, people } = facts;
      if (!this.warned.has(holdId)) {
        const details = { tenant, holdId, departures, people };
        this.log.warn(details, 'Many people depart at once: products are not told until an admin decides');
        this.warned.add(holdId);
      }
      if (!this.recordHold || this.recording.has(holdId)) continue;
      this.recording.add(holdId);
      // Not awaited: that the log tells of it, the relay hears in another turn.
      this.recordHold(tenant, facts)
        .catch((err: unknown) => this.log.warn({ err, tenant, holdId }, 'A hold could not be recorded yet'))
        .finally(() => setTimeout(() => this.recording.delete(holdId), RECORDING_PAUSE_MS).unref());
    }
    return unrecorded.length === 0;
  }
}
