import { normalizeValue } from '../resource/normalize-value.js';
import { createResourceModel } from '../schema/create-resource-model.js';
import { defineAttribute } from '../schema/define-attribute.js';
import { groupModel, userModel, userResourceType } from '../schema/models.js';
import { resourceTypeSchema } from '../schema/resource-type.schema.js';
import type { JsonValue, SchemaDefinition } from '../schema/schema.types.js';
import { schemaSchema } from '../schema/schema.schema.js';
import { serviceProviderConfigSchema } from '../schema/service-provider-config.schema.js';
import { userSchema } from '../schema/user.schema.js';
import { resourceTypes } from './resource-types.js';
import { schemas } from './schemas.js';
import { serviceProviderConfig } from './service-provider-config.js';

const baseUrl = 'https://scim.example.com/v2';
type Json = { [name: string]: JsonValue };

/** Reads a representation as its own schema describes it: types fit, required attributes are there, nothing else is. */
function expectToFit(representation: Json, schema: SchemaDefinition): void {
  for (const definition of schema.attributes) {
    const value = representation[definition.name];
    if (definition.required) expect(value).toBeDefined();
    // Elements without content would go, and `schemaExtensions: []` is as good as none.
    if (value === undefined || definition.mutability !== 'readOnly') continue;
    const readable = JSON.parse(
      JSON.stringify(definition).replaceAll('"readOnly"', '"readWrite"'),
    ) as typeof definition;
    if (definition.name !== 'attributes') expect(normalizeValue(readable, value, definition.name) ?? []).toEqual(value);
  }
  const known = new Set(['schemas', 'id', 'meta', ...schema.attributes.map(({ name }) => name)]);
  expect(Object.keys(representation).filter((name) => !known.has(name))).toEqual([]);
}

describe('serviceProviderConfig (RFC 7643 §5)', () => {
  it('promises what is there', () => {
    const config = serviceProviderConfig({ baseUrl });
    expect(config).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      filter: { supported: true, maxResults: 1000 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
    });
    expectToFit(config, serviceProviderConfigSchema);
  });

  it('takes its limits from the caller', () => {
    const bulk = { maxOperations: 100, maxPayloadSize: 1_048_576 };
    expect(serviceProviderConfig({ baseUrl, maxResults: 50, bulk, documentationUri: 'https://x' })).toMatchObject({
      filter: { maxResults: 50 },
      bulk: { supported: true, ...bulk },
      documentationUri: 'https://x',
    });
  });
});

describe('resourceTypes (RFC 7643 §6)', () => {
  it('lists User with its extension, and Group', () => {
    const types = resourceTypes(baseUrl);
    expect(types.map(({ id, endpoint }) => [id, endpoint])).toEqual([
      ['User', '/Users'],
      ['Group', '/Groups'],
    ]);
    expect(types[0]!.meta).toEqual({ resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/User` });
    for (const type of types) expectToFit(type, resourceTypeSchema);
  });
});

describe('schemas (RFC 7643 §7, profile C5.9)', () => {
  const CHARACTERISTICS = [
    'name',
    'type',
    'multiValued',
    'description',
    'required',
    'caseExact',
    'mutability',
    'returned',
    'uniqueness',
  ];

  function expectComplete(attributes: JsonValue): void {
    for (const attribute of attributes as Json[]) {
      expect(Object.keys(attribute)).toEqual(expect.arrayContaining(CHARACTERISTICS));
      expect(Object.values(attribute)).not.toContain(null);
      expect(attribute.type === 'reference').toBe('referenceTypes' in attribute);
      expect(attribute.type === 'complex').toBe('subAttributes' in attribute);
      if (attribute.subAttributes) expectComplete(attribute.subAttributes);
    }
  }

  it('gives every schema once with all characteristics', () => {
    const all = schemas(baseUrl);
    expect(all.map(({ name }) => name)).toEqual([
      'User',
      'EnterpriseUser',
      'Group',
      'ServiceProviderConfig',
      'ResourceType',
      'Schema',
    ]);
    for (const schema of all) {
      expect(schema.meta).toEqual({ resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id as string}` });
      expectComplete(schema.attributes!);
      expectToFit(schema, schemaSchema);
    }
  });

  it('requires userName and a group’s displayName', () => {
    const required = schemas(baseUrl)
      .slice(0, 3)
      .flatMap(({ attributes }) => (attributes as Json[]).filter((a) => a.required));
    expect(required.map(({ name }) => name)).toEqual(['userName', 'displayName']);
  });

  it('lists what a tenant declares', () => {
    const own = {
      id: 'urn:acme:hr:1.0:User',
      name: 'HR',
      description: 'x',
      attributes: [defineAttribute('a', 'string', 'x')],
    };
    const model = createResourceModel(userResourceType, userSchema, [...userModel.extensions, own]);
    expect(schemas(baseUrl, [model, groupModel]).map(({ id }) => id)).toContain(own.id);
  });
});
