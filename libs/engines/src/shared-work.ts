import { once } from 'node:events';
import { type LeasedWork, systemClock, workUnderLease } from '#leases';
import type { ReadModels } from '#read-models';
import { BackOff, type SubscriptionLog } from '#subscriptions';

export interface SharedWorkOptions {
  /** Of the work, e.g. `projector`. */
  readonly name: string;
  /** Where processes agree on who does it; undefined: there is nobody else. */
  readonly leases: ReadModels | undefined;
  /** Begins when it is this process' turn, and is to end soon after `signal` aborts. */
  readonly work: (signal: AbortSignal) => Promise<void>;
  readonly log: SubscriptionLog;
}

/**
 * Work for one process at a time of all that are on the same engines. Where it fails, as it does while an engine is away, it is
 * begun again after a pause, here or in another process.
 */
export function shareWork({ name, leases, work, log }: SharedWorkOptions): LeasedWork {
  if (leases) return workUnderLease({ name, models: leases, work, log });
  const stopping = new AbortController();
  const { signal } = stopping;
  const done = (async () => {
    const backOff = new BackOff();
    while (!signal.aborted) {
      const begun = performance.now();
      try {
        await work(signal);
      } catch (error) {
        if (!signal.aborted) log.warn({ work: name, err: error }, 'Work has failed; beginning it again');
      }
      if (performance.now() - begun > SOUND_MS) backOff.reset();
      await backOff.wait(signal);
    }
  })();
  return {
    name,
    held: true,
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

/** Work that went on for so long did not fail over how it began, ms. */
const SOUND_MS = 10_000;

/**
 * Something that is started and stopped, as work: started when the work begins, stopped when it is to end. Its start may take
 * long, and is not waited for once `signal` aborts.
 * @param part `ended` aborts where it cannot go on, with the reason
 * @throws that reason
 */
export async function runUntil(
  signal: AbortSignal,
  part: { start(): Promise<unknown>; stop(): Promise<unknown>; readonly ended?: AbortSignal },
): Promise<void> {
  const { ended } = part;
  try {
    await Promise.race([part.start(), aborted(signal)]);
    await aborted(ended ? AbortSignal.any([signal, ended]) : signal);
  } finally {
    await part.stop();
  }
  if (!signal.aborted) throw ended?.reason;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
}

/** Repeats `action` until it resolves. @returns undefined once `signal` aborts */
export async function untilDone<T>(
  action: () => Promise<T>,
  signal: AbortSignal,
  onFailure: (error: unknown) => void,
): Promise<T | undefined> {
  const backOff = new BackOff();
  while (!signal.aborted) {
    try {
      return await action();
    } catch (error) {
      onFailure(error);
      await backOff.wait(signal);
    }
  }
  return undefined;
}

/** `answer`, or what `late` throws where it takes longer than `ms`. */
export async function within<T>(ms: number, answer: Promise<T>, late: () => Error): Promise<T> {
  const answered = new AbortController();
  const silence = systemClock.sleep(ms, answered.signal).then(() => {
    if (!answered.signal.aborted) throw late();
    return answer;
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    answered.abort();
    silence.catch(() => undefined);
  }
}
