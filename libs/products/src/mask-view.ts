import type { JsonValue } from '#scim';
import type { CompiledProfile } from './compile-profile.js';

/** Stands for a value that nobody needs to see. Says that there is one, and not how long it is. */
export const MASKED = '••••';

/** The keys with the values of sensitive ones masked, for people who look at views. */
export function maskKeys(
  { keys }: Pick<CompiledProfile, 'keys'>,
  values: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> {
  const sensitive = new Set(keys.filter((key) => key.sensitive).map(({ key }) => key));
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, sensitive.has(key) ? MASKED : value]));
}
