/** A JSON value as it stands in a resource. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [name: string]: JsonValue };

/**
 * The attributes of a resource in canonical form: names in the schema's case, extension attributes in an object under
 * their URN, no nulls, no empty strings, arrays or objects, and none of `schemas`, `id`, `meta`, `groups`, `password`.
 * Attributes that no schema knows are kept under the name and in the place they came in.
 */
export type ResourceAttributes = { [name: string]: JsonValue };

export type AttributeType =
  'string' | 'boolean' | 'decimal' | 'integer' | 'dateTime' | 'binary' | 'reference' | 'complex';

/** An attribute with all characteristics of RFC 7643 §2.2 and §7. */
export interface AttributeDefinition {
  readonly name: string;
  readonly type: AttributeType;
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'never' | 'default' | 'request';
  readonly uniqueness: 'none' | 'server' | 'global';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDefinition[];
}

/** A schema, RFC 7643 §7. */
export interface SchemaDefinition {
  /** URN, e.g. `urn:ietf:params:scim:schemas:core:2.0:User`. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly AttributeDefinition[];
}

/** A resource type, RFC 7643 §6. */
export interface ResourceTypeDefinition {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Path below the base URL, e.g. `/Users`. */
  readonly endpoint: string;
  readonly schema: string;
  readonly schemaExtensions: readonly { readonly schema: string; readonly required: boolean }[];
}

/**
 * A path to an attribute (RFC 7644 §3.5.2, `attrPath`), resolved against a resource type. Names are in the schema's case
 * where a schema knows them, as written otherwise.
 */
export interface AttributePath {
  /** URN of the extension the attribute belongs to; absent for attributes of the core schema and common ones. */
  readonly schema?: string;
  /** Absent when the path is a bare extension URN: the whole extension object is meant. */
  readonly attribute?: string;
  readonly subAttribute?: string;
  /** Definition of `attribute`; absent where no schema knows it. */
  readonly definition?: AttributeDefinition;
  /** Definition of `subAttribute`; absent where no schema knows it. */
  readonly subDefinition?: AttributeDefinition;
}
