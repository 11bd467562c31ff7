import type { JsonValue } from '#scim';
import type { Filter } from '#read-models';

/** What a product finds a person by, folded: letters' case and compatibility forms do not count. */
export interface Finding {
  /** Under which they sign in; with the tenant in front, as names of tenants hold no slash. */
  readonly login?: string;
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

export const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Texts among values, folded; undefined when there are none. */
export function folded(...values: readonly (JsonValue | undefined)[]): string[] | undefined {
  const found = values.flatMap((value) => (typeof value === 'string' && value !== '' ? [fold(value)] : []));
  return found.length > 0 ? found : undefined;
}

export const loginOf = (tenant: string, name: string): string => `${tenant}/${fold(name)}`;

/** Rows whose {@link Finding} in the field `find` fits; undefined when nothing is asked. */
export function whereFound({ search, department, manager, location }: FindQuery): Filter | undefined {
  const conditions: Filter[] = [];
  for (const word of fold(search ?? '').split(/\s+/)) {
    if (word !== '') conditions.push({ 'find.text': { $regex: literally(word) } });
  }
  if (department !== undefined) conditions.push({ 'find.department': fold(department) });
  if (manager !== undefined) conditions.push({ 'find.manager': fold(manager) });
  if (location !== undefined) conditions.push({ 'find.location': fold(location) });
  return conditions.length > 0 ? { $and: conditions } : undefined;
}

/** Text as a pattern that fits just it. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('\u0000', '\\x00');
}
