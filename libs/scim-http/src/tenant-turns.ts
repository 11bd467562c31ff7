import { ScimError } from '#scim';

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * Lets each tenant have so much of one kind of work under way at a time; what is more waits for its turn, first come first
 * served. So the long work of one tenant delays its own next, and the work of others stands beside a few pieces of it at most.
 */
export class TenantTurns {
  /** Of tenants that have work under way. */
  private readonly lines = new Map<string, Line>();

  /** @param atOnce pieces under way @param waiting pieces that wait; more are refused @param what in words, for the refusal */
  constructor(private readonly limits: { readonly atOnce: number; readonly waiting: number; readonly what: string }) {}

  /** @throws ScimError `tooManyRequests` */
  async run<T>(tenant: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(tenant);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** @returns to be called once, when the work is done @throws ScimError `tooManyRequests` */
  async enter(tenant: string): Promise<() => void> {
    const line = this.lineOf(tenant);
    if (line.running < this.limits.atOnce) line.running++;
    else await this.turn(line);
    return () => {
      const next = line.waiting.shift();
      // Who comes next takes over the place.
      if (next) next();
      else if (--line.running === 0) this.lines.delete(tenant);
    };
  }

  private lineOf(tenant: string): Line {
    let line = this.lines.get(tenant);
    if (!line) this.lines.set(tenant, (line = { running: 0, waiting: [] }));
    return line;
  }

  private turn({ waiting }: Line): Promise<void> {
    if (waiting.length >= this.limits.waiting) {
      const detail = `Too many ${this.limits.what} of this tenant are under way; wait ${RETRY_SECONDS} seconds and go on.`;
      throw new ScimError('tooManyRequests', detail, { retryAfterSeconds: RETRY_SECONDS });
    }
    return new Promise((resolve) => waiting.push(resolve));
  }
}

const RETRY_SECONDS = 5;
