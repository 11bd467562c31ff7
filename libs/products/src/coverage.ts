import type { AttributeView } from './derive-view.js';

/** What of a product's keys people have. */
export interface Coverage {
  readonly people: number;
  /** By key, those only that some person has, lacks or has a problem with. */
  readonly keys: ReadonlyMap<string, KeyCoverage>;
}

export interface KeyCoverage {
  /** People with a value. */
  readonly valued: number;
  /** People without, though the key is required. */
  readonly missing: number;
  /** People whose value does not fit. */
  readonly problems: number;
}

/** Counts views as they come. */
export class CoverageCount implements Coverage {
  people = 0;
  private readonly counts = new Map<string, { valued: number; missing: number; problems: number }>();

  get keys(): ReadonlyMap<string, KeyCoverage> {
    return this.counts;
  }

  add({ keys, missing, problems }: AttributeView): void {
    this.people++;
    for (const key of Object.keys(keys)) this.of(key).valued++;
    for (const key of missing) this.of(key).missing++;
    for (const { key } of problems) this.of(key).problems++;
  }

  private of(key: string): { valued: number; missing: number; problems: number } {
    let count = this.counts.get(key);
    if (!count) this.counts.set(key, (count = { valued: 0, missing: 0, problems: 0 }));
    return count;
  }
}
