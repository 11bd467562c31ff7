import { type AttributeShape, type SchemaShape, USER_SCHEMA, userModel } from '#scim';
import { type AttributeMapping, overriddenSource, ownKeysOf } from './attribute-mapping.js';
import type { ProductProfile } from './product-profile.js';
import { type ParsedSource, parseSource } from './source-path.js';

/** A product as a tenant uses it. */
export interface ServedProduct {
  readonly profile: ProductProfile;
  /** Absent: the profile as it comes. */
  readonly mapping?: AttributeMapping;
}

/** A key that an attribute is read for. */
export interface AttributeReader {
  readonly product: string;
  readonly key: string;
}

/** A custom attribute that people carry. */
export interface CarriedAttribute {
  /** As a mapping names it: URN and attribute, or sub-attribute of one that the RFC defines. */
  readonly path: string;
  readonly types: readonly string[];
  readonly multiValued: boolean;
  /** None: it reaches no product. */
  readonly readBy: readonly AttributeReader[];
}

interface ReadSource extends ParsedSource {
  readonly reader: AttributeReader;
}

/**
 * A tenant's custom attributes with the keys that each is read for, in the order they were met.
 * @param carried what the tenant's people have carried beyond the schemas of the RFC
 */
export function carriedAttributes(
  carried: readonly SchemaShape[],
  served: readonly ServedProduct[],
): CarriedAttribute[] {
  const sources = served.flatMap(sourcesOf);
  return carried.flatMap(({ id, attributes }) =>
    attributes.flatMap((shape) => {
      const readHere = sources.filter((source) => reads(source, id, shape.name));
      const prefix = id === USER_SCHEMA ? '' : `${id}:`;
      if (!userModel.findAttribute(shape.name, id)) return [described(`${prefix}${shape.name}`, shape, readHere)];
      // Of an attribute that a schema defines only the sub-attributes are the tenant's own.
      return (shape.subAttributes ?? []).map((sub) => {
        const readers = readHere.filter((source) => same(source.sub, sub.name));
        return described(`${prefix}${shape.name}.${sub.name}`, sub, readers);
      });
    }),
  );
}

/**
 * The paths of a mapping that name an attribute which nobody has carried so far and no RFC defines: a slip of the pen, most
 * likely.
 * @returns indexes of the lines
 */
export function unseenLines(
  profile: ProductProfile,
  mapping: AttributeMapping,
  carried: readonly SchemaShape[],
): number[] {
  return mapping.overrides.flatMap(({ key, path }, line) => {
    const known =
      profile.keys.find((one) => one.key === key) ?? ownKeysOf(profile, mapping).find((one) => one.key === key);
    const source = known && parseSource(overriddenSource(profile, known, path));
    if (source?.attribute === undefined) return [];
    const { schema = USER_SCHEMA, attribute } = source;
    const isDefined = userModel.findAttribute(attribute, schema) !== undefined;
    const isCarried = carried.some(
      ({ id, attributes }) => same(id, schema) && attributes.some(({ name }) => same(name, attribute)),
    );
    return isDefined || isCarried ? [] : [line];
  });
}

function sourcesOf({ profile, mapping }: ServedProduct): ReadSource[] {
  const overrides = new Map(mapping?.overrides.map(({ key, path }) => [key, path]));
  return [...profile.keys, ...ownKeysOf(profile, mapping)].flatMap((key) => {
    const path = overrides.get(key.key);
    const sources = path === undefined ? key.sources : [overriddenSource(profile, key, path)];
    const reader = { product: profile.id, key: key.key };
    return sources.flatMap((source) => {
      const parsed = parseSource(source);
      return parsed ? [{ ...parsed, reader }] : [];
    });
  });
}

const reads = ({ schema = USER_SCHEMA, attribute }: ParsedSource, urn: string, name: string): boolean =>
  same(schema, urn) && (attribute === undefined || same(attribute, name));

/** Names and URNs are alike without regard to case, RFC 7643 §2.1. */
const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

function described(
  path: string,
  { types, multiValued }: AttributeShape,
  sources: readonly ReadSource[],
): CarriedAttribute {
  // One key may read it in several ways.
  const readers = new Map(sources.map(({ reader }) => [`${reader.product} ${reader.key}`, reader]));
  return { path, types, multiValued, readBy: [...readers.values()] };
}
