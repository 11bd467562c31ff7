import type { AttributeDefinition, AttributePath, ResourceTypeDefinition, SchemaDefinition } from './schema.types.js';

/**
 * A resource type with its schemas, prepared for look-ups: names are found without regard to case (RFC 7643 §2.1), the
 * longest known schema URN wins when a path is taken apart.
 */
export interface ResourceModel {
  readonly resourceType: ResourceTypeDefinition;
  readonly coreSchema: SchemaDefinition;
  readonly extensions: readonly SchemaDefinition[];

  /** Attribute of the core schema, a common attribute (`id`, `externalId`, `meta`, `schemas`), or of `schema`. */
  findAttribute(name: string, schema?: string): AttributeDefinition | undefined;

  /** URN as the schema writes it, for a URN in any case, or undefined where it is unknown to this resource type. */
  findExtension(urn: string): SchemaDefinition | undefined;

  /**
   * Takes `attr`, `attr.sub`, `urn:…:attr`, `urn:…:attr.sub` and bare `urn:…` apart.
   * @throws ScimError `invalidPath` when it is none of these or a name breaks RFC 7643's ATTRNAME
   */
  resolve(path: string): AttributePath;
}
