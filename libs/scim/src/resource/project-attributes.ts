import { ScimError } from '../scim-error.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributeDefinition, AttributePath, JsonValue } from '../schema/schema.types.js';
import { commonAttributes } from '../schema/common-attributes.js';

type JsonObject = { [name: string]: JsonValue };

/** The two query parameters of RFC 7644 §3.9, taken apart; empty or absent: no wish. */
export interface Projection {
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/** A projection made ready for many resources of one type. */
export interface Projector {
  /** Whether every resource in canonical form passes as it is; such a one holds nothing that is `returned: never`. */
  readonly isIdentity: boolean;
  /**
   * Whether any of an attribute will be shown, so that what is costly (a group's members) need not be loaded otherwise.
   * @param schema URN of the extension the attribute belongs to
   */
  shows(attribute: string, schema?: string): boolean;
  /** The part of `resource` that was asked for. Shares structure with it, and is `resource` itself if all of it was. */
  project<R extends JsonObject>(resource: R): Partial<R> & JsonObject;
}

/** Names of an `attributes` or `excludedAttributes` parameter: separated by commas, with stray spaces (RFC 7644 §3.9). */
export function parseAttributeList(parameter: string | undefined): string[] {
  if (parameter === undefined) return [];
  return parameter
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Shorthand for `createProjector(model, projection).project(resource)`. */
export function projectAttributes<R extends JsonObject>(
  model: ResourceModel,
  resource: R,
  projection: Projection,
): Partial<R> & JsonObject {
  return createProjector(model, projection).project(resource);
}

/**
 * Prepares a projection (RFC 7644 §3.4.2.5 and §3.9). `id` and `schemas` are always shown, what is `returned: never`
 * never, what is `returned: request` when named. Names that are unknown or no names at all are passed over.
 * @throws ScimError `invalidValue` when both lists are given
 */
export function createProjector(model: ResourceModel, projection: Projection): Projector {
  const included = projection.attributes ?? [];
  const excluded = projection.excludedAttributes ?? [];
  if (included.length > 0 && excluded.length > 0) {
    throw new ScimError('invalidValue', 'Give either "attributes" or "excludedAttributes", not both.');
  }
  return included.length > 0
    ? new AttributeProjector(model, treeOf(model, included), true)
    : new AttributeProjector(model, treeOf(model, excluded), false);
}

/** What was named: `all` of a node, or the nodes below it, by lower-case name. Extensions stand under their URN. */
interface Node {
  all: boolean;
  readonly below: Map<string, Node>;
}

function newNode(all = false): Node {
  return { all, below: new Map() };
}

function nodeAt(root: Node, names: readonly string[]): Node {
  let node = root;
  for (const name of names) {
    let next = node.below.get(name.toLowerCase());
    if (!next) {
      next = newNode();
      // Under both spellings, as most names come in the schema's.
      node.below.set(name.toLowerCase(), next).set(name, next);
    }
    node = next;
  }
  return node;
}

function treeOf(model: ResourceModel, names: readonly string[]): Node {
  const root = newNode();
  for (const name of names) {
    let path: AttributePath;
    try {
      path = model.resolve(name);
    } catch {
      continue;
    }
    if (path.schema === model.coreSchema.id) {
      // The core schema's own URN stands for all of its attributes.
      for (const attribute of model.coreSchema.attributes) nodeAt(root, [attribute.name]).all = true;
      continue;
    }
    const steps = [path.schema, path.attribute, path.subAttribute].filter((step) => step !== undefined);
    nodeAt(root, steps).all = true;
    // Of a URN unknown to us only the resource can tell where schema ends and attribute begins.
    if (path.schema !== undefined && path.attribute !== undefined && !path.definition) nodeAt(root, [name]).all = true;
  }
  return root;
}

const ALWAYS_SHOWN: ReadonlySet<string> = new Set(
  commonAttributes.filter(({ returned }) => returned === 'always').map(({ name }) => name),
);

class AttributeProjector implements Projector {
  readonly isIdentity: boolean;
  /** Names that are hidden although nothing was said of them, by lower-case name as the tree has them. */
  private readonly hidden: Node = newNode();
  /** Names that stay although they were excluded, or not named. */
  private readonly always = new Set(ALWAYS_SHOWN);
  private readonly never: string[] = [];
  private hidesOnRequest = false;

  constructor(
    private readonly model: ResourceModel,
    private readonly tree: Node,
    /** True: `tree` is what to show; false: what to leave out. */
    private readonly including: boolean,
  ) {
    for (const attribute of model.coreSchema.attributes) this.noteReturned(attribute, []);
    for (const extension of model.extensions) {
      for (const attribute of extension.attributes) this.noteReturned(attribute, [extension.id]);
    }
    this.isIdentity = !including && tree.below.size === 0 && !this.hidesOnRequest;
  }

  shows(attribute: string, schema?: string): boolean {
    const urn = schema === undefined ? undefined : (this.model.findExtension(schema)?.id ?? schema).toLowerCase();
    const name = attribute.toLowerCase();
    if (urn === undefined && this.always.has(attribute)) return true;
    const hidden = (urn === undefined ? this.hidden : this.hidden.below.get(urn))?.below.get(name);
    if (hidden?.all) return false;
    const parent = urn === undefined ? this.tree : this.tree.below.get(urn);
    const named = parent?.below.get(name);
    if (this.including) return parent?.all === true || named !== undefined;
    return !parent?.all && !named?.all;
  }

  project<R extends JsonObject>(resource: R): Partial<R> & JsonObject {
    if (this.isIdentity && !this.never.some((name) => Object.hasOwn(resource, name))) return resource;
    const projected: JsonObject = {};
    for (const name of Object.keys(resource)) {
      const value = resource[name]!;
      const shown = this.always.has(name) ? value : this.projectValue(name, value, this.tree, this.hidden);
      if (shown !== undefined) projected[name] = shown;
    }
    return projected as Partial<R> & JsonObject;
  }

  private projectValue(name: string, value: JsonValue, tree: Node, hiding: Node): JsonValue | undefined {
    const named = find(tree, name);
    const hidden = find(hiding, name);
    if (hidden?.all) return undefined;
    const shown = this.including ? include(value, named) : exclude(value, named);
    return shown === undefined || !hidden ? shown : exclude(shown, hidden);
  }

  private noteReturned(attribute: AttributeDefinition, above: readonly string[]): void {
    const path = [...above, attribute.name];
    const { returned } = attribute;
    if (returned === 'always' && above.length === 0) this.always.add(attribute.name);
    const wasNamed = this.including && isNamed(this.tree, path);
    if (returned === 'never' && above.length === 0) this.never.push(attribute.name);
    if (returned === 'request' && !wasNamed) this.hidesOnRequest = true;
    if (returned === 'never' || (returned === 'request' && !wasNamed)) nodeAt(this.hidden, path).all = true;
    else for (const sub of attribute.subAttributes ?? []) this.noteReturned(sub, path);
  }
}

function find(node: Node, name: string): Node | undefined {
  return node.below.size === 0 ? undefined : (node.below.get(name) ?? node.below.get(name.toLowerCase()));
}

function isNamed(tree: Node, path: readonly string[]): boolean {
  let node: Node | undefined = tree;
  for (const name of path) {
    node = node.below.get(name.toLowerCase());
    if (!node) return false;
    if (node.all) return true;
  }
  return true;
}

/** What `named` names of `value`; elements of which nothing is left go. */
function include(value: JsonValue, named: Node | undefined): JsonValue | undefined {
  if (!named) return undefined;
  if (named.all) return value;
  // What is simple has no sub-attribute to show.
  return prune(value, false, (name, below) => include(below, find(named, name)));
}

/** `value` without what `named` names. */
function exclude(value: JsonValue, named: Node | undefined): JsonValue | undefined {
  if (!named) return value;
  if (named.all) return undefined;
  return prune(value, true, (name, below) => exclude(below, find(named, name)));
}

function prune(
  value: JsonValue,
  keepSimple: boolean,
  keep: (name: string, value: JsonValue) => JsonValue | undefined,
): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return keepSimple ? value : undefined;
  if (Array.isArray(value)) {
    const elements = value
      .map((element) => prune(element, keepSimple, keep))
      .filter((element) => element !== undefined);
    return elements.length === 0 ? undefined : elements;
  }
  const pruned: JsonObject = {};
  let count = 0;
  for (const name of Object.keys(value)) {
    const kept = keep(name, value[name]!);
    if (kept === undefined) continue;
    pruned[name] = kept;
    count++;
  }
  return count === 0 ? undefined : pruned;
}
