import { type ReadModels, ReadModelsUnavailable } from '#read-models';

/** Read models whose writes can be held back, as when their engine is slow or away. */
export class HeldReadModels {
  private dropped = false;
  private gate: Promise<void> | undefined;
  private open: () => void = () => undefined;
  private shut: (reason: Error) => void = () => undefined;

  /** From now on no write gets through. */
  hold(): void {
    if (this.dropped) this.gate = undefined;
    this.dropped = false;
    this.gate ??= new Promise((open, shut) => ([this.open, this.shut] = [open, shut]));
    this.gate.catch(() => undefined);
  }

  /** What is held never gets through, nor does what comes until the next {@link release}: the engine has gone. */
  drop(): void {
    this.hold();
    this.dropped = true;
    this.shut(new ReadModelsUnavailable('dropped'));
  }

  /** Lets through what was held, and all that comes. */
  release(): void {
    this.gate = undefined;
    this.open();
  }

  wrap(readModels: ReadModels): ReadModels {
    return new Proxy(readModels, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        if (name !== 'write') return member.bind(target) as unknown;
        return async (...parameters: Parameters<ReadModels['write']>) => {
          await this.gate;
          return target.write(...parameters);
        };
      },
    });
  }
}
