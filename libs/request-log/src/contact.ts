import type { Call } from './calls/call.js';
import type { CallSeries } from './calls/call-series.js';
import type { PerSecond } from './per-second.js';
import { concernsConnection, Streak } from './streak.js';

/** What of a connection is kept by the log of requests. */
export interface ContactParts {
  readonly successes: CallSeries | undefined;
  readonly refusals: CallSeries;
  /** What limits the bodies kept of its successes, and of its refusals. */
  readonly bodies: readonly PerSecond[];
  readonly refusedBodies: readonly PerSecond[];
}

/** What one connection has done since it was last written down. Changed in place by every request of it. */
export class Contact {
  requests = 0;
  refusals = 0;
  /** Milliseconds since the epoch; 0: not yet. */
  lastRequest = 0;
  lastSuccess = 0;
  lastRefusal = 0;
  /** Writes that were looked at for hints; the first ones tell how the connection is set up. */
  inspected = 0;
  /** Hints given already, so that each is given once per process. */
  readonly hinted = new Set<string>();
  readonly reads = new Streak();
  readonly changes = new Streak();
  private readSucceeded = false;
  private changeSucceeded = false;

  constructor(
    readonly tenant: string,
    readonly connectionId: string,
    readonly parts: ContactParts,
  ) {}

  get isNews(): boolean {
    return this.requests > 0 || this.refusals > 0 || this.readSucceeded || this.changeSucceeded;
  }

  came(now: number): void {
    this.requests++;
    this.lastRequest = now;
  }

  /** Whether the bodies of a call may be kept; asking takes one of those that may. @param now milliseconds since the epoch */
  mayKeepBodies(now: number, isRefusal = false): boolean {
    const limits = isRefusal ? this.parts.refusedBodies : this.parts.bodies;
    for (const limit of limits) if (!limit.take(now)) return false;
    return true;
  }

  /** A call was answered as asked. */
  succeeded(call: Call): void {
    this.lastSuccess = call.at + call.tookMs;
    if (isRead(call)) {
      this.readSucceeded = true;
      this.reads.end();
      this.changes.endIfWhole();
    } else {
      this.changeSucceeded = true;
      this.changes.end();
      this.reads.endIfWhole();
    }
    this.parts.successes?.add(call);
  }

  /** Something about a call that was answered as asked. */
  hint(call: Call): void {
    this.parts.refusals.add(call);
  }

  /** A call, or a part of one, was refused. */
  refused(call: Call): void {
    this.parts.refusals.add(call);
    this.refusals++;
    this.lastRefusal = call.at;
    if (call.cause === undefined || !concernsConnection(call.cause)) return;
    (isRead(call) ? this.reads : this.changes).refused(call.at, call.cause);
  }

  /** One refusal of many that are for the same. */
  refusedUnnoted(at: number): void {
    this.refusals++;
    this.lastRefusal = at;
  }

  /** Starts counting anew, as what was counted is written. */
  settle(): { requests: number; refusals: number; readSucceeded: boolean; changeSucceeded: boolean } {
    const { requests, refusals, readSucceeded, changeSucceeded } = this;
    this.requests = 0;
    this.refusals = 0;
    this.readSucceeded = this.changeSucceeded = false;
    return { requests, refusals, readSucceeded, changeSucceeded };
  }
}

/** A search by POST (RFC 7644 §3.4.3) changes nothing. */
const isRead = ({ method, target }: Call): boolean =>
  method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || (method === 'POST' && target.endsWith('/.search'));
