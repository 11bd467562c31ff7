import type { RootDatabase } from 'lmdb';
import { MessageBusUnavailable } from '../message-bus.port.js';

/** A commit takes what is waiting until it holds this many characters, so that a burst is not copied all at once. */
const MAX_COMMIT_CHARACTERS = 8 * 1024 * 1024;

export interface CommitWork {
  /** Does all that can fail (encoding, say); a throw rejects this work alone. May be called again after `reset`. */
  readonly prepare?: () => void;
  /** Puts and removes; must not throw, because LMDB would commit the half that was done. */
  readonly write?: () => void;
  /** What it adds to the size of the commit. */
  readonly characters?: number;
}

interface Waiting extends CommitWork {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitHooks {
  /** Forgets what `prepare` calls have made. */
  readonly reset: () => void;
  /** Puts what was prepared, and what can wait for any commit; must not throw. */
  readonly write: () => void;
  readonly durable: () => void;
  /** Nothing of the commit was written. `reset` has been called. */
  readonly failed: () => void;
}

/**
 * One commit at a time; whatever arrives meanwhile goes into the next one together, so that an fsync is shared by all
 * who wait for it.
 *
 * The environment is opened without `overlappingSync`, so a commit's promise resolves after fdatasync and the synced
 * write of the meta page, and without `eventTurnBatching`: `batch` then yields the only promise of the commit, whose
 * rejection (a full disk) is handled here, while LMDB writes nothing of the failed one.
 */
export class GroupCommit {
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly root: RootDatabase,
    private readonly hooks: CommitHooks,
  ) {}

  /** Makes `work` part of the next commit; resolves once that is on disk. */
  add(work: CommitWork): Promise<void> {
    if (this.#closed) return Promise.reject(new MessageBusUnavailable('The message bus is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...work, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when all that was added is on disk or has failed; nothing more is taken. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // callers of the same turn share the first commit too
    while (this.#waiting.length > 0) await this.#commit(this.#take());
    this.#running = undefined;
  }

  #take(): Waiting[] {
    let characters = 0;
    let count = 0;
    while (count < this.#waiting.length && characters < MAX_COMMIT_CHARACTERS) {
      characters += this.#waiting[count]?.characters ?? 0;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(taken: readonly Waiting[]): Promise<void> {
    const works = this.#prepare(taken);
    try {
      await this.root.batch(() => {
        for (const work of works) work.write?.();
        this.hooks.write();
      });
    } catch (error) {
      this.hooks.reset();
      this.hooks.failed();
      const cause = await causeOf(error);
      for (const work of works) work.reject(new MessageBusUnavailable('The commit failed', { cause }));
      return;
    }
    this.hooks.durable();
    for (const work of works) work.resolve();
  }

  #prepare(taken: readonly Waiting[]): readonly Waiting[] {
    let works = taken;
    for (;;) {
      const faulty = works.find((work) => !prepared(work));
      if (!faulty) return works;
      this.hooks.reset();
      works = works.filter((work) => work !== faulty);
    }
  }
}

function prepared(work: Waiting): boolean {
  try {
    work.prepare?.();
    return true;
  } catch (error) {
    work.reject(error);
    return false;
  }
}

/** lmdb puts the real error behind a promise, which would count as unhandled if nobody looked at it. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  return commitError ? commitError.catch((reason: unknown) => reason) : error;
}
