/** How many of something may be had in each second of the clock. */
export class PerSecond {
  private second = 0;
  private taken = 0;

  constructor(private readonly limit: number) {}

  /** @param now milliseconds since the epoch @returns whether there was one left */
  take(now: number): boolean {
    const second = Math.floor(now / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.taken = 0;
    }
    return this.taken < this.limit && ++this.taken > 0;
  }
}
