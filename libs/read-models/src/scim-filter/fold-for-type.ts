import { type CompareNode, comparandOf, type FilterNode, type ResourceModel } from '#scim';

/**
 * The filter as far as it depends on the resource, where all resources are of one type: `meta.resourceType` and the type's
 * own schema URN among `schemas` are the same for each. True holds for all of them, false for none.
 */
export function foldForType(node: FilterNode, model: ResourceModel): FilterNode | boolean {
  switch (node.type) {
    case 'and':
    case 'or': {
      const decides = node.type === 'or';
      const children: FilterNode[] = [];
      for (const child of node.children) {
        const folded = foldForType(child, model);
        if (folded === decides) return decides;
        if (typeof folded !== 'boolean') children.push(folded);
      }
      const [only, second] = children;
      if (!only) return !decides;
      return second ? { type: node.type, children } : only;
    }
    case 'not': {
      const folded = foldForType(node.filter, model);
      return typeof folded === 'boolean' ? !folded : { type: 'not', filter: folded };
    }
    case 'present':
      return isResourceType(node) || isSchemas(node) ? true : node;
    case 'compare':
      return foldComparison(node, model) ?? node;
    case 'valuePath':
      return node;
  }
}

const isResourceType = ({ path: { schema, attribute, subAttribute } }: { path: CompareNode['path'] }): boolean =>
  schema === undefined && attribute === 'meta' && subAttribute === 'resourceType';
const isSchemas = ({ path: { schema, attribute, subAttribute } }: { path: CompareNode['path'] }): boolean =>
  schema === undefined && attribute === 'schemas' && subAttribute === undefined;

function foldComparison(node: CompareNode, model: ResourceModel): boolean | undefined {
  const { name } = model.resourceType;
  const comparand = comparandOf(node);
  const negated = node.operator === 'ne';
  if (isResourceType(node)) {
    switch (comparand.kind) {
      case 'absent':
        return negated;
      case 'equal':
        return comparand.values.includes(name) !== negated;
      case 'text':
        if (node.operator === 'sw') return name.startsWith(comparand.text);
        if (node.operator === 'ew') return name.endsWith(comparand.text);
        return name.includes(comparand.text);
      case 'bound':
        return undefined;
    }
  }
  if (!isSchemas(node)) return undefined;
  if (comparand.kind === 'absent') return negated;
  return comparand.kind === 'equal' && comparand.values.includes(model.coreSchema.id) ? !negated : undefined;
}
