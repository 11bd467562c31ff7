import type { AttributePath } from '../schema/schema.types.js';

/** Operators that compare an attribute with a literal, RFC 7644 §3.4.2.2, table 3. */
export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';

export type FilterLiteral = string | number | boolean | null;

export interface CompareNode {
  readonly type: 'compare';
  readonly path: AttributePath;
  readonly operator: CompareOperator;
  /** As written; what it is compared as depends on the attribute's type. */
  readonly value: FilterLiteral;
}

export interface PresentNode {
  readonly type: 'present';
  readonly path: AttributePath;
}

/** `attr[filter]`: one element must satisfy the whole filter, whose paths are relative to the element. */
export interface ValuePathNode {
  readonly type: 'valuePath';
  readonly path: AttributePath;
  readonly filter: FilterNode;
}

/** Two or more children, none of the same type: `a and (b and c)` is `a and b and c`. */
export interface JunctionNode {
  readonly type: 'and' | 'or';
  readonly children: readonly FilterNode[];
}

export interface NotNode {
  readonly type: 'not';
  readonly filter: FilterNode;
}

/** A parsed SCIM filter with its attribute paths resolved against a resource type. */
export type FilterNode = CompareNode | PresentNode | ValuePathNode | JunctionNode | NotNode;

/** Joins with `and` or `or`, without nesting a junction in one of its own kind. */
export function join(type: 'and' | 'or', filters: readonly FilterNode[]): FilterNode {
  const children = filters.flatMap((filter) => (filter.type === type ? filter.children : [filter]));
  const [only] = children;
  return only && children.length === 1 ? only : { type, children };
}
