import { ADDRESS_PARTS, type KeyType, type ProductKey, type ProductProfile } from '#products';
import { count, DIALECT, id, object, type Schema } from './json-schema.js';

/** What a key's value is when it leaves; see `KeyType`. */
const VALUES: Readonly<Record<KeyType, Schema>> = {
  string: { type: 'string' },
  email: { type: 'string', pattern: '^[^\\s@]+@[^\\s@]+$' },
  phone: { type: 'string' },
  date: { type: 'string', format: 'date' },
  decimal: { type: 'string', pattern: '^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)$' },
  boolean: { type: 'boolean' },
  address: {
    type: 'object',
    properties: Object.fromEntries(ADDRESS_PARTS.map((part): [string, Schema] => [part, { type: 'string' }])),
  },
  stringList: { type: 'array', items: { type: 'string' } },
  stringOrList: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  object: { type: 'object', additionalProperties: true },
  any: {},
};

/** The JSON that a product's topic carries, as the product's profile makes it. */
export function viewSchema(profile: ProductProfile): Schema {
  const { title, keys, roles, ownKeys } = profile;
  const values: Record<string, Schema> = {};
  for (const key of keys) values[key.key] = keySchema(key);
  if (roles) {
    values[roles.key] = { type: 'array', items: { type: 'string' }, uniqueItems: true, description: roles.description };
  }
  const problem = object({
    key: { type: 'string', description: 'The key.' },
    path: { type: 'string', description: 'The source that gave the bad value.' },
    problem: { type: 'string', description: 'What was expected. Never holds the value.' },
  });
  const message = object(
    {
      tenant: id('Slug of the tenant.'),
      userId: id('The person, for good; with the tenant it is the key of the message.'),
      revision: count('Revision of the person that the view was derived from.'),
      active: { type: 'boolean', description: 'False blocks the login; what the product knows stays.' },
      deleted: {
        type: 'boolean',
        const: true,
        description: 'There when the identity provider deleted the person, who may come back.',
      },
      mappingVersion: count('Version of the attribute mapping; 0 for the profile as it is.'),
      settingsVersion: count('Of two views as of one position, the one with the higher number is the newer one.'),
      attributes: {
        type: 'object',
        description:
          'The product’s keys. One without a value is left out, a required one too: then it is in `missing`.' +
          (ownKeys ? ' The tenant’s mapping may add keys of its own.' : ''),
        properties: values,
        ...(ownKeys && { additionalProperties: true }),
      },
      missing: { type: 'array', items: { type: 'string' }, description: 'Required keys without a value.' },
      problems: { type: 'array', items: problem, description: 'Values that could not be used as they were sent.' },
    },
    { optional: ['deleted'] },
  );
  const about = { title: `A person, as ${title} is told of them`, description: profile.deactivation.description };
  return { $schema: DIALECT, $id: `urn:rollcall:schema:${viewSchemaName(profile)}`, ...about, ...message };
}

export const viewSchemaName = ({ id: product }: ProductProfile): string => `${product}.view.v1`;

function keySchema({ type, level, sensitive, description }: ProductKey): Schema {
  const notes = [description, `${level[0]?.toUpperCase()}${level.slice(1)}.`, ...(sensitive ? ['Sensitive.'] : [])];
  return { ...VALUES[type], description: notes.join(' ') };
}
