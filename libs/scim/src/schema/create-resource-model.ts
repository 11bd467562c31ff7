import { ScimError } from '../scim-error.js';
import { isAttributeName, quoteName } from './attribute-name.js';
import { commonAttributes } from './common-attributes.js';
import { ENTERPRISE_USER_SCHEMA } from './enterprise-user.schema.js';
import { GROUP_SCHEMA } from './group.schema.js';
import type { ResourceModel } from './resource-model.js';
import type { AttributeDefinition, AttributePath, ResourceTypeDefinition, SchemaDefinition } from './schema.types.js';
import { isNamespace, splitUnknownUrn } from './split-urn.js';
import { USER_SCHEMA } from './user.schema.js';

/** Paths come from clients, so the cache has to end somewhere; real connections use a few dozen. */
const CACHED_PATHS = 2_000;
const CACHED_PATH_LENGTH = 200;

/** Other spellings that clients use: SCIM 1 and what OneLogin made of it, and the missing colon in Entra ID's documentation. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    USER_SCHEMA,
    ['urn:scim:schemas:core:1.0', 'urn:scim:schemas:core:1.0:user', 'urn:ietf:params:scim:schemas:core:2.0user'],
  ],
  [
    GROUP_SCHEMA,
    ['urn:scim:schemas:core:1.0', 'urn:scim:schemas:core:1.0:group', 'urn:ietf:params:scim:schemas:core:2.0group'],
  ],
  [
    ENTERPRISE_USER_SCHEMA,
    [
      'urn:scim:schemas:extension:enterprise:1.0',
      'urn:scim:schemas:extension:enterprise:1.0:user',
      'urn:scim:schemas:extension:enterprise:2.0',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0user',
    ],
  ],
]);

type ByName = ReadonlyMap<string, AttributeDefinition>;

function byLowerCaseName(attributes: readonly AttributeDefinition[]): ByName {
  return new Map(attributes.map((attribute) => [attribute.name.toLowerCase(), attribute]));
}

/** Prepares a resource type for look-ups. `extensions` may replace one of ours under the same URN with a wider one. */
export function createResourceModel(
  resourceType: ResourceTypeDefinition,
  coreSchema: SchemaDefinition,
  extensions: readonly SchemaDefinition[],
): ResourceModel {
  return new CompiledResourceModel(resourceType, coreSchema, extensions);
}

class CompiledResourceModel implements ResourceModel {
  private readonly coreAttributes: ByName;
  /** Every spelling of every URN in lower case, the core schema's too. */
  private readonly schemaByUrn = new Map<string, SchemaDefinition>();
  /** The same spellings, longest first: the first that fits wins. */
  private readonly urns: readonly string[];
  private readonly attributesBySchema = new Map<SchemaDefinition, ByName>();
  private readonly subAttributes = new Map<AttributeDefinition, ByName>();
  private readonly paths = new Map<string, AttributePath>();

  constructor(
    readonly resourceType: ResourceTypeDefinition,
    readonly coreSchema: SchemaDefinition,
    readonly extensions: readonly SchemaDefinition[],
  ) {
    this.coreAttributes = byLowerCaseName([...commonAttributes, ...coreSchema.attributes]);
    this.attributesBySchema.set(coreSchema, this.coreAttributes);
    for (const extension of extensions) this.attributesBySchema.set(extension, byLowerCaseName(extension.attributes));
    for (const schema of [coreSchema, ...extensions]) {
      for (const urn of [schema.id.toLowerCase(), ...(ALIASES.get(schema.id) ?? [])]) this.schemaByUrn.set(urn, schema);
    }
    this.urns = [...this.schemaByUrn.keys()].sort((a, b) => b.length - a.length);
    for (const attributes of this.attributesBySchema.values()) {
      for (const attribute of attributes.values()) {
        if (attribute.subAttributes) this.subAttributes.set(attribute, byLowerCaseName(attribute.subAttributes));
      }
    }
  }

