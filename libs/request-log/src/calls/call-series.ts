import { answeredAt, type Call } from './call.js';
import { type CallBlock, MAX_SPAN, type Series } from './call-block.js';
import { lineOf } from './call-line.js';

/** Calls after which they are turned into lines, so that they do not grow old in memory and no turn takes long. */
const DIGEST_AT = 64;
/** Bytes of lines from which on a block is closed. */
const BLOCK_BYTES = 256 * 1024;

/** A block whose lines are not packed yet, without its id. */
export type OpenBlock = Omit<CallBlock, '_id' | 'text' | 'packed'> & { readonly lines: readonly Buffer[] };

export interface SeriesOwner {
  /** Called with the first call since the last `take`. */
  hasNews(series: CallSeries): void;
  /** Called when enough calls wait to be turned into lines; not to be done at once, as an answer is being sent. */
  isFull(series: CallSeries): void;
}

/** Calls of one bucket and series since they were last written. */
export class CallSeries {
  private waiting: Call[] = [];
  private closed: OpenBlock[] = [];
  private chunks: Buffer[] = [];
  private bytes = 0;
  private calls = 0;
  private from = 0;
  private to = 0;
  private statuses = new Set<number>();
  private causes = new Set<string>();
  private isNews = false;

  constructor(
    private readonly about: Pick<CallBlock, 'tenant' | 'connectionId' | 'bucket' | 'series'>,
    private readonly owner: SeriesOwner,
  ) {}

  get series(): Series {
    return this.about.series;
  }

  /** On the way of every request. */
  add(call: Call): void {
    this.waiting.push(call);
    if (!this.isNews) {
      this.isNews = true;
      this.owner.hasNews(this);
    }
    if (this.waiting.length === DIGEST_AT) this.owner.isFull(this);
  }

  /** Turns what waits into lines. */
  digest(): void {
    if (this.waiting.length === 0) return;
    const { waiting } = this;
    this.waiting = [];
    let text = '';
    for (const call of waiting) {
      const at = answeredAt(call);
      if (this.calls > 0 && at - this.from > MAX_SPAN) {
        this.keep(text);
        this.close();
        text = '';
      }
      text += this.calls === 0 ? lineOf(call) : `\n${lineOf(call)}`;
      if (this.calls++ === 0 || at < this.from) this.from = Math.floor(at);
      if (at > this.to) this.to = Math.ceil(at);
      this.statuses.add(call.status);
      if (call.cause !== undefined) this.causes.add(call.cause);
    }
    this.keep(text);
    if (this.bytes >= BLOCK_BYTES) this.close();
  }

  private keep(text: string): void {
    const chunk = Buffer.from(text);
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** Everything so far, oldest first; what comes now is news again. */
  take(): OpenBlock[] {
    this.digest();
    this.close();
    const blocks = this.closed;
    this.closed = [];
    this.isNews = false;
    return blocks;
  }

  private close(): void {
    if (this.calls === 0) return;
    const { about, from, to, calls, chunks: lines } = this;
    this.closed.push({ ...about, from, to, calls, statuses: [...this.statuses], causes: [...this.causes], lines });
    this.chunks = [];
    this.bytes = this.calls = this.from = this.to = 0;
    this.statuses = new Set();
    this.causes = new Set();
  }
}
