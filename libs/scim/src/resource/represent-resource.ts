import type { ResourceModel } from '../schema/resource-model.js';
import type { JsonValue, ResourceAttributes } from '../schema/schema.types.js';

type JsonObject = { [name: string]: JsonValue };

/** `meta` of RFC 7643 §3.1; times as ISO 8601 text. */
export interface ResourceMeta {
  readonly created: string;
  readonly lastModified: string;
  /** Entity tag as it goes into the header, e.g. `W/"7"`. */
  readonly version: string;
  /** Absolute URL, the same as in the `Location` header. */
  readonly location: string;
}

/** Written here and nowhere else, whatever the attributes say; a password is never shown (RFC 7643 §4.1.1). */
const RESERVED: ReadonlySet<string> = new Set(['schemas', 'id', 'meta', 'password']);

/**
 * The JSON text of a resource up to where its relations (`groups`, `members`) and `meta` go: an object without the
 * closing brace. Keys stand in a stable order: `schemas` (the type's own and the extensions it has attributes of,
 * RFC 7643 §3), `id`, `externalId`, the others as they came, extensions. It depends on nothing but the resource, so it
 * is made once per version and spliced for each reader. Attributes must not be changed once they have been shown.
 */
export function resourceJson(model: ResourceModel, id: string, attributes: ResourceAttributes): string {
  const known = textsOf(attributes);
  if (known?.id === id) return known.text;
  const text = writeResource(model, id, attributes, known?.own);
  keepTexts(attributes, { own: undefined, id, text });
  return text;
}

/**
 * The JSON text of attributes alone. {@link resourceJson} of the same object takes it over, where they are
 * {@link inShownOrder}, rather than write them out a second time.
 */
export function attributesJson(attributes: ResourceAttributes): string {
  const own = JSON.stringify(attributes);
  if (!textsOf(attributes)) keepTexts(attributes, { own, id: undefined, text: '' });
  return own;
}

/** The attributes in the order in which {@link resourceJson} shows them: a copy where they are in another. */
export function inShownOrder(attributes: ResourceAttributes): ResourceAttributes {
  if (isShownAsItStands(attributes)) return attributes;
  const ordered: JsonObject = {};
  if (attributes['externalId'] !== undefined) ordered['externalId'] = attributes['externalId'];
  let extensions = false;
  for (const name in attributes) {
    if (isExtension(name)) extensions = true;
    else if (name !== 'externalId') ordered[name] = attributes[name]!;
  }
  if (extensions) {
    for (const name in attributes) if (isExtension(name)) ordered[name] = attributes[name]!;
  }
  return ordered;
}

interface Texts {
  /** The attributes' own, until the resource's is made from it. */
  readonly own: string | undefined;
  readonly id: string | undefined;
  readonly text: string;
}

const TEXTS = Symbol('texts');
type WithTexts = ResourceAttributes & { readonly [TEXTS]?: Texts };

/**
 * Log, gateway and projection hold the same attributes of a fresh change; only one of them writes them out. The texts go with
 * the attributes, out of sight of whoever lists, copies or compares them: a WeakMap costs each collection of garbage a look
 * at all of its thousands of entries.
 */
const textsOf = (attributes: ResourceAttributes): Texts | undefined => (attributes as WithTexts)[TEXTS];

function keepTexts(attributes: ResourceAttributes, texts: Texts): void {
  Object.defineProperty(attributes, TEXTS, { value: texts, configurable: true, enumerable: false });
}

/** A colon is in the URN of an extension only. */
const isExtension = (name: string): boolean => name.includes(':');

function writeResource(model: ResourceModel, id: string, attributes: ResourceAttributes, own?: string): string {
  let schemas = JSON.stringify(model.coreSchema.id);
  for (const name in attributes) if (isExtension(name)) schemas += `,${JSON.stringify(name)}`;
  const head = `{"schemas":[${schemas}],"id":${JSON.stringify(id)}`;
  if (own !== undefined && isShownAsItStands(attributes)) return own === '{}' ? head : `${head},${own.slice(1, -1)}`;
  const shown: JsonObject = {};
  const ordered = inShownOrder(attributes);
  for (const name in ordered) if (!RESERVED.has(name)) shown[name] = ordered[name]!;
  const rest = JSON.stringify(shown);
  return rest === '{}' ? head : `${head},${rest.slice(1, -1)}`;
}

/** Whether nothing has to be left out or moved. */
function isShownAsItStands(attributes: ResourceAttributes): boolean {
  let before: 'nothing' | 'core' | 'extension' = 'nothing';
  for (const name in attributes) {
    if (isExtension(name)) before = 'extension';
    else if (before === 'extension' || (name === 'externalId' && before !== 'nothing') || RESERVED.has(name))
      return false;
    else before = 'core';
  }
  return true;
}

/** The attributes back out of {@link resourceJson}. */
export function attributesOf(json: string): ResourceAttributes {
  const { schemas: _schemas, id: _id, ...attributes } = JSON.parse(`${json}}`) as ResourceAttributes;
  return attributes;
}

/**
 * A whole resource: {@link resourceJson}, then its relations, then its `meta`.
 * @param relations `"groups":[…]` or `"members":[…]` as text, or nothing
 */
export function completeJson(model: ResourceModel, json: string, relations: string, meta: ResourceMeta): string {
  // Only the location holds what a client chose, and the version has quotes; the rest are our own names and dates.
  return (
    `${json}${relations && ','}${relations},"meta":{"resourceType":"${model.resourceType.name}",` +
    `"created":"${meta.created}","lastModified":"${meta.lastModified}",` +
    `"version":${JSON.stringify(meta.version)},"location":${JSON.stringify(meta.location)}}}`
  );
}
