/**
 * Lets whoever asks too much wait before being told so. A client that sends its next request when it has its answer is slowed
 * to a few a second, which costs us a timer; refusing at once would have it ask some thousand times. No two wait equally long:
 * many connections refused together would otherwise come back together, again and again, and others would feel each wave.
 */
export class Hold {
  private held = 0;

  /** @param ms least wait; the longest is twice that @param max answers held back at a time; more go out at once */
  constructor(
    private readonly ms: number,
    private readonly max: number,
  ) {}

  /** @param moreMs on top, for what is dearer to refuse */
  release(answer: () => void, moreMs = 0): void {
    if (this.held >= this.max || this.ms === 0) return answer();
    this.held++;
    setTimeout(
      () => {
        this.held--;
        answer();
      },
      this.ms * (1 + Math.random()) + moreMs,
    ).unref();
  }
}
