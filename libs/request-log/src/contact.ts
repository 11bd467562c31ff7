/**
 * What one connection has done since it was last written down. Changed in place by every request of it, so it holds numbers
 * only.
 */
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

  constructor(
    readonly tenant: string,
    readonly connectionId: string,
  ) {}

  get isNews(): boolean {
    return this.requests > 0 || this.refusals > 0 || this.succeededSince;
  }

  private succeededSince = false;

  came(now: number): void {
    this.requests++;
    this.lastRequest = now;
  }

  succeeded(now: number): void {
    this.lastSuccess = now;
    this.succeededSince = true;
  }

  /** Starts counting anew, as what was counted is written. */
  settle(): { requests: number; refusals: number } {
    const { requests, refusals } = this;
    this.requests = 0;
    this.refusals = 0;
    this.succeededSince = false;
    return { requests, refusals };
  }
}
