import type { AttributePath } from '#scim';

/** Name of the top-level field in which documents hold their search shadow, unless told otherwise. */
export const SHADOW_FIELD = 'shadow';

/**
 * The key under which a search shadow holds a name: in lower case, since SCIM's names count in any, and with nothing in it
 * that a dotted path of MongoDB would stumble over (`urn:…:2.0:User`, `$ref`). `%` is escaped too, so that no name can
 * pass for a key of the shadow's own.
 */
export function shadowKey(name: string): string {
  const lowered = name.toLowerCase();
  if (!SPECIAL.test(lowered)) return lowered;
  if (lowered === '__proto__') return '%5F_proto__';
  return lowered.replaceAll('%', '%25').replaceAll('.', '%2E').replace(/^\$/, '%24');
}

const SPECIAL = /[%.]|^\$|^__proto__$/;

/**
 * Stands in the objects of attributes that no schema knows, to tell them from plain values in the same list. A capital,
 * so that no folded value equals it: some engines look for `%` in a plain value and find the value.
 */
export const OBJECT_MARK = { '%': 'O' } as const;

/** Dotted path of what a SCIM path names, below `field`; `field` may be empty. */
export function shadowPath(field: string, { schema, attribute, subAttribute }: AttributePath): string {
  if (schema === undefined && subAttribute === undefined && attribute !== undefined && field !== '') {
    return `${field}.${shadowKey(attribute)}`;
  }
  const names = [schema, attribute, subAttribute].filter((name) => name !== undefined);
  return [...(field === '' ? [] : [field]), ...names.map(shadowKey)].join('.');
}
