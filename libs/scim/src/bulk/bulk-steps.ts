import type { OperationFacts } from './bulk-facts.js';
import type { BulkOperation } from './bulk-request.js';

/**
 * What is carried out in one go: an operation, or the POSTs that refer to one another in a circle (RFC 7644 §3.7.1),
 * which can be granted together only.
 */
export interface BulkStep {
  /** Places in the request, ascending. */
  readonly operations: readonly number[];
  /** Whether a POST among them refers to itself or to another one of them. */
  readonly circular: boolean;
}

/** Makes steps of a job's operations, in the order of the request. */
export function bulkSteps(operations: readonly BulkOperation[], facts: readonly OperationFacts[]): BulkStep[] {
  const creators = creatorsOf(operations);
  // Only a POST makes something to refer to, so that only POSTs can stand in a circle.
  const referred = (index: number): number[] =>
    operations[index]?.method === 'POST'
      ? [...(facts[index]?.bulkIds ?? [])].flatMap((id) => creators.get(id) ?? [])
      : [];
  return components(operations.length, referred)
    .map((members) => {
      const [first = 0] = members;
      return { operations: members, circular: members.length > 1 || referred(first).includes(first) };
    })
    .sort((a, b) => (a.operations[0] ?? 0) - (b.operations[0] ?? 0));
}

/** Place of the POST with each bulkId. */
export function creatorsOf(operations: readonly BulkOperation[]): Map<string, number> {
  const creators = new Map<string, number>();
  operations.forEach(({ method, bulkId }, index) => {
    if (method === 'POST' && bulkId !== undefined) creators.set(bulkId, index);
  });
  return creators;
}

/**
 * Strongly connected components of a graph (Tarjan 1972), without recursion: a chain of references may be as long as
 * the job. Members ascend.
 */
function components(size: number, next: (node: number) => readonly number[]): number[][] {
  const found: number[][] = [];
  const order: number[] = [];
  const low: number[] = [];
  const open: number[] = [];
  const isOpen = new Set<number>();
  let visited = 0;
  for (let root = 0; root < size; root++) {
    if (order[root] !== undefined) continue;
    const path: { node: number; edges: readonly number[]; at: number }[] = [];
    const enter = (node: number): void => {
      order[node] = low[node] = visited++;
      open.push(node);
      isOpen.add(node);
      path.push({ node, edges: next(node), at: 0 });
    };
    const lower = (node: number, to: number): void => {
      low[node] = Math.min(low[node]!, to);
    };
    enter(root);
    for (let here = path.at(-1); here; here = path.at(-1)) {
      const { node } = here;
      const edge = here.edges[here.at++];
      if (edge !== undefined) {
        if (order[edge] === undefined) enter(edge);
        else if (isOpen.has(edge)) lower(node, order[edge]);
        continue;
      }
      path.pop();
      const parent = path.at(-1);
      if (parent) lower(parent.node, low[node]!);
      if (low[node] !== order[node]) continue;
      const members = open.splice(open.lastIndexOf(node));
      for (const member of members) isOpen.delete(member);
      found.push(members.sort((a, b) => a - b));
    }
  }
  return found;
}
