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
const RESERVED: ReadonlySet<string> = new Set(['schemas', 'id', 'externalId', 'meta', 'password']);

/**
 * The JSON text of a resource up to where its relations (`groups`, `members`) and `meta` go: an object without the
 * closing brace. Keys stand in a stable order: `schemas` (the type's own and the extensions it has attributes of,
 * RFC 7643 §3), `id`, `externalId`, the others as they came, extensions. It depends on nothing but the resource, so it
 * is made once per version and spliced for each reader. Attributes must not be changed once they have been shown.
 */
export function resourceJson(model: ResourceModel, id: string, attributes: ResourceAttributes): string {
  const known = texts.get(attributes);
  if (known?.id === id) return known.text;
  const text = writeResource(model, id, attributes);
  texts.set(attributes, { id, text });
  return text;
}

/** Gateway and projection hold the same attributes of a fresh change; only one of them writes them out. */
const texts = new WeakMap<ResourceAttributes, { readonly id: string; readonly text: string }>();

function writeResource(model: ResourceModel, id: string, attributes: ResourceAttributes): string {
  const schemas = [model.coreSchema.id];
  const shown: JsonObject = { schemas, id };
  if (attributes['externalId'] !== undefined) shown['externalId'] = attributes['externalId'];
  for (const name of Object.keys(attributes)) {
    // A colon is in the URN of an extension only.
    if (name.includes(':')) schemas.push(name);
    else if (!RESERVED.has(name)) shown[name] = attributes[name]!;
  }
  for (const urn of schemas.slice(1)) shown[urn] = attributes[urn]!;
  return JSON.stringify(shown).slice(0, -1);
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
