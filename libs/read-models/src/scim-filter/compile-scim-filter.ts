import {
  type AttributePath,
  type CompareNode,
  comparandOf,
  type FilterNode,
  leafDefinition,
  type PresentNode,
  type ValuePathNode,
} from '#scim';
import type { Filter } from '../read-models.port.js';
import { escapeRegex } from './escape-regex.js';
import { compileRelation, type RelationIds, relationOf } from './relations.js';
import { OBJECT_MARK, SHADOW_FIELD, shadowPath } from './shadow-key.js';

export interface CompileOptions {
  /** Name of the top-level field that holds the search shadow; default `shadow`. */
  readonly field?: string;
  /** Answers to `collectRelationTerms`; a term without one holds for nobody. */
  readonly relations?: RelationIds;
  /**
   * The `_id` of the document of a resource, where it is something and then the id: conditions on `id` are put to `_id`,
   * which is always indexed.
   */
  readonly documentId?: (id: string) => string;
}

/**
 * Compiles a SCIM filter to a filter over documents with a search shadow, which holds for the same resources as
 * `matchesFilter` does. Relations are answered through the document's top-level `memberCount` and its `_id`, or `id` without
 * `documentId`.
 * @throws ScimError `invalidFilter` for what cannot be asked of `members` and `groups`
 */
export function compileScimFilter(node: FilterNode, options: CompileOptions = {}): Filter {
  const { field = SHADOW_FIELD, relations = NOBODY, documentId } = options;
  return compile(node, field, { field, relations, documentId });
}

interface Surroundings {
  /** Where the resource's own attributes are, as against those of an element. */
  readonly field: string;
  readonly relations: RelationIds;
  readonly documentId: CompileOptions['documentId'];
}

const NOBODY: RelationIds = new Map();
/** Holds for no document. */
export const NOTHING: Filter = { _id: { $in: [] } };

function compile(node: FilterNode, field: string, around: Surroundings): Filter {
  switch (node.type) {
    case 'and':
      return { $and: node.children.map((child) => compile(child, field, around)) };
    case 'or':
      return { $or: node.children.map((child) => compile(child, field, around)) };
    case 'not': {
      const negated = node.filter;
      if (negated.type === 'present' && !isRelated(negated, field, around)) {
        return { [shadowPath(field, negated.path)]: { $exists: false } };
      }
      return { $nor: [compile(negated, field, around)] };
    }
    default: {
      // Inside brackets, where `field` is empty, names are an element's.
      const relation = field === '' ? undefined : relationOf(node.path);
      if (relation) return compileRelation(relation, node, around.relations, around.documentId);
    }
  }
  if (field === around.field && around.documentId && isId(node.path)) {
    const filter = compileId(node, around.documentId);
    if (filter) return filter;
  }
  switch (node.type) {
    case 'present':
      return { [shadowPath(field, node.path)]: { $exists: true } };
    case 'valuePath':
      return compileValuePath(node, field, around);
    case 'compare':
      return { [shadowPath(field, node.path)]: condition(node) };
  }
}

/** Whether the path is answered by something else than what the shadow has there. */
const isRelated = ({ path }: PresentNode, field: string, around: Surroundings): boolean =>
  field === around.field && (relationOf(path) !== undefined || (around.documentId !== undefined && isId(path)));

const isId = ({ schema, attribute, subAttribute }: AttributePath): boolean =>
  schema === undefined && attribute === 'id' && subAttribute === undefined;

/** Undefined where the id alone, without what stands in front of it, has to be looked at. */
function compileId(node: FilterNode, documentId: (id: string) => string): Filter | undefined {
  if (node.type === 'present') return {};
  if (node.type !== 'compare') return undefined;
  const comparand = comparandOf(node);
  switch (comparand.kind) {
    case 'absent':
      return node.operator === 'ne' ? {} : NOTHING;
    case 'equal': {
      const ids = comparand.values.map((value) => documentId(String(value)));
      return { _id: node.operator === 'eq' ? { $in: ids } : { $nin: ids } };
    }
    case 'text':
      return node.operator === 'sw' ? { _id: { $regex: `^${escapeRegex(documentId(comparand.text))}` } } : undefined;
    case 'bound':
      return { _id: { [BOUNDS[node.operator] ?? '$lte']: documentId(String(comparand.bound)) } };
  }
}

function compileValuePath({ path, filter }: ValuePathNode, field: string, around: Surroundings): Filter {
  const at = shadowPath(field, path);
  const { definition } = path;
  if (definition && definition.type !== 'complex') return NOTHING;
  if (definition && !definition.multiValued) {
    return { $and: [{ [at]: { $exists: true } }, compile(filter, at, around)] };
  }
  const element = compile(filter, '', around);
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
