import { BURST_FACTOR, Hold, Pace, type SignInFailures } from '#access';
import type { IncomingMessage } from 'node:http';
import { HttpException } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

/** Answered 429 with `Retry-After`. */
export class TooManyRequests extends HttpException {
  constructor(
    detail: string,
    readonly retryAfterSeconds: number,
  ) {
    super(detail, 429);
  }
}

export interface AdminLimitsOptions {
  /** Requests a second of one admin in the long run; 0: any number. */
  readonly perSecond: number;
  readonly failures: SignInFailures;
  readonly addressOf: (request: IncomingMessage) => string;
}

/** Injection token of the {@link AdminLimits}; absent: nothing is limited. */
export const ADMIN_LIMITS = Symbol('AdminLimits');

const HOLD_MS = 250;
const MAX_HELD = 1_000;

/** What slows down whoever asks the admin API too much, or guesses keys. */
export class AdminLimits {
  private readonly paces = new LRUCache<string, Pace>({ max: 10_000 });
  private readonly hold = new Hold(HOLD_MS, MAX_HELD);

  constructor(private readonly options: AdminLimitsOptions) {}

  /** @throws TooManyRequests a little later, so that asking again at once gains nothing */
  async take(adminId: string, now: number): Promise<void> {
    const { perSecond } = this.options;
    let pace = this.paces.get(adminId);
    if (!pace) this.paces.set(adminId, (pace = new Pace({ perSecond, burst: perSecond * BURST_FACTOR })));
    const seconds = Math.ceil(pace.wait(now) / 1_000);
    if (seconds > 0) await this.refuse(`Too many requests came with this key; wait ${seconds} seconds.`, seconds);
    pace.take(now);
  }

  /** Counts a wrong key. @throws TooManyRequests where too many came from its address; right ones are let in all the same */
  async failed(request: IncomingMessage): Promise<void> {
    const seconds = await this.options.failures.failed(this.options.addressOf(request));
    const detail = `Too many requests with wrong keys came from this address; they are looked at again in ${seconds} seconds.`;
    if (seconds > 0) await this.refuse(detail, seconds);
  }

  private async refuse(detail: string, seconds: number): Promise<never> {
    await new Promise<void>((resolve) => this.hold.release(resolve));
    throw new TooManyRequests(detail, seconds);
  }
}
