import type { FilterNode } from './filter.types.js';
import { printPath } from './resolve-path.js';

/** The filter as text that parses to the same nodes. */
export function printFilter(node: FilterNode): string {
  switch (node.type) {
    case 'compare':
      return `${printPath(node.path)} ${node.operator} ${JSON.stringify(node.value)}`;
    case 'present':
      return `${printPath(node.path)} pr`;
    case 'valuePath':
      return `${printPath(node.path)}[${printFilter(node.filter)}]`;
    case 'not':
      return `not (${printFilter(node.filter)})`;
    case 'and':
      return node.children
        .map((child) => (child.type === 'or' ? `(${printFilter(child)})` : printFilter(child)))
        .join(' and ');
    case 'or':
      return node.children.map(printFilter).join(' or ');
  }
}
