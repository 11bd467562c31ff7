import { CheckpointMoved, type ReadModels } from '#read-models';
import { type LeaseClock, systemClock } from './lease-clock.js';
import { givenUp, isFree, type LeasePlace, movedBy, newHolder } from './lease-place.js';

/** Pino's loggers fit. */
export interface LeaseLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface LeasedWorkOptions {
  /** What is shared out, e.g. `projector`; the checkpoint is `lease/{name}`. */
  readonly name: string;
  readonly models: Pick<ReadModels, 'checkpoint' | 'write'>;
  /**
   * Begins whenever the lease is ours and ends soon after `signal` aborts, by whatever it resolves or rejects with. Where it
   * ends by itself, the lease is given up and asked for again after `renewMs`.
   */
  readonly work: (signal: AbortSignal) => Promise<void>;
  /** How often the holder moves the checkpoint and the others look at it, ms; default 1,000. */
  readonly renewMs?: number;
  /** How long it must stand still before another takes it, ms; default 5,000, at least three times `renewMs`. */
  readonly takeoverMs?: number;
  readonly clock?: LeaseClock;
  readonly log?: LeaseLog;
}

export interface LeasedWork {
  readonly name: string;
  /** True while this process holds the lease, to its knowledge. */
  readonly held: boolean;
  /** Ends the work, waits for it, and gives the lease up, so that a successor need not wait. Never rejects. */
  stop(): Promise<void>;
}

export const leasePrefix = 'lease/';

/**
 * Does work in one process at a time of all that share `models`. It aims for that and cannot promise it: a holder that
 * was stopped in the middle of a write, say by its machine, may wake after its successor has begun. So what the work
 * writes must be refused when another has written since, by `after` of its own checkpoints or by what its engine has.
 */
export function workUnderLease(options: LeasedWorkOptions): LeasedWork {
  return new Candidate(options);
}

const QUIET: LeaseLog = { info: () => undefined, warn: () => undefined };

class Candidate implements LeasedWork {
  held = false;
  readonly #checkpoint: string;
  readonly #renewMs: number;
  readonly #takeoverMs: number;
  readonly #clock: LeaseClock;
  readonly #log: LeaseLog;
  readonly #holder = newHolder();
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;

  constructor(private readonly options: LeasedWorkOptions) {
    const { name, renewMs = 1_000, takeoverMs = 5_000, clock = systemClock, log = QUIET } = options;
    if (takeoverMs < 3 * renewMs)
      throw new RangeError('A lease is renewed three times at least before it is taken over');
    this.#checkpoint = `${leasePrefix}${name}`;
    this.#renewMs = renewMs;
    this.#takeoverMs = takeoverMs;
    this.#clock = clock;
    this.#log = log;
    this.#done = this.#run();
  }

