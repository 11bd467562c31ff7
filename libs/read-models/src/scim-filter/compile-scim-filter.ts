import { type CompareNode, comparandOf, type FilterNode, leafDefinition, type ValuePathNode } from '#scim';
import type { Filter } from '../read-models.port.js';
import { escapeRegex } from './escape-regex.js';
import { compileRelation, type RelationIds, relationOf } from './relations.js';
import { OBJECT_MARK, SHADOW_FIELD, shadowPath } from './shadow-key.js';

export interface CompileOptions {
  /** Name of the top-level field that holds the search shadow; default `shadow`. */
  readonly field?: string;
  /** Answers to `collectRelationTerms`; a term without one holds for nobody. */
  readonly relations?: RelationIds;
}

/**
 * Compiles a SCIM filter to a filter over documents with a search shadow, which holds for the same resources as
 * `matchesFilter` does. Relations are answered through the document's top-level `id` and `memberCount`.
 * @throws ScimError `invalidFilter` for what cannot be asked of `members` and `groups`
 */
export function compileScimFilter(node: FilterNode, options: CompileOptions = {}): Filter {
  return compile(node, options.field ?? SHADOW_FIELD, options.relations ?? NOBODY);
}

const NOBODY: RelationIds = new Map();
/** Holds for no document. */
export const NOTHING: Filter = { _id: { $in: [] } };

function compile(node: FilterNode, field: string, related: RelationIds): Filter {
  switch (node.type) {
    case 'and':
      return { $and: node.children.map((child) => compile(child, field, related)) };
    case 'or':
      return { $or: node.children.map((child) => compile(child, field, related)) };
    case 'not':
      return { $nor: [compile(node.filter, field, related)] };
    default: {
      // Inside brackets, where `field` is empty, names are an element's.
      const relation = field === '' ? undefined : relationOf(node.path);
      if (relation) return compileRelation(relation, node, related);
    }
  }
  switch (node.type) {
    case 'present':
      return { [shadowPath(field, node.path)]: { $exists: true } };
    case 'valuePath':
      return compileValuePath(node, field, related);
    case 'compare':
      return { [shadowPath(field, node.path)]: condition(node) };
  }
}

function compileValuePath({ path, filter }: ValuePathNode, field: string, related: RelationIds): Filter {
  const at = shadowPath(field, path);
  const { definition } = path;
  if (definition && definition.type !== 'complex') return NOTHING;
  if (definition && !definition.multiValued) {
    return { $and: [{ [at]: { $exists: true } }, compile(filter, at, related)] };
  }
  const element = compile(filter, '', related);
  return { [at]: { $elemMatch: definition ? element : { $and: [OBJECT_MARK, element] } } };
}

function condition(node: CompareNode): unknown {
  const comparand = comparandOf(node);
  const { operator } = node;
  switch (comparand.kind) {
    case 'absent':
      return { $exists: operator === 'ne' };
    case 'equal': {
      const [first, ...others] = comparand.values;
      if (operator === 'eq') return others.length === 0 ? first : { $in: comparand.values };
      // Without a schema there has to be a value to differ.
      if (!leafDefinition(node.path)) return { $exists: true, $nin: comparand.values };
      return others.length === 0 ? { $ne: first } : { $nin: comparand.values };
    }
    case 'text': {
      const text = escapeRegex(comparand.text);
      // `$` would also match in front of a last line break, where regular expressions are Perl's.
      return { $regex: operator === 'sw' ? `^${text}` : operator === 'ew' ? `${text}(?![\\s\\S])` : text };
    }
    case 'bound':
      return { [BOUNDS[operator] ?? '$lte']: comparand.bound };
  }
}

const BOUNDS: Partial<Record<CompareNode['operator'], string>> = { gt: '$gt', ge: '$gte', lt: '$lt', le: '$lte' };
