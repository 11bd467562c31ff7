import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 900;

/** How often a secret may be got wrong in a quarter of an hour, and for how long nothing is looked at then, seconds. */
const LIMITS = {
  address: { points: 20, blockDuration: WINDOW_SECONDS },
  /** Somebody else can use these up, so its owner does not wait long. */
  account: { points: 10, blockDuration: 300 },
} as const;

type Kind = keyof typeof LIMITS;

/**
 * Slows down whoever guesses. An attempt is taken before the secret is looked at, so that many at once do not get past, and
 * given back when it was right. Kept by each process.
 */
export class Attempts {
  private readonly limiters = {
    address: new RateLimiterMemory({ duration: WINDOW_SECONDS, ...LIMITS.address }),
    account: new RateLimiterMemory({ duration: WINDOW_SECONDS, ...LIMITS.account }),
  };

  /** @returns seconds to wait; 0: go on */
  async take(of: Readonly<Partial<Record<Kind, string>>>): Promise<number> {
    let wait = 0;
    for (const [kind, key] of Object.entries(of)) {
      try {
        await this.limiters[kind as Kind].consume(key);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        wait = Math.max(wait, Math.ceil(refused.msBeforeNext / 1_000));
      }
    }
    return wait;
  }

  /** It was no guess. */
  async giveBack(of: Readonly<Partial<Record<Kind, string>>>): Promise<void> {
    for (const [kind, key] of Object.entries(of)) await this.limiters[kind as Kind].reward(key);
  }
}
