import {
  type AttributeShape,
  ENTERPRISE_USER_SCHEMA,
  mergeShapeLists,
  type SchemaShape,
  USER_SCHEMA,
  userModel,
} from '#scim';
import type { KeyType, ProductKey, ProductProfile, Source } from './product-profile.js';
import { parseSource } from './source-path.js';

/**
 * The attributes that products read and no RFC defines, by the schema they stand under: what an admin may map to besides
 * the standard ones. Declared as the text or list that keys are sent as; what people really carry may widen that.
 */
export function declaredSchemas(profiles: readonly ProductProfile[]): SchemaShape[] {
  const schemas = new Map<string, SchemaShape>();
  for (const profile of profiles) {
    for (const key of profile.keys) {
      for (const source of key.sources) {
        const { schema, attributes } = declaredBy(key, source);
        if (attributes.length === 0) continue;
        const present = schemas.get(schema.toLowerCase());
        schemas.set(schema.toLowerCase(), {
          id: schema,
          ...(isOwn(schema) && { description: `Custom attributes for the ${profile.title}.` }),
          attributes: mergeShapeLists(present?.attributes ?? [], attributes),
        });
      }
    }
  }
  return [...schemas.values()];
}

const isOwn = (schema: string): boolean => schema !== USER_SCHEMA && schema !== ENTERPRISE_USER_SCHEMA;

function declaredBy(key: ProductKey, source: Source): { schema: string; attributes: AttributeShape[] } {
  if (typeof source !== 'string' && 'extension' in source) {
    const attributes = (source.names ?? []).map((name) => textShape(name, 'string'));
    return { schema: source.extension, attributes };
  }
  const { schema = USER_SCHEMA, attribute } = parseSource(source) ?? {};
  const known = attribute === undefined || userModel.findAttribute(attribute, schema) !== undefined;
  return { schema, attributes: known ? [] : [textShape(attribute, key.type, key.description)] };
}

/**
 * Dates, amounts and flags are texts too: providers send them so, and RFC 7643 §2.3.5 has no date without a time. What may
 * be one text or several is declared as one until several are met.
 */
function textShape(name: string, type: KeyType, description?: string): AttributeShape {
  return {
    name,
    types: ['string'],
    multiValued: type === 'stringList',
    ...(description !== undefined && { description }),
  };
}
