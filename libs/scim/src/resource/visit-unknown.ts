import { commonAttributes } from '../schema/common-attributes.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributeDefinition, JsonValue, ResourceAttributes } from '../schema/schema.types.js';

/**
 * Told of one attribute that no schema defines, or of one such sub-attribute of an attribute that a schema does define.
 * @param schema URN it stands under; the core schema's for attributes beside userName
 * @returns true to hear of no more
 */
export type UnknownVisitor = (schema: string, name: string, sub: string | undefined, value: JsonValue) => boolean;

/**
 * Shows `visit` all of a resource in canonical form that the schemas of `model` do not define. Runs for every event, and
 * most have nothing to show.
 * @returns whether `visit` ended it
 */
export function visitUnknown(model: ResourceModel, attributes: ResourceAttributes, visit: UnknownVisitor): boolean {
  const known = namesOf(model);
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined || value === null) continue;
    const subs = known.core.get(name);
    if (subs !== undefined) {
      if (subs !== SIMPLE && visitSubs(model.coreSchema.id, name, subs, value, visit)) return true;
    } else if (!name.includes(':')) {
      if (visit(model.coreSchema.id, name, undefined, value)) return true;
    } else if (isObject(value) && visitExtension(name, known.extensions.get(name), value, visit)) return true;
  }
  return false;
}

type Subs = ReadonlySet<string>;
type Names = ReadonlyMap<string, Subs>;
interface KnownNames {
  readonly core: Names;
  readonly extensions: ReadonlyMap<string, Names>;
}

/** Stands for the sub-attributes of an attribute that has none. */
const SIMPLE: Subs = new Set();
const models = new WeakMap<ResourceModel, KnownNames>();

function namesOf(model: ResourceModel): KnownNames {
  let names = models.get(model);
  if (!names) {
    const { coreSchema, extensions } = model;
    names = {
      core: namesIn([...commonAttributes, ...coreSchema.attributes]),
      extensions: new Map(extensions.map(({ id, attributes }) => [id, namesIn(attributes)])),
    };
    models.set(model, names);
  }
  return names;
}

function namesIn(definitions: readonly AttributeDefinition[]): Names {
  return new Map(
    definitions.map(({ name, subAttributes }) => [
      name,
      subAttributes ? new Set(subAttributes.map((sub) => sub.name)) : SIMPLE,
    ]),
  );
}

function visitExtension(
  schema: string,
  known: Names | undefined,
  object: { [name: string]: JsonValue },
  visit: UnknownVisitor,
): boolean {
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined || value === null) continue;
    const subs = known?.get(name);
    if (subs === undefined) {
      if (visit(schema, name, undefined, value)) return true;
    } else if (subs !== SIMPLE && visitSubs(schema, name, subs, value, visit)) return true;
  }
  return false;
}

function visitSubs(schema: string, name: string, known: Subs, value: JsonValue, visit: UnknownVisitor): boolean {
  if (Array.isArray(value)) return value.some((element) => visitSubs(schema, name, known, element, visit));
  if (!isObject(value)) return false;
  for (const sub of Object.keys(value)) {
    const one = value[sub];
    if (one !== undefined && one !== null && !known.has(sub) && visit(schema, name, sub, one)) return true;
  }
  return false;
}

const isObject = (value: JsonValue): value is { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
