/**
 * Lets whoever asks too much wait before being told so. A client that sends its next request when it has its answer is slowed
 * to a few a second, which costs us a timer; refusing at once would have it ask some thousand times.
 */
export class Hold {
  private held = 0;

  /** @param max answers held back at a time; more go out at once */
  constructor(
    private readonly ms: number,
    private readonly max: number,
  ) {}

  release(answer: () => void): void {
    if (this.held >= this.max || this.ms === 0) return answer();
    this.held++;
    setTimeout(() => {
      this.held--;
      answer();
    }, this.ms).unref();
  }
}
