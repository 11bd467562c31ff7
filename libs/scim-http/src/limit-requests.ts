import type { IncomingMessage } from 'node:http';
import { type Caller, Hold, Pace, type Rate, RefusedBodies, type RequestLimits, type SignInFailures } from '#access';
import { type Contact, PerSecond } from '#request-log';
import { ScimError } from '#scim';
import type { FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import { sendScimError } from './scim-error.response.js';

/** What slows down those who ask too much. */
export interface LoadLimits {
  readonly requests: RequestLimits;
  readonly failures: SignInFailures;
  readonly addressOf: (request: IncomingMessage) => string;
}

/** How long an answer of 429 is held back, milliseconds, and how many are at a time. */
const HOLD_MS = 250;
const MAX_HELD = 5_000;
/** Refusals of one credential that are noted in a second: the others are for the same. */
const NOTED_PER_SECOND = 2;

/** How often one credential that has expired is told so: clients with many workers find out together, and then get another. */
const ENDED: Rate = { perSecond: 2, burst: 100 };

/** Answers 429 to requests that are too many, before their bodies are read. */
export class LimitedRequests {
  private readonly hold = new Hold(HOLD_MS, MAX_HELD);
  private readonly bodies = new RefusedBodies();
  private readonly noted = new LRUCache<string, PerSecond>({ max: 10_000 });
  private readonly ended = new LRUCache<string, Pace>({ max: 10_000 });

  constructor(private readonly limits: LoadLimits) {}

  /** @returns whether the request is one too many, and is being answered so */
  refused(reply: FastifyReply, caller: Caller, contact: Contact | undefined, now: number): boolean {
    const waitMs = this.limits.requests.take(caller, now);
    if (waitMs === 0) return false;
    this.refuse(reply, caller, contact, tooMany(waitMs / 1_000), now);
    return true;
  }

  /** Refuses a request that is one too many in another way. */
  refuse(
    reply: FastifyReply,
    { credentialId }: Caller,
    contact: Contact | undefined,
    error: ScimError,
    now: number,
  ): void {
    const isNoted = this.notes(credentialId, now);
    if (!isNoted) contact?.refusedUnnoted(now);
    this.answerLater(reply, () => sendScimError(reply, error, 'tooManyRequests', isNoted), now);
  }

  /** @returns milliseconds until what the caller owes is paid off */
  owed(caller: Caller, now: number): number {
    return this.limits.requests.owed(caller, now);
  }

  /** Answers a wrong credential with `refuse`, or, where too many came from one address, with 429. */
  async failed(reply: FastifyReply, refuse: () => void): Promise<void> {
    const address = this.limits.addressOf(reply.request.raw);
    const wait = await this.limits.failures.failed(address);
    if (wait === 0) return refuse();
    const now = Date.now();
    const isNoted = this.notes(address, now);
    this.answerLater(reply, () => sendScimError(reply, tooManyFailures(wait), 'tooManyFailures', isNoted), now);
  }

  /**
   * Answers a credential that has expired with `refuse`, or, where it comes too often, with 429. The tenant's own rate is not
   * touched: whoever has found an old token takes nothing from the connections that work.
   */
  expired(reply: FastifyReply, { credentialId }: Caller, now: number, refuse: () => void): void {
    let pace = this.ended.get(credentialId);
    if (!pace) this.ended.set(credentialId, (pace = new Pace(ENDED)));
    const waitMs = pace.wait(now);
    if (waitMs > 0) {
      const isNoted = this.notes(credentialId, now);
      return this.answerLater(
        reply,
        () => sendScimError(reply, tooMany(waitMs / 1_000), 'tooManyRequests', isNoted),
        now,
      );
    }
    pace.take(now);
    refuse();
  }

  /** The body is read once the answer is sent. */
  private answerLater({ request }: FastifyReply, answer: () => void, now: number): void {
    const length = Number(request.headers['content-length'] ?? 0) || 0;
    this.hold.release(answer, this.bodies.wait(length, now));
  }

  private notes(of: string, now: number): boolean {
    let noted = this.noted.get(of);
    if (!noted) this.noted.set(of, (noted = new PerSecond(NOTED_PER_SECOND)));
    return noted.take(now);
  }
}

/** Okta honours whole seconds only, and doubles its wait where there are none (docs of its rate limits). */
const tooMany = (seconds: number): ScimError => {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  const detail = `Too many requests came with this token or to this tenant; wait ${retryAfterSeconds} seconds and go on.`;
  return new ScimError('tooManyRequests', detail, { retryAfterSeconds });
};

const tooManyFailures = (retryAfterSeconds: number): ScimError => {
  const detail = `Too many requests with wrong tokens came from this address. Correct the token; wrong ones are looked at again in ${retryAfterSeconds} seconds.`;
  return new ScimError('tooManyRequests', detail, { retryAfterSeconds });
};
