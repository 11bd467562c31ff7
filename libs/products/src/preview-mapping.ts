import { type JsonValue, sameJson } from '#scim';
import type { AttributeMapping } from './attribute-mapping.js';
import { type CompiledProfile, compileProfile } from './compile-profile.js';
import { type AttributeView, deriveView, type KeyProblem, type Person, readRaw, sameView } from './derive-view.js';
import { maskKeys, MASKED } from './mask-view.js';
import type { ProductProfile } from './product-profile.js';

/** How many people are shown of each kind. */
const EXAMPLES = 3;

/** Longest text of a value that is shown, characters. */
const SHOWN_LENGTH = 100;

/** What a mapping would do to one key of the people looked at. */
export interface KeyPreview {
  readonly key: string;
  /** People who have a value now and would have none. */
  readonly lost: number;
  /** People without a value now who would have one. */
  readonly gained: number;
  /** People with another value than now. */
  readonly replaced: number;
  /** People for whom the key is required and would have no value. */
  readonly missing: number;
  /** People whose value would not fit the key, and how many it is for now. */
  readonly failing: number;
  readonly failingNow: number;
  readonly failures: readonly FailureExample[];
}

export interface FailureExample extends Omit<KeyProblem, 'key'> {
  readonly userId: string;
  /** What the identity provider sent; masked where the key is sensitive. */
  readonly value: JsonValue;
}

/** One person before and after, as far as they differ. Sensitive values are masked. */
export interface ChangeExample {
  readonly userId: string;
  readonly before: Readonly<Record<string, JsonValue>>;
  readonly after: Readonly<Record<string, JsonValue>>;
}

export interface MappingPreviewResult {
  /** People looked at. */
  readonly people: number;
  /** Those among them of whom the product would be told something else. */
  readonly changed: number;
  /** Keys that something would happen to, or that have values which do not fit, in the order of the profile. */
  readonly keys: readonly KeyPreview[];
  /** Up to three people who would change, chosen to show as many keys as they can. */
  readonly examples: readonly ChangeExample[];
}

type Counts = { -readonly [Name in keyof Omit<KeyPreview, 'key' | 'failures'>]: number } & {
  failures: FailureExample[];
};

/** What a mapping would do to people if it were saved, as they come by. Memory does not grow with their number. */
export class MappingPreview {
  private readonly current: CompiledProfile;
  private readonly proposed: CompiledProfile;
  private people = 0;
  private changed = 0;
  private readonly counts = new Map<string, Counts>();
  private readonly shown = new Set<string>();
  /** The first show keys that none before them does; the others fill up. */
  private readonly telling: ChangeExample[] = [];
  private readonly others: ChangeExample[] = [];

  /**
   * @param current absent: the profile as it comes
   * @param proposed one that `checkMapping` finds no fault with
   */
  constructor(profile: ProductProfile, current: AttributeMapping | undefined, proposed: AttributeMapping) {
    this.current = compileProfile(profile, current);
    this.proposed = compileProfile(profile, proposed);
  }

  add(person: Person): void {
    const before = deriveView(this.current, person);
    const after = deriveView(this.proposed, person);
    this.people++;
    for (const { key } of before.problems) this.of(key).failingNow++;
    for (const key of after.missing) this.of(key).missing++;
    for (const problem of after.problems) this.addFailure(problem, person);
    if (sameView(before, after)) return;
    this.changed++;
    const differing = this.compare(before, after);
    this.addExample(person.id, before, after, differing);
  }

  result(): MappingPreviewResult {
    const order = [...new Set([...this.proposed.keys, ...this.current.keys].map(({ key }) => key))];
    return {
      people: this.people,
      changed: this.changed,
      keys: order.flatMap((key) => {
        const counts = this.counts.get(key);
        return counts ? [{ key, ...counts }] : [];
      }),
      examples: [...this.telling, ...this.others].slice(0, EXAMPLES),
    };
  }

  private of(key: string): Counts {
    let counts = this.counts.get(key);
    if (!counts) {
      counts = { lost: 0, gained: 0, replaced: 0, missing: 0, failing: 0, failingNow: 0, failures: [] };
      this.counts.set(key, counts);
    }
    return counts;
  }

  private addFailure({ key, path, problem }: KeyProblem, person: Person): void {
    const counts = this.of(key);
    counts.failing++;
    if (counts.failures.length === EXAMPLES) return;
    const sensitive = this.proposed.keys.some((one) => one.key === key && one.sensitive);
    const value = sensitive ? MASKED : shorten(readRaw(this.proposed, key, path, person) ?? null);
    counts.failures.push({ userId: person.id, path, problem, value });
  }

  private compare({ keys: before }: AttributeView, { keys: after }: AttributeView): string[] {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.filter((key) => {
      const [was, will] = [before[key], after[key]];
      if (was === undefined) this.of(key).gained++;
      else if (will === undefined) this.of(key).lost++;
      else if (sameJson(was, will)) return false;
      else this.of(key).replaced++;
      return true;
    });
  }

  private addExample(userId: string, before: AttributeView, after: AttributeView, differing: readonly string[]): void {
    const isTelling = differing.some((key) => !this.shown.has(key));
    const list = isTelling ? this.telling : this.others;
    if (list.length === EXAMPLES) return;
    for (const key of differing) this.shown.add(key);
    const show = (compiled: CompiledProfile, { keys }: AttributeView) => {
      const shown = differing.flatMap((key) => (keys[key] === undefined ? [] : [[key, shorten(keys[key])] as const]));
      return maskKeys(compiled, Object.fromEntries(shown));
    };
    list.push({ userId, before: show(this.current, before), after: show(this.proposed, after) });
  }
}

/** Enough of a value to recognise it. */
function shorten(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= SHOWN_LENGTH ? value : `${text.slice(0, SHOWN_LENGTH)}…`;
}
