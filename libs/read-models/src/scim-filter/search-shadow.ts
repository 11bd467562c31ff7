import {
  type AttributeDefinition,
  canonicalInstant,
  type JsonValue,
  type ResourceAttributes,
  type ResourceModel,
  type Scalar,
  searchable,
} from '#scim';
import { OBJECT_MARK, shadowKey } from './shadow-key.js';

export interface ShadowSource {
  readonly id: string;
  /** In canonical form. */
  readonly attributes: ResourceAttributes;
  /** ISO 8601. */
  readonly created: string;
  readonly lastModified: string;
}

/** The searchable twin of a resource, which a field of its own is derived to be; nobody is shown it. */
export type SearchShadow = { [key: string]: unknown };

/**
 * Makes the searchable twin of a resource: same shape, keys from {@link shadowKey}, values as `searchable` makes them
 * (folded unless the attribute is caseExact, dateTimes as instants that sort as text), so that plain comparisons and
 * plain indexes answer SCIM filters. Besides:
 * - the primary element of a multi-valued attribute comes first, which makes `emails.0.value` its sort key;
 * - `members` and `groups` are left out, they are relations of any size;
 * - an object that no schema knows stands in a list, its deeper levels reduced to their being there.
 *
 * Runs for each write.
 * @param members keys of which it is to be made; default all
 */
export function searchShadow(model: ResourceModel, source: ShadowSource, members?: ReadonlySet<string>): SearchShadow {
  const plan = planOf(model);
  const { attributes } = source;
  const schemas = [model.coreSchema.id];
  const shadow: SearchShadow = wantsCommon(members) ? { ...commonShadow(model, source), schemas } : {};
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined || value === null) continue;
    const known = plan.core.get(name);
    if (members && !members.has(known?.key ?? shadowKey(name))) continue;
    if (known) {
      if (!known.isRelation) set(shadow, known.key, known.shadow(value));
    } else if (name.includes(':') && isObject(value)) {
      schemas.push(name);
      put(shadow, shadowKey(name), shadowExtension(plan.extensions.get(name), value));
    } else put(shadow, shadowKey(name), shadowUnknown(value));
  }
  return shadow;
}

const wantsCommon = (members: ReadonlySet<string> | undefined): boolean =>
  !members || members.has('id') || members.has('meta') || members.has('schemas');

/** What every resource has. */
const commonShadow = (model: ResourceModel, { id, created, lastModified }: ShadowSource): SearchShadow => ({
  id,
  meta: {
    resourcetype: model.resourceType.name,
    created: canonicalInstant(created) ?? created,
    lastmodified: canonicalInstant(lastModified) ?? lastModified,
  },
});

type JsonObject = { [name: string]: JsonValue };
type Shadowing = (value: JsonValue) => unknown;

interface Known {
  readonly key: string;
  readonly isRelation: boolean;
  readonly shadow: Shadowing;
}

type Plan = ReadonlyMap<string, Known>;

interface ModelPlan {
  readonly core: Plan;
  readonly extensions: ReadonlyMap<string, Plan>;
}

const plans = new WeakMap<ResourceModel, ModelPlan>();

/** What a model means for its shadows, worked out once. */
function planOf(model: ResourceModel): ModelPlan {
  let plan = plans.get(model);
  if (!plan) {
    const externalId = model.findAttribute('externalId');
    plan = {
      core: planFor([...model.coreSchema.attributes, ...(externalId ? [externalId] : [])]),
      extensions: new Map(model.extensions.map(({ id, attributes }) => [id, planFor(attributes)])),
    };
    plans.set(model, plan);
  }
  return plan;
}

function planFor(definitions: readonly AttributeDefinition[]): Plan {
  return new Map(
    definitions.map((definition) => {
      const { name } = definition;
      return [name, { key: shadowKey(name), isRelation: isRelationName(name), shadow: shadowingOf(definition) }];
    }),
  );
}

/** Attributes of a core schema that are answered from elsewhere. */
export const isRelationName = (name: string): name is 'members' | 'groups' => name === 'members' || name === 'groups';

function shadowingOf(definition: AttributeDefinition): Shadowing {
  if (definition.type !== 'complex') return (value) => shadowLeaf(definition, value);
  const subs: Plan = planFor(definition.subAttributes ?? []);
  if (!definition.multiValued) return (value) => (isObject(value) ? shadowObject(subs, value) : undefined);
  return (value) => {
    const elements: unknown[] = [];
    for (const element of Array.isArray(value) ? value : [value]) {
      if (!isObject(element)) continue;
      const shadow = shadowObject(subs, element);
      if (element['primary'] === true) elements.unshift(shadow);
      else elements.push(shadow);
    }
    return elements.length === 0 ? undefined : elements;
  };
}

function shadowObject(subs: Plan, object: JsonObject): SearchShadow {
  const shadow: SearchShadow = {};
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined || value === null) continue;
    const known = subs.get(name);
    if (known) set(shadow, known.key, known.shadow(value));
    else put(shadow, shadowKey(name), shadowLeaf(undefined, value));
  }
  return shadow;
}

function shadowExtension(plan: Plan | undefined, object: JsonObject): SearchShadow {
  const shadow: SearchShadow = {};
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined || value === null) continue;
    const known = plan?.get(name);
    if (known) set(shadow, known.key, known.shadow(value));
    else put(shadow, shadowKey(name), shadowUnknown(value));
  }
  return shadow;
}

/** An attribute that no schema knows. One object stands in a list, as `attr[filter]` looks at elements. */
function shadowUnknown(value: JsonValue): unknown {
  if (!Array.isArray(value)) return isObject(value) ? [shadowUnknownObject(value)] : shadowLeaf(undefined, value);
  const elements = value
    .filter((element) => element !== null && !Array.isArray(element))
    .map((element) => (isObject(element) ? shadowUnknownObject(element) : shadowLeaf(undefined, element)));
  return elements.length === 0 ? undefined : elements;
}

function shadowUnknownObject(object: JsonObject): SearchShadow {
  return { ...OBJECT_MARK, ...shadowObject(NOTHING_KNOWN, object) };
}

const NOTHING_KNOWN: Plan = new Map();

/** The deepest level that a SCIM path reaches: of what lies below only its being there counts (`pr`). */
function shadowLeaf(definition: AttributeDefinition | undefined, value: JsonValue): unknown {
  if (typeof value !== 'object') return searchable(definition, value);
  if (!Array.isArray(value)) return OBJECT_MARK;
  const elements = value
    .filter((element): element is Scalar | JsonObject => element !== null && !Array.isArray(element))
    .map((element) => (isObject(element) ? OBJECT_MARK : searchable(definition, element)));
  return elements.length === 0 ? undefined : elements;
}

function set(shadow: SearchShadow, key: string, value: unknown): void {
  if (value !== undefined) shadow[key] = value;
}

/** Where two spellings of a name that no schema knows meet, the first stands. */
function put(shadow: SearchShadow, key: string, value: unknown): void {
  if (value !== undefined && !Object.hasOwn(shadow, key)) shadow[key] = value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
