import type { JsonValue } from '#scim';
import type { CompiledProfile } from './compile-profile.js';

/** Stands for a value that nobody needs to see. Says that there is one, and not how long it is. */
export const MASKED = '••••';

/** The values that people who look at views may see; of a key that the profile does not know, as of a sensitive one, none. */
export function maskKeys(
  { keys, profile }: Pick<CompiledProfile, 'keys' | 'profile'>,
  values: Readonly<Record<string, JsonValue>>,
): Record<string, JsonValue> {
  const plain = new Set(keys.filter(({ sensitive }) => !sensitive).map(({ key }) => key));
  if (profile.roles) plain.add(profile.roles.key);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, plain.has(key) ? value : MASKED]));
}