  findAttribute(name: string, schema?: string): AttributeDefinition | undefined {
    if (schema === undefined) return this.coreAttributes.get(name.toLowerCase());
    const known = this.schemaByUrn.get(schema.toLowerCase());
    return known && this.attributesBySchema.get(known)?.get(name.toLowerCase());
  }

  findExtension(urn: string): SchemaDefinition | undefined {
    const schema = this.schemaByUrn.get(urn.toLowerCase());
    return schema === this.coreSchema ? undefined : schema;
  }

  resolve(path: string): AttributePath {
    const cached = this.paths.get(path);
    if (cached) return cached;
    const resolved = Object.freeze(this.takeApart(path));
    if (path.length <= CACHED_PATH_LENGTH) {
      if (this.paths.size >= CACHED_PATHS) this.paths.delete(this.paths.keys().next().value!);
      this.paths.set(path, resolved);
    }
    return resolved;
  }

  private takeApart(path: string): AttributePath {
    if (!path.includes(':')) return this.takeNameApart(path, path, this.coreSchema);
    const known = this.findUrnOf(path);
    if (!known) return this.takeUnknownApart(path);
    const schema = this.schemaByUrn.get(known)!;
    return path.length === known.length
      ? { schema: schema.id }
      : this.takeNameApart(path, path.slice(known.length + 1), schema);
  }

  /** The known URN, in lower case, that `path` is or that all but one name of it is. */
  private findUrnOf(path: string): string | undefined {
    const lowerCase = path.toLowerCase();
    return this.urns.find(
      (urn) =>
        lowerCase.startsWith(urn) &&
        // Another colon further on: a longer URN that we do not know.
        (path.length === urn.length || (/[:.]/.test(path[urn.length]!) && !path.includes(':', urn.length + 1))),
    );
  }

  private takeUnknownApart(path: string): AttributePath {
    // A sub-attribute's dot comes after the last colon; the dots before it belong to the URN.
    const lastColon = path.lastIndexOf(':');
    const dot = /^(?:v?\d|.*\/)/i.test(path.slice(lastColon + 1)) ? -1 : path.indexOf('.', lastColon);
    const urn = dot < 0 ? path : path.slice(0, dot);
    if (!isNamespace(urn)) throw invalidPath(path);
    const { schema, attribute } = splitUnknownUrn(urn);
    if (attribute === undefined) {
      if (urn !== path) throw invalidPath(path);
      return { schema };
    }
    // Below `ENT:name` there can be no schema, as `ENT:name` is an attribute.
    if (!isAttributeName(attribute) || this.findUrnOf(schema)) throw invalidPath(path);
    if (urn === path) return { schema, attribute };
    const subAttribute = path.slice(dot + 1);
    if (!isAttributeName(subAttribute)) throw invalidPath(path);
    return { schema, attribute, subAttribute };
  }

  /** `attr` or `attr.sub` in a schema of this resource type. */
  private takeNameApart(path: string, name: string, schema: SchemaDefinition): AttributePath {
    const dot = name.indexOf('.');
    const first = dot < 0 ? name : name.slice(0, dot);
    if (!isAttributeName(first)) throw invalidPath(path);
    const definition = this.attributesBySchema.get(schema)?.get(first.toLowerCase());
    const resolved: { -readonly [K in keyof AttributePath]: AttributePath[K] } = {
      attribute: definition?.name ?? first,
    };
    if (schema !== this.coreSchema) resolved.schema = schema.id;
    if (definition) resolved.definition = definition;
    if (dot < 0) return resolved;

    const second = name.slice(dot + 1);
    if (!isAttributeName(second)) throw invalidPath(path);
    const subDefinition = definition && this.subAttributes.get(definition)?.get(second.toLowerCase());
    resolved.subAttribute = subDefinition?.name ?? second;
    if (subDefinition) resolved.subDefinition = subDefinition;
    return resolved;
  }
}

function invalidPath(path: string): ScimError {
  return new ScimError(
    'invalidPath',
    `${quoteName(path)} is not an attribute path; expected attr, attr.sub, or either of them after a schema URN and ":".`,
  );
}
