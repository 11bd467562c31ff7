/** How often values fell between bounds. Recording costs a few comparisons and makes no object. */
export class Distribution {
  /** One per bound, and one for what is above the last. */
  private readonly counts: Float64Array;
  sum = 0;
  count = 0;

  /** @param bounds upper bounds, ascending; a value that equals one is within it */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Float64Array(bounds.length + 1);
  }

  record(value: number): void {
    const { bounds, counts } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    counts[at] = (counts[at] as number) + 1;
    this.sum += value;
    this.count++;
  }

  /** How many were at most each bound, `+Inf` last. */
  cumulative(): [bound: number | '+Inf', count: number][] {
    let total = 0;
    return [...this.bounds, '+Inf' as const].map((bound, at) => [bound, (total += this.counts[at] as number)]);
  }
}
