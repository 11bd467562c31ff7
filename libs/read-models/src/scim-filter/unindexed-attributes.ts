import { type AttributePath, type FilterNode, printPath } from '#scim';
import type { CollectionDefinition } from '../read-models.port.js';
import { relationOf } from './relations.js';
import { SHADOW_FIELD, shadowPath } from './shadow-key.js';

/** Attributes of the filter that no index of the collection covers, as a client writes them, each once. */
export function unindexedAttributes(node: FilterNode, { indexes }: CollectionDefinition): string[] {
  const indexed = new Set(indexes.flatMap(({ fields }) => fields));
  const found = new Set<string>();
  const note = (path: AttributePath, above?: AttributePath): void => {
    const whole: AttributePath =
      above && path.attribute !== undefined ? { ...above, subAttribute: path.attribute } : path;
    const isId = whole.schema === undefined && whole.attribute === 'id';
    if (isId || relationOf(whole) || indexed.has(shadowPath(SHADOW_FIELD, whole))) return;
    found.add(printPath(whole));
  };
  const visit = (visited: FilterNode, above?: AttributePath): void => {
    switch (visited.type) {
      case 'and':
      case 'or':
        return visited.children.forEach((child) => visit(child, above));
      case 'not':
        return visit(visited.filter, above);
      case 'valuePath':
        return visit(visited.filter, visited.path);
      case 'compare':
      case 'present':
        return note(visited.path, above);
    }
  };
  visit(node);
  return [...found];
}
