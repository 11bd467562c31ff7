import { ScimError } from '../scim-error.js';

/** Faults that one answer spells out; an admin mends these first, and the text stays short. */
const TOLD = 3;

/**
 * The wrong values of one request, so that one answer tells of all of them. The first few are told in full, in the order
 * of the body, the others are counted.
 */
export class Faults {
  private readonly details = new Set<string>();
  private first: ScimError | undefined;

  get some(): boolean {
    return this.first !== undefined;
  }

  /** Keeps an `invalidValue` for later; any other error ends the request at once. */
  gather(error: unknown): void {
    if (!(error instanceof ScimError) || error.kind !== 'invalidValue') throw error;
    this.first ??= error;
    this.details.add(error.detail);
  }

  /** @throws ScimError `invalidValue` when anything was gathered */
  throwIfAny(): void {
    if (!this.first) return;
    if (this.details.size === 1) throw this.first;
    const told = [...this.details].slice(0, TOLD);
    const untold = this.details.size - told.length;
    const more = untold === 0 ? [] : [`And ${untold} more ${untold === 1 ? 'fault' : 'faults'}.`];
    throw new ScimError('invalidValue', [...told, ...more].join(' '), { cause: this.first });
  }
}
