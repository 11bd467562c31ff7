import { EventStoreUnavailable } from '#event-store';
import { MessageBusUnavailable } from '#message-bus';
import { ReadModelsUnavailable } from '#read-models';

const UNAVAILABLE = {
  store: EventStoreUnavailable,
  readModels: ReadModelsUnavailable,
  bus: MessageBusUnavailable,
} as const;

/** Engines as somebody has them whose line to them can be cut: calls fail then, and what was being followed ends. */
export class Switchable {
  private cut = new AbortController();

  constructor(private readonly kind: keyof typeof UNAVAILABLE) {}

  goAway(): void {
    this.cut.abort();
  }

  comeBack(): void {
    this.cut = new AbortController();
  }

  /** @param overrides members that answer otherwise */
  wrap<T extends object>(engine: T, overrides: Partial<T> = {}): T {
    return new Proxy(engine, {
      get: (target, name) => {
        if (name in overrides) return Reflect.get(overrides, name) as unknown;
        // Whoever closes what is shared would close it for all.
        if (name === Symbol.asyncDispose) return () => Promise.resolve();
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => this.call(() => Reflect.apply(member, target, parameters) as unknown);
      },
    });
  }

  private call(ask: () => unknown): unknown {
    if (this.cut.signal.aborted) return this.failing();
    const answer = ask();
    return isStream(answer) ? this.follow(answer, this.cut.signal) : answer;
  }

  /** As a promise that is rejected, or something that is read and fails. */
  private failing(): unknown {
    const error = (): Error => new UNAVAILABLE[this.kind]('cut');
    const failed = Promise.reject(error());
    failed.catch(() => undefined);
    const stream = { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error()) }) };
    return Object.assign(failed, stream);
  }

  private async *follow(stream: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<unknown> {
    const cut = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new UNAVAILABLE[this.kind]('cut')), { once: true });
    });
    cut.catch(() => undefined);
    const iterator = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), cut]);
        if (next.done) return;
        yield next.value;
      }
    } finally {
      void iterator.return?.();
    }
  }
}

const isStream = (answer: unknown): answer is AsyncIterable<unknown> =>
  typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
