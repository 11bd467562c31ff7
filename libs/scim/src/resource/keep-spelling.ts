import { isObject, type JsonObject, ownName } from '../filter/read-value.js';
import type { ResourceAttributes } from '../schema/schema.types.js';

/**
 * `after` with its names in the spelling under which `before` has them: names count in any case (RFC 7643 §2.1), so
 * `EmpNum` in a PUT is the `empNum` that a POST brought, and stays called so. Only names that no schema knows can differ.
 * Changes neither; gives `after` itself back when there is nothing to rename.
 */
export function keepSpelling(before: ResourceAttributes, after: ResourceAttributes): ResourceAttributes {
  return respell(before, after);
}

function respell(before: JsonObject, after: JsonObject): JsonObject {
  let renamed: JsonObject | undefined;
  const names = Object.keys(after);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const own = ownName(before, name) ?? name;
    const value = after[name]!;
    const present = Object.hasOwn(before, own) ? before[own] : undefined;
    const next = isObject(value) && isObject(present) ? respell(present, value) : value;
    if (own === name && next === value) {
      if (renamed) renamed[name] = value;
      continue;
    }
    renamed ??= Object.fromEntries(names.slice(0, i).map((earlier) => [earlier, after[earlier]!]));
    renamed[own] = next;
  }
  return renamed ?? after;
}
