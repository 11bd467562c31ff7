import type { AttributePath, JsonValue } from '../schema/schema.types.js';
import { comparandOf } from './comparand.js';
import type { CompareNode, FilterNode } from './filter.types.js';
import { isAssigned, ownValue, readElements } from './read-value.js';
import { leafDefinition } from './resolve-path.js';
import { compareText, type Scalar, searchable } from './searchable.js';

export type Matcher = (value: JsonValue | undefined) => boolean;

/**
 * Whether a resource in canonical form, or an element of a multi-valued attribute for a filter from inside brackets,
 * satisfies the filter.
 *
 * On multi-valued attributes a comparison holds when it holds for any value. `ne` is the exact negation of `eq`
 * for attributes that a schema knows: it holds for a missing attribute, and for a multi-valued one it means that no
 * value equals. For an attribute that no schema knows every comparison, `ne` included, is false without a value.
 */
export function matchesFilter(node: FilterNode, value: JsonValue | undefined): boolean {
  return compileMatcher(node)(value);
}

/** {@link matchesFilter} prepared once for many values. */
export function compileMatcher(node: FilterNode): Matcher {
  switch (node.type) {
    case 'and': {
      const matchers = node.children.map(compileMatcher);
      return (value) => matchers.every((matches) => matches(value));
    }
    case 'or': {
      const matchers = node.children.map(compileMatcher);
      return (value) => matchers.some((matches) => matches(value));
    }
    case 'not': {
      const matches = compileMatcher(node.filter);
      return (value) => !matches(value);
    }
    case 'present': {
      const read = reader(node.path);
      return (value) => read(value).length > 0;
    }
    case 'valuePath': {
      const read = reader(node.path);
      const matches = compileMatcher(node.filter);
      return (value) => read(value).some((element) => typeof element === 'object' && matches(element));
    }
    case 'compare':
      return compileComparison(node);
  }
}

function compileComparison(node: CompareNode): Matcher {
  const read = reader(node.path);
  const definition = leafDefinition(node.path);
  const comparand = comparandOf(node);
  const negated = node.operator === 'ne';
  if (comparand.kind === 'absent') return (value) => read(value).length > 0 === negated;

  const test = scalarTest(node.operator, comparand);
  return (value) => {
    const found = read(value);
    const holds = found.some((element) => isScalar(element) && test(searchable(definition, element)));
    return negated ? !holds && (definition !== undefined || found.length > 0) : holds;
  };
}

type ValueComparand = Exclude<ReturnType<typeof comparandOf>, { kind: 'absent' }>;

function scalarTest(operator: CompareNode['operator'], comparand: ValueComparand): (value: Scalar) => boolean {
  switch (comparand.kind) {
    case 'equal':
      return (value) => comparand.values.includes(value);
    case 'text': {
      const { text } = comparand;
      if (operator === 'sw') return (value) => typeof value === 'string' && value.startsWith(text);
      if (operator === 'ew') return (value) => typeof value === 'string' && value.endsWith(text);
      return (value) => typeof value === 'string' && value.includes(text);
    }
    case 'bound': {
      const { bound } = comparand;
      return (value) => {
        if (typeof value === 'string' && typeof bound === 'string') return inOrder(operator, compareText(value, bound));
        return typeof value === 'number' && typeof bound === 'number' && inOrder(operator, value - bound);
      };
    }
  }
}

function inOrder(operator: CompareNode['operator'], difference: number): boolean {
  switch (operator) {
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    default:
      return difference <= 0;
  }
}

/** Reads the assigned values at a path, one per element. */
function reader(path: AttributePath): (value: JsonValue | undefined) => JsonValue[] {
  const { schema, attribute, subAttribute } = path;
  return (value) => {
    const owner = schema === undefined ? value : ownValue(value, schema, false);
    if (attribute === undefined) return isAssigned(owner) ? [owner] : [];
    const elements = readElements(ownValue(owner, attribute, path.definition !== undefined));
    if (subAttribute === undefined) return elements;
    return elements.flatMap((element) =>
      readElements(ownValue(element, subAttribute, path.subDefinition !== undefined)),
    );
  };
}

const isScalar = (value: JsonValue): value is Scalar => typeof value !== 'object';
