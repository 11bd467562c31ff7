import type { AttributeDefinition } from '../schema/schema.types.js';
import type { CompareNode, FilterLiteral } from './filter.types.js';
import { leafDefinition, printPath } from './resolve-path.js';
import { canonicalInstant, foldText, type Scalar } from './searchable.js';

/** What a comparison looks for, in the form that stored values are searched in. */
export type Comparand =
  /** `eq null`, `eq ""`: the attribute has no value (RFC 7643 §2.5). */
  | { readonly kind: 'absent' }
  | { readonly kind: 'equal'; readonly values: readonly Scalar[] }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bound'; readonly bound: string | number };

const isEquality = (operator: CompareNode['operator']): boolean => operator === 'eq' || operator === 'ne';
const isTextual = (operator: CompareNode['operator']): boolean =>
  operator === 'co' || operator === 'sw' || operator === 'ew';

/** Whether the comparison asks only if there is a value: `eq null`, and `eq ""` as SCIM knows no empty strings. */
export const isAbsence = (operator: CompareNode['operator'], value: FilterLiteral): boolean =>
  isEquality(operator) && (value === null || value === '');

/**
 * The comparand of a comparison that {@link typeFault} has found nothing wrong with, as every parsed one.
 */
export function comparandOf(node: CompareNode): Comparand {
  const { operator, value } = node;
  const definition = leafDefinition(node.path);
  if (isEquality(operator)) {
    if (value === null || isAbsence(operator, value)) return { kind: 'absent' };
    return { kind: 'equal', values: definition ? [typed(definition, value)] : untyped(value) };
  }
  if (isTextual(operator)) {
    const text = String(value);
    // Stored instants are in upper case.
    return { kind: 'text', text: definition?.type === 'dateTime' ? text.toUpperCase() : foldText(definition, text) };
  }
  const bound = definition
    ? typed(definition, value ?? '')
    : typeof value === 'string'
      ? foldText(undefined, value)
      : value;
  return { kind: 'bound', bound: typeof bound === 'number' ? bound : String(bound) };
}

/** Why this comparison cannot be made, or undefined (RFC 7644 §3.12, `invalidFilter`). */
export function typeFault({ path, operator, value }: CompareNode): string | undefined {
  const name = printPath(path);
  if (path.attribute === undefined) return `${name} is a schema; name one of its attributes`;
  if (isAbsence(operator, value)) return undefined;
  if (value === null) return `${operator} needs a value other than null`;
  const definition = leafDefinition(path);
  switch (definition?.type) {
    case undefined:
      return typeof value === 'boolean' && !isEquality(operator)
        ? `${operator} cannot be applied to a boolean; use eq or ne`
        : undefined;
    case 'boolean':
      if (!isEquality(operator)) return `${operator} cannot be applied to ${name}, a boolean; use eq or ne`;
      return toBoolean(value) === undefined ? `${name} is a boolean; compare it with true or false` : undefined;
    case 'integer':
    case 'decimal':
      if (isTextual(operator)) return `${operator} cannot be applied to ${name}, a number`;
      return toNumber(value) === undefined ? `${name} is a number; compare it with one` : undefined;
    case 'dateTime':
      if (isTextual(operator)) return undefined;
      return typeof value === 'string' && canonicalInstant(value) !== undefined
        ? undefined
        : `${name} is a dateTime; compare it with one such as "2026-01-31T12:00:00Z"`;
    case 'binary':
      return isEquality(operator) || isTextual(operator)
        ? undefined
        : `${operator} cannot be applied to ${name}, which is binary`;
    case 'complex':
      return `${name} is complex; name one of its sub-attributes: ${subNames(definition)}`;
    case 'string':
    case 'reference':
      return undefined;
  }
}

function typed(definition: AttributeDefinition, value: Scalar): Scalar {
  switch (definition.type) {
    case 'boolean':
      return toBoolean(value) ?? value;
    case 'integer':
    case 'decimal':
      return toNumber(value) ?? value;
    default:
      return foldText(definition, String(value));
  }
}

/** Without a schema a value may have been sent as text or as what it says: "True" and true, "77" and 77. */
function untyped(value: Scalar): Scalar[] {
  const text = foldText(undefined, String(value));
  const values: Scalar[] = typeof value === 'string' ? [text] : [value, text];
  if (typeof value !== 'string') return values;
  const boolean = toBoolean(text);
  if (boolean !== undefined) values.push(boolean);
  const number = toNumber(text);
  if (number !== undefined && String(number) === text) values.push(number);
  return values;
}

/** Entra ID compares booleans with "True" and "False". */
function toBoolean(value: Scalar): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const lowered = value.toLowerCase();
  return lowered === 'true' ? true : lowered === 'false' ? false : undefined;
}

function toNumber(value: Scalar): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function subNames(definition: AttributeDefinition): string {
  return (definition.subAttributes ?? []).map(({ name }) => name).join(', ');
}