  get name(): string {
    return this.options.name;
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const taken = await this.#take();
      if (!taken) return;
      const tenure = new Tenure(taken, {
        clock: this.#clock,
        renewMs: this.#renewMs,
        // Before anybody else can have seen it stand still for long enough.
        expiresMs: this.#takeoverMs - this.#renewMs,
        stored: () => this.options.models.checkpoint(this.#checkpoint),
        move: (after, position) => this.#move(after, position),
        next: (place) => movedBy(this.#holder, place),
      });
      this.held = true;
      this.#log.info({ lease: this.name }, 'This process does the work of the lease now');
      const ended = await this.#work(tenure);
      this.held = false;
      this.#log.info({ lease: this.name, ended }, 'This process no longer does the work of the lease');
      await this.#clock.sleep(this.#renewMs, signal);
    }
  }

  /** @returns why it ended */
  async #work(tenure: Tenure): Promise<'stopped' | 'lost' | 'finished' | 'failed'> {
    const ending = AbortSignal.any([this.#stopping.signal, tenure.lost]);
    const renewing = tenure.renew();
    let failed = false;
    try {
      await this.options.work(ending);
    } catch (error) {
      failed = true;
      if (!ending.aborted) this.#log.warn({ lease: this.name, err: error }, 'The work of the lease has failed');
    }
    tenure.end();
    await renewing;
    if (tenure.lost.aborted) return 'lost';
    // Whoever waits for it sees it stand still otherwise; nothing is lost with it, so no answer is waited for long.
    const given = this.#move(tenure.place, givenUp(tenure.place)).catch(() => undefined);
    await Promise.race([given, this.#clock.sleep(this.#renewMs, new AbortController().signal)]);
    if (this.#stopping.signal.aborted) return 'stopped';
    return failed ? 'failed' : 'finished';
  }

  /** Waits until the lease is free, or has not been renewed for too long, and takes it. @returns undefined: stopped */
  async #take(): Promise<Taken | undefined> {
    const { signal } = this.#stopping;
    let seen: { readonly place: LeasePlace | undefined; readonly since: number } | undefined;
    /** A move of ours of which we do not know whether it was stored. */
    let attempt: Taken | undefined;
    let failures = 0;
    while (!signal.aborted) {
      try {
        const place = await unlessAborted(signal, this.options.models.checkpoint(this.#checkpoint));
        const now = this.#clock.now();
        if (attempt && place === attempt.place) return attempt;
        if (!seen || seen.place !== place) seen = { place, since: now };
        if (isFree(place) || now - seen.since >= this.#takeoverMs) {
          attempt = { place: movedBy(this.#holder, place), at: now };
          await unlessAborted(signal, this.#move(place, attempt.place));
          return attempt;
        }
        failures = 0;
      } catch (error) {
        // Somebody else was quicker: the next look starts watching them.
        if (error instanceof CheckpointMoved) attempt = undefined;
        else if (failures++ === 0) this.#log.warn({ lease: this.name, err: error }, 'A lease cannot be looked at');
        // Where we cannot look the holder may not be able to renew: its time begins anew.
        seen = undefined;
      }
      await this.#clock.sleep(this.#renewMs, signal);
    }
    return undefined;
  }

  #move(after: LeasePlace | undefined, position: LeasePlace): Promise<void> {
    const checkpoint = { name: this.#checkpoint, position, after: after ?? ('none' as const) };
    return this.options.models.write({ operations: [], checkpoint });
  }
}

/** `answer`, or a rejection as soon as `signal` aborts. */
function unlessAborted<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('No answer is waited for any more'));
    signal.addEventListener('abort', abort, { once: true });
    void answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

interface Taken {
  readonly place: LeasePlace;
  /** When the move was asked for, by our clock. */
  readonly at: number;
}

interface TenureOptions {
  readonly clock: LeaseClock;
  readonly renewMs: number;
  /** How long after its last renewal the lease counts as lost. */
  readonly expiresMs: number;
  stored(): Promise<LeasePlace | undefined>;
  move(after: LeasePlace, position: LeasePlace): Promise<void>;
  next(place: LeasePlace): LeasePlace;
}

/** One time of holding the lease: renews it until it is ended or lost. */
class Tenure {
  place: LeasePlace;
  #renewedAt: number;
  /** A renewal of which we do not know whether it was stored. */
  #attempt: Taken | undefined;
  readonly #lost = new AbortController();
  readonly #ended = new AbortController();

  constructor(
    { place, at }: Taken,
    private readonly options: TenureOptions,
  ) {
    this.place = place;
    this.#renewedAt = at;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  end(): void {
    this.#ended.abort();
  }

  /** Resolves when the tenure is over, and no renewal is under way that could still be waited for. */
  async renew(): Promise<void> {
    const { clock, renewMs, expiresMs } = this.options;
    const over = AbortSignal.any([this.#ended.signal, this.#lost.signal]);
    while (!over.aborted) {
      await clock.sleep(renewMs, this.#ended.signal);
      if (over.aborted) return;
      const answered = new AbortController();
      const expired = clock
        .sleep(this.#renewedAt + expiresMs - clock.now(), answered.signal)
        .then(() => answered.signal.aborted || this.#lost.abort());
      // An engine that does not answer does not hold up the end of the work.
      await Promise.race([this.#once(), expired]);
      answered.abort();
    }
  }

  async #once(): Promise<void> {
    const at = this.options.clock.now();
    try {
      if (this.#attempt) await this.#lookAgain(this.#attempt);
      const renewal = { place: this.options.next(this.place), at };
      this.#attempt = renewal;
      await this.options.move(this.place, renewal.place);
      this.#renewed(renewal);
    } catch (error) {
      if (error instanceof CheckpointMoved) this.#lost.abort();
      else if (this.options.clock.now() - this.#renewedAt >= this.options.expiresMs) this.#lost.abort();
    }
  }

  /** @throws CheckpointMoved what is stored is neither what we know of nor what we may have stored */
  async #lookAgain(attempt: Taken): Promise<void> {
    const stored = await this.options.stored();
    if (stored === attempt.place) this.#renewed(attempt);
    else if (stored !== this.place) throw new CheckpointMoved('lease', this.place, stored ?? 'none');
  }

  #renewed({ place, at }: Taken): void {
    this.place = place;
    this.#renewedAt = at;
    this.#attempt = undefined;
  }
}
