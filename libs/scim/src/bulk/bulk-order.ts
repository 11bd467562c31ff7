import type { OperationFacts } from './bulk-facts.js';
import type { BulkOperation } from './bulk-request.js';
import { type BulkStep, creatorsOf } from './bulk-steps.js';

/**
 * How an operation touches a thing. `change` goes with nothing else; the others each go with their like: those who
 * mention a thing, users who leave the groups they are in, and groups that must not meanwhile lose members.
 */
type Touch = 'change' | 'mention' | 'leave' | 'keep';

/** Steps that may touch one thing at the same time; they wait for the turn before. */
export interface Turn {
  readonly steps: ReadonlySet<BulkStep>;
  readonly before: Turn | undefined;
}

/** For each step the steps that make what it refers to, and its turn at each thing it touches. */
export interface Precedence {
  readonly needs: ReadonlySet<BulkStep>;
  readonly turns: readonly Turn[];
}

/**
 * Which step waits for which, so that steps carried out side by side leave the same state as one after the other
 * (RFC 7644 §3.7). Two operations keep the order of the request where they touch the same resource, the same userName,
 * or the members of groups from both sides; who refers to a bulkId comes after its POST wherever that stands.
 * @param holders ids of users that hold or held a userName, by the folded name; a POST of that name may bring one back
 */
export function bulkPrecedence(
  operations: readonly BulkOperation[],
  facts: readonly OperationFacts[],
  steps: readonly BulkStep[],
  holders: ReadonlyMap<string, string>,
): Map<BulkStep, Precedence> {
  const creators = creatorsOf(operations);
  const stepOf = new Map(steps.flatMap((step) => step.operations.map((index) => [index, step] as const)));
  const touches = collectTouches(operations, facts, creators, holders);
  const turns = new Map<BulkStep, Turn[]>(steps.map((step) => [step, []]));
  for (const touched of touches.values()) takeTurns(touched, (index) => stepOf.get(index)!, turns);
  return new Map(
    steps.map((step) => {
      const referred = step.operations.flatMap((index) => [...(facts[index]?.bulkIds ?? [])]);
      const needs = new Set(referred.flatMap((bulkId) => stepOf.get(creators.get(bulkId) ?? -1) ?? []));
      needs.delete(step);
      return [step, { needs, turns: turns.get(step) ?? [] }];
    }),
  );
}

interface PlacedTouch {
  readonly index: number;
  readonly touch: Touch;
  /** Where it stands in the order; one that refers to a bulkId stands right behind its POST at the earliest. */
  readonly place: number;
}

function collectTouches(
  operations: readonly BulkOperation[],
  facts: readonly OperationFacts[],
  creators: ReadonlyMap<string, number>,
  holders: ReadonlyMap<string, string>,
): Map<string, PlacedTouch[]> {
  const aliases = new Aliases();
  const ownKeys = operations.map((operation, index) => ownKey(operation, facts[index]!));
  const changed = new Set<string>(holders.values());
  facts.forEach(({ target, userNames }, index) => {
    const key = ownKeys[index];
    if (key === undefined) return;
    if (target?.id !== undefined) changed.add(target.id);
    for (const name of userNames) aliases.join(key, `name ${name}`);
  });
  for (const [name, id] of holders) aliases.join(`name ${name}`, `id ${id}`);

  const touches = new Map<string, PlacedTouch[]>();
  const touch = (key: string, index: number, how: Touch, place = index): void => {
    const alias = aliases.of(key);
    const touched = touches.get(alias);
    const entry = { index, touch: how, place };
    if (touched) touched.push(entry);
    else touches.set(alias, [entry]);
  };
  const behindCreator = (bulkId: string, index: number) => Math.max(index, (creators.get(bulkId) ?? -1) + 0.5);
  operations.forEach(({ method }, index) => {
    const { target, targetBulkId, bulkIds, ids } = facts[index]!;
    const key = ownKeys[index];
    if (key === undefined || !target) return;
    touch(key, index, 'change', targetBulkId === undefined ? index : behindCreator(targetBulkId, index));
    for (const bulkId of bulkIds) touch(`bulkId ${bulkId}`, index, 'mention', behindCreator(bulkId, index));
    for (const id of ids) if (changed.has(id)) touch(`id ${id}`, index, 'mention');
    if (method !== 'POST') {
      const leaving = target.endpoint === 'Users' ? 'leave' : 'change';
      if (method === 'DELETE') touch('members', index, leaving);
      else if (target.endpoint === 'Groups') touch('members', index, 'keep');
    }
  });
  return touches;
}

function ownKey({ bulkId }: BulkOperation, { target, targetBulkId }: OperationFacts): string | undefined {
  if (!target) return undefined;
  if (target.id === undefined) return `bulkId ${bulkId}`;
  return targetBulkId === undefined ? `id ${target.id}` : `bulkId ${targetBulkId}`;
}

/** Parts those who touch one thing into turns, in order; a step has one turn at a thing, the strongest and last it needs. */
function takeTurns(
  touched: readonly PlacedTouch[],
  stepOf: (index: number) => BulkStep,
  turns: ReadonlyMap<BulkStep, Turn[]>,
): void {
  const bySteps = new Map<BulkStep, PlacedTouch>();
  for (const entry of touched) {
    const step = stepOf(entry.index);
    const other = bySteps.get(step);
    const how = other === undefined || other.touch === entry.touch ? entry.touch : 'change';
    bySteps.set(step, { index: entry.index, touch: how, place: Math.max(entry.place, other?.place ?? 0) });
  }
  if (bySteps.size < 2) return;
  const inOrder = [...bySteps].sort(([, a], [, b]) => a.place - b.place || a.index - b.index);
  let turn: { steps: Set<BulkStep>; before: Turn | undefined } | undefined;
  let last: Touch | undefined;
  for (const [step, { touch }] of inOrder) {
    if (!turn || touch === 'change' || touch !== last) turn = { steps: new Set(), before: turn };
    turn.steps.add(step);
    turns.get(step)?.push(turn);
    last = touch;
  }
}

/** Names that stand for the same thing, or may come to: a union-find over text. */
class Aliases {
  private readonly parents = new Map<string, string>();

  of(name: string): string {
    let root = name;
    for (let parent = this.parents.get(root); parent !== undefined; parent = this.parents.get(root)) root = parent;
    // Later look-ups go the short way.
    for (let at = name; at !== root;) {
      const next = this.parents.get(at) ?? root;
      this.parents.set(at, root);
      at = next;
    }
    return root;
  }

  join(a: string, b: string): void {
    const [from, to] = [this.of(a), this.of(b)];
    if (from !== to) this.parents.set(from, to);
  }
}
