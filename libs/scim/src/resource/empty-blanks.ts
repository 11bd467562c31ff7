import { LIMITS } from './keep-json.js';

/**
 * `value` with `""` in the place of every string of nothing but white space. Looks as deep as attributes may nest, and shares
 * with `value` whatever holds no such string.
 */
export function emptyBlanks(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return value !== '' && value.trim() === '' ? '' : value;
  // A value for an attribute of an extension stands two levels down; what is deeper than that is refused anyway.
  if (typeof value !== 'object' || value === null || depth > LIMITS.nesting + 2) return value;
  if (Array.isArray(value)) {
    const elements = value.map((element) => emptyBlanks(element, depth + 1));
    return elements.some((element, index) => element !== value[index]) ? elements : value;
  }
  let changed = false;
  const entries = Object.entries(value).map(([name, part]) => {
    const next = emptyBlanks(part, depth + 1);
    changed ||= next !== part;
    return [name, next] as const;
  });
  return changed ? Object.fromEntries(entries) : value;
}
