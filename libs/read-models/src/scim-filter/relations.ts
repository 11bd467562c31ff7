import { type AttributePath, type CompareNode, type FilterNode, ScimError } from '#scim';
import type { Filter } from '../read-models.port.js';
import { isRelationName } from './search-shadow.js';

export type RelationPath = 'members' | 'groups';

/** Who has `value` among its members or groups: to be looked up before a filter is compiled. */
export interface RelationTerm {
  readonly path: RelationPath;
  /** Id of the member or group. */
  readonly value: string;
}

/** Ids of the resources that a relation term holds for, by {@link relationKey}. */
export type RelationIds = Map<string, readonly string[]>;

export const relationKey = ({ path, value }: RelationTerm): string => `${path} ${value}`;

/** The relation that a path leads to; core attributes that the schema knows only. */
export function relationOf({ schema, attribute, definition }: AttributePath): RelationPath | undefined {
  return schema === undefined && definition && attribute !== undefined && isRelationName(attribute)
    ? attribute
    : undefined;
}

/** The relation terms of a filter, each once, in the order in which they stand. */
export function collectRelationTerms(node: FilterNode): RelationTerm[] {
  const terms = new Map<string, RelationTerm>();
  const visit = (visited: FilterNode, relation?: RelationPath): void => {
    switch (visited.type) {
      case 'and':
      case 'or':
        return visited.children.forEach((child) => visit(child, relation));
      case 'not':
        return visit(visited.filter, relation);
      case 'valuePath':
        return visit(visited.filter, relationOf(visited.path));
      case 'compare': {
        const path = relation ?? relationOf(visited.path);
        const value = comparedId(visited, relation !== undefined);
        if (path && value !== undefined) terms.set(relationKey({ path, value }), { path, value });
        return;
      }
      case 'present':
        return;
    }
  };
  visit(node);
  return [...terms.values()];
}

/**
 * Filter for a node whose path is a relation: `members eq "id"`, `members.value eq "id"`, either in brackets, with `or`
 * between several, and `members pr`.
 * @param related answers to {@link collectRelationTerms}; a term without one holds for nobody
 * @throws ScimError `invalidFilter` for anything else
 */
export function compileRelation(
  relation: RelationPath,
  node: FilterNode,
  related: RelationIds,
  documentId?: (id: string) => string,
): Filter {
  const asked: Asked = { relation, related, documentId };
  switch (node.type) {
    case 'valuePath':
      return compileIds(asked, node.filter, true);
    case 'compare':
      if (relation === 'members' && node.path.subAttribute === undefined && comparesNothing(node)) {
        return node.operator === 'ne' ? HAS_MEMBERS : { $nor: [HAS_MEMBERS] };
      }
      return compileIds(asked, node, false);
    case 'present':
      if (relation === 'members' && (node.path.subAttribute ?? 'value') === 'value') return HAS_MEMBERS;
      throw unsupported(relation);
    default:
      throw unsupported(relation);
  }
}

const HAS_MEMBERS: Filter = { memberCount: { $gt: 0 } };

interface Asked {
  readonly relation: RelationPath;
  readonly related: RelationIds;
  readonly documentId: ((id: string) => string) | undefined;
}

function compileIds(asked: Asked, node: FilterNode, inBrackets: boolean): Filter {
  if (node.type === 'or' && inBrackets) {
    return { $or: node.children.map((child) => compileIds(asked, child, true)) };
  }
  const value = node.type === 'compare' ? comparedId(node, inBrackets) : undefined;
  const { relation, related, documentId } = asked;
  if (value === undefined) throw unsupported(relation);
  const ids = related.get(relationKey({ path: relation, value })) ?? [];
  return documentId ? { _id: { $in: ids.map(documentId) } } : { id: { $in: ids } };
}

/** `x` of `value eq "x"`, in or without brackets. */
function comparedId({ path, operator, value }: CompareNode, inBrackets: boolean): string | undefined {
  const name = inBrackets ? path.attribute : path.subAttribute;
  return name === 'value' && operator === 'eq' && value !== null && value !== '' ? String(value) : undefined;
}

const comparesNothing = ({ operator, value }: CompareNode): boolean =>
  (operator === 'eq' || operator === 'ne') && (value === null || value === '');

function unsupported(relation: RelationPath): ScimError {
  const presence = relation === 'members' ? ' or members pr' : '';
  return new ScimError(
    'invalidFilter',
    `A filter may ask of ${relation} only who has a certain one: ${relation}.value eq "id"${presence}.`,
  );
}
