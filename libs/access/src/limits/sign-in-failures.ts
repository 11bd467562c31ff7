import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;

/**
 * Who shows wrong credentials, by address. Only failures are counted and only failures are slowed, so a good credential is
 * never locked out by a neighbour behind the same address. Kept by each process.
 */
export class SignInFailures {
  private readonly limiter: RateLimiterMemory | undefined;

  /** @param perMinute failures of one address that are answered as what they are; 0: any number */
  constructor(perMinute: number) {
    this.limiter = perMinute === 0 ? undefined : new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
  }

  /** Counts one. @returns seconds to wait; 0: not too many yet */
  async failed(address: string): Promise<number> {
    try {
      await this.limiter?.consume(address);
      return 0;
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      return Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
    }
  }
}
