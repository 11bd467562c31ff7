import { randomInt } from 'node:crypto';

/** Chance that can be had again: the same seed gives the same run, as far as the run is ours to decide. */
export class Randomness {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** From `FAULT_SEED`, or any. */
  static from(env: NodeJS.ProcessEnv): Randomness {
    const { FAULT_SEED } = env;
    return new Randomness(FAULT_SEED === undefined ? randomInt(2 ** 31) : Number(FAULT_SEED));
  }

  /** A number from `least` on, below `end`. An xorshift of 32 bits is as random as this needs. */
  between(least: number, end: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return least + ((this.#state >>> 0) / 2 ** 32) * (end - least);
  }

  one<T>(of: readonly T[]): T {
    return of[Math.floor(this.between(0, of.length))] as T;
  }

  shuffled<T>(all: readonly T[]): T[] {
    const left = [...all];
    return all.map(() => left.splice(Math.floor(this.between(0, left.length)), 1)[0] as T);
  }
}
