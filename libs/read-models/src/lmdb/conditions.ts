import type { Filter } from '../read-models.port.js';
import { isRecord } from './document-paths.js';

export type Scalar = string | number | boolean | null;

/** What must hold at a path, in a form an index can look up. */
export type Condition = { readonly path: string; /** More is asked than this says. */ readonly loose: boolean } & (
  | { readonly type: 'equals'; readonly values: readonly Scalar[] }
  | { readonly type: 'range'; readonly operator: RangeOperator; readonly value: Exclude<Scalar, null> }
  | { readonly type: 'prefix'; readonly text: string }
  | { readonly type: 'exists' }
  | { readonly type: 'missing' }
);
export type RangeOperator = '$gt' | '$gte' | '$lt' | '$lte';

export interface Conditions {
  readonly list: readonly Condition[];
  /** Whether documents that meet every condition of the list, each strictly, are all that match the filter. */
  readonly complete: boolean;
}

/** Every condition that a matching document must meet: those joined by `$and`, at the top or nested in `$and`s. */
export function conditionsOf(filter: Filter): Conditions {
  const list: Condition[] = [];
  const complete = collect(filter, '', list);
  return { list, complete };
}

/** @returns whether the conditions added say all that the filter says */
function collect(filter: Filter, parent: string, into: Condition[]): boolean {
  let complete = true;
  for (const key of Object.keys(filter)) {
    const operand = filter[key];
    if (key === '$and') {
      for (const clause of operand as Filter[]) complete = collect(clause, parent, into) && complete;
    } else if (key.startsWith('$')) complete = false;
    else complete = collectPath(parent + key, operand, into) && complete;
  }
  return complete;
}

function collectPath(path: string, operand: unknown, into: Condition[]): boolean {
  if (typeof operand === 'string') {
    into.push({ type: 'equals', path, values: [operand], loose: false });
    return true;
  }
  if (!isRecord(operand) || !Object.keys(operand).some((key) => key.startsWith('$'))) {
    return collectOperator(path, '$eq', operand, into);
  }
  let complete = true;
  for (const [operator, value] of Object.entries(operand)) {
    complete = collectOperator(path, operator, value, into) && complete;
  }
  return complete;
}

function collectOperator(path: string, operator: string, operand: unknown, into: Condition[]): boolean {
  switch (operator) {
    case '$eq':
      return collectEquals(path, [operand], into);
    case '$in':
      return Array.isArray(operand) && collectEquals(path, operand, into);
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (!isScalar(operand) || operand === null) return false;
      into.push({ type: 'range', path, operator, value: operand, loose: false });
      return true;
    case '$regex': {
      const prefix = typeof operand === 'string' ? literalPrefix(operand) : undefined;
      if (prefix === undefined) return false;
      into.push({ type: 'prefix', path, ...prefix });
      return !prefix.loose;
    }
    case '$exists':
      into.push({ type: operand ? 'exists' : 'missing', path, loose: false });
      return true;
    case '$elemMatch':
      collectElement(path, operand, into);
      return false;
    default:
      return false;
  }
}

function collectEquals(path: string, values: readonly unknown[], into: Condition[]): boolean {
  const scalars = values.map((value) => (value === undefined ? null : value));
  if (!scalars.every(isScalar)) return false;
  // Among the index entries for null are those of `[]` under a longer path, which null does not match.
  const loose = scalars.includes(null);
  into.push({ type: 'equals', path, values: [...new Set(scalars)], loose });
  return !loose;
}

/** What one element must meet, some element of the document must meet: true of the document, but not all that is asked. */
function collectElement(path: string, operand: unknown, into: Condition[]): void {
  if (!isRecord(operand)) return;
  const element: Condition[] = [];
  if (Object.keys(operand).some((key) => key.startsWith('$') && key !== '$and')) {
    if (!Object.keys(operand).some((key) => key === '$or' || key === '$nor')) collectPath(path, operand, element);
  } else collect(operand, `${path}.`, element);
  into.push(...element.map((condition) => ({ ...condition, loose: true })));
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}

/**
 * The literal text a pattern is anchored to; `loose` when the pattern asks for more than that start. Undefined when it
 * is not anchored or offers alternatives.
 */
export function literalPrefix(pattern: string): { readonly text: string; readonly loose: boolean } | undefined {
  if (!pattern.startsWith('^')) return undefined;
  let text = '';
  let last = '';
  for (let i = 1; i < pattern.length; i++) {
    let character = pattern.charAt(i);
    if (character === '\\') {
      character = pattern.charAt(++i);
      // A letter or digit after a backslash is a class or a reference, not itself.
      if (/[A-Za-z0-9]|^$/.test(character)) return hasAlternatives(pattern) ? undefined : { text, loose: true };
    } else if (/[.[\](){}|$^*+?]/.test(character)) {
      if (hasAlternatives(pattern)) return undefined;
      // `*`, `?` and `{` may drop the character before them.
      return { text: /[*?{]/.test(character) ? text.slice(0, text.length - last.length) : text, loose: true };
    }
    last = character;
    text += character;
  }
  return { text, loose: false };
}

/** Whether a `|` stands anywhere; inside a group it is harmless, but telling the two apart is not worth it. */
function hasAlternatives(pattern: string): boolean {
  return pattern.replaceAll(/\\./gs, '').includes('|');
}
