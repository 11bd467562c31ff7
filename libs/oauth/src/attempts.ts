import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 900;

/** How often somebody at one address may get the password of one account wrong, and for how long they wait then, seconds. */
const ACCOUNT_FROM_ADDRESS = { points: 10, blockDuration: 300 };
/**
 * Wrong passwords from one address for any account, and for one account from any address, after which each address is given
 * {@link WARY_POINTS} for each account. A hundred for an account is NIST's bound (SP 800-63B §5.2.2).
 */
const FROM_ADDRESS = 20;
const FOR_ACCOUNT = 100;
/** Never none: whoever has the password gets in, however much others guess. */
const WARY_POINTS = 3;
/** Wrong client secrets from one address that are answered as what they are. */
const CLIENTS_FROM_ADDRESS = 20;
/** How often the secret of one client is worked out for such an address, seconds. */
const WORK_EVERY_SECONDS = 5;

export interface SignInAttempt {
  readonly account: string;
  readonly address: string;
}

/**
 * Slows down whoever guesses, and locks nobody out. At passwords, which people choose, an attempt is taken before one is
 * looked at, so that many at once do not get past, and given back when it was right. Secrets of clients are beyond guessing:
 * of those only the wrong ones are counted. Kept by each process.
 */
export class Attempts {
  private readonly pairs = new RateLimiterMemory({ duration: WINDOW_SECONDS, ...ACCOUNT_FROM_ADDRESS });
  private readonly addresses = new RateLimiterMemory({ duration: WINDOW_SECONDS, points: FROM_ADDRESS });
  private readonly accounts = new RateLimiterMemory({ duration: WINDOW_SECONDS, points: FOR_ACCOUNT });
  private readonly clients = new RateLimiterMemory({ duration: WINDOW_SECONDS, points: CLIENTS_FROM_ADDRESS });
  private readonly work = new RateLimiterMemory({ duration: WORK_EVERY_SECONDS, points: 1 });

  /** Of a password. @returns seconds to wait; 0: go on */
  async take({ account, address }: SignInAttempt): Promise<number> {
    const [fromAddress, forAccount] = [await this.addresses.penalty(address), await this.accounts.penalty(account)];
    const isWary = fromAddress.consumedPoints > FROM_ADDRESS || forAccount.consumedPoints > FOR_ACCOUNT;
    const { wait, consumedPoints } = await consumed(this.pairs, pairOf(account, address));
    return consumedPoints > (isWary ? WARY_POINTS : ACCOUNT_FROM_ADDRESS.points) ? wait : 0;
  }

  /** It was no guess. */
  async giveBack({ account, address }: SignInAttempt): Promise<void> {
    await this.addresses.reward(address);
    await this.accounts.reward(account);
    await this.pairs.reward(pairOf(account, address));
  }

  /** Counts a wrong client secret. @returns seconds to wait; 0: not too many yet */
  async clientFailed(address: string): Promise<number> {
    const { consumedPoints, msBeforeNext } = await this.clients.penalty(address);
    return consumedPoints > CLIENTS_FROM_ADDRESS ? inSeconds(msBeforeNext) : 0;
  }

  /** Whether a client's secret may be worked out for this address now. @returns seconds to wait; 0: yes */
  async takeWork(client: string, address: string): Promise<number> {
    const failed = await this.clients.get(address);
    if ((failed?.consumedPoints ?? 0) < CLIENTS_FROM_ADDRESS) return 0;
    const { wait, consumedPoints } = await consumed(this.work, client);
    return consumedPoints > 1 ? wait : 0;
  }
}

const pairOf = (account: string, address: string): string => `${account} ${address}`;
const inSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1_000));

async function consumed(limiter: RateLimiterMemory, key: string): Promise<{ wait: number; consumedPoints: number }> {
  let result: unknown;
  try {
    result = await limiter.consume(key);
  } catch (refused) {
    result = refused;
  }
  if (!(result instanceof RateLimiterRes)) throw result;
  return { wait: inSeconds(result.msBeforeNext), consumedPoints: result.consumedPoints };
}
