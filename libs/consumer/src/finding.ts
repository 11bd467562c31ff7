import type { JsonValue } from '#scim';

/** What a person is found by, folded: letters' case and compatibility forms do not count. Worked out when somebody looks. */
export interface Finding {
  /** What they sign in with. */
  readonly login?: string | undefined;
  /** Names, addresses and the like, in one text. */
  readonly text: string;
  readonly department?: readonly string[];
  readonly manager?: readonly string[];
  readonly location?: readonly string[];
}

export interface FindQuery {
  /** Words that must all be in names, addresses and the like. */
  readonly search?: string | undefined;
  readonly department?: string | undefined;
  readonly manager?: string | undefined;
  readonly location?: string | undefined;
}

/** More people than may be looked at for one answer have been looked at. */
export class SearchTooCostly extends Error {
  override readonly name = 'SearchTooCostly';
}

export const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Texts among values, folded. */
export function folded(...values: readonly (JsonValue | undefined)[]): string[] {
  return values.flatMap((value) => (typeof value === 'string' && value !== '' ? [fold(value)] : []));
}

/** Whether a person fits; undefined where everybody does. */
export function finder({
  search,
  department,
  manager,
  location,
}: FindQuery): ((finding: Finding) => boolean) | undefined {
  const words = fold(search ?? '').split(/\s+/).filter((word) => word !== ''); // prettier-ignore
  const tests: ((finding: Finding) => boolean)[] = [];
  if (words.length > 0) tests.push(({ text }) => words.every((word) => text.includes(word)));
  for (const [field, wanted] of Object.entries({ department, manager, location })) {
    if (wanted === undefined) continue;
    const value = fold(wanted);
    tests.push((finding) => finding[field as 'department' | 'manager' | 'location']?.includes(value) ?? false);
  }
  return tests.length > 0 ? (finding) => tests.every((test) => test(finding)) : undefined;
}
