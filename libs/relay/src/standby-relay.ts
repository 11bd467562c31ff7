import { once } from 'node:events';
import { type LeaseClock, type LeasedWork, type LeasedWorkOptions, workUnderLease } from '#leases';
import { topicsFor } from '#products';
import { BackOff, DEFAULT_RETRY } from '#subscriptions';
import type { RecordHold } from './hold-recorder.js';
import { Relay, RELAY_COLLECTIONS, type RelayCounts, type RelayOptions } from './relay.js';

export interface StandbyRelayOptions extends RelayOptions {
  /** Where processes that may relay the same log take turns, under the lease `relay`. Undefined: there is but this one. */
  readonly leases: LeasedWorkOptions['models'] | undefined;
  /** Where nobody else relays: begin as soon as what it needs is there, and do not fail over what is away. */
  readonly isPatient?: boolean;
  /** Of the lease; for tests. */
  readonly clock?: LeaseClock;
}

/**
 * Relays whenever it is this process' turn. Whatever ends a relay (its lease is lost, another one has begun, the bus gave no
 * answer), the next one knows only what is stored.
 */
export class StandbyRelay {
  private readonly stopping = new AbortController();
  private relay: Relay | undefined;
  private recordHold: RecordHold | undefined;
  private lease: LeasedWork | undefined;
  private alone: Promise<void> | undefined;

  /** See {@link RelayCounts}. */
  readonly counts: RelayCounts = { published: new Map(), failures: 0 };

  constructor(private readonly options: StandbyRelayOptions) {}

  /** Resolves, where nobody else relays, once the relay has begun; rejects where it cannot. Else, or patient, at once. */
  async start(): Promise<void> {
    const { leases, log, clock } = this.options;
    if (leases) {
      void this.prepare();
      const work = (signal: AbortSignal): Promise<void> => this.relayUntil(signal);
      this.lease = workUnderLease({ name: 'relay', models: leases, work, log, ...(clock && { clock }) });
    } else if (this.options.isPatient) {
      this.alone = this.relayAlone();
    } else {
      await new Promise<void>((resolve, reject) => {
        this.alone = this.relayAlone(resolve).catch(reject);
      });
    }
  }

  /** See {@link Relay.stop}; another one has its turn at once. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.lease?.stop();
    await this.alone;
  }

  /** Whether this process relays now. */
  get isRelaying(): boolean {
    return this.relay !== undefined;
  }

  /** See {@link Relay.lag}; undefined while it stands by. */
  get lag(): number | undefined {
    return this.relay?.lag;
  }

  /** See {@link Relay.position}; undefined while it stands by. */
  get position(): bigint | undefined {
    return this.relay?.position;
  }

  /** See {@link Relay.held}; undefined while it stands by. */
  async held(): Promise<number | undefined> {
    return this.relay?.held();
  }

  /** See {@link Relay.recordHoldsWith}. */
  recordHoldsWith(record: RecordHold): void {
    this.recordHold = record;
    this.relay?.recordHoldsWith(record);
  }

  /** @param begun told of the first time; without it, what fails before is tried again too */
  /** Whoever stands by has its lines to bus and read models open already when its turn comes. */
  private async prepare(): Promise<void> {
    const { bus, readModels, products } = this.options;
    // What does not succeed now is tried again when it has to.
    await bus.declareTopics(topicsFor(products)).catch(() => undefined);
    for (const collection of RELAY_COLLECTIONS) await readModels.declare(collection).catch(() => undefined);
  }

  private async relayAlone(begun?: () => void): Promise<void> {
    const { signal } = this.stopping;
    const backOff = new BackOff(DEFAULT_RETRY);
    let hasBegun = begun === undefined;
    while (!signal.aborted) {
      try {
        await this.relayUntil(signal, () => {
          hasBegun = true;
          backOff.reset();
          begun?.();
        });
      } catch (error) {
        if (!hasBegun) throw error;
        this.options.log.warn({ err: error }, 'The relay begins anew');
        await backOff.wait(signal);
      }
    }
  }

  /** @throws what has ended the relay, unless it was `signal` */
  private async relayUntil(signal: AbortSignal, begun: () => void = () => undefined): Promise<void> {
    const relay = new Relay(this.options, this.counts);
    try {
      // Whoever cannot be reached does not keep us from ending; what then still begins ends itself.
      await Promise.race([relay.start(), aborted(signal)]);
      if (signal.aborted) return;
      this.relay = relay;
      if (this.recordHold) relay.recordHoldsWith(this.recordHold);
      begun();
      await aborted(AbortSignal.any([signal, relay.ended]));
    } finally {
      this.relay = undefined;
      await relay.stop();
    }
    if (!signal.aborted) throw relay.ended.reason;
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}
