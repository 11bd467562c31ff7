import { KEY_LEVELS, KEY_NAMESPACES, type KeyType } from './product-profile.js';

/** Every type of key; the compiler misses none. */
const TYPES: Readonly<Record<KeyType, true>> = {
  string: true,
  email: true,
  phone: true,
  date: true,
  decimal: true,
  boolean: true,
  address: true,
  stringList: true,
  stringOrList: true,
  object: true,
  any: true,
};

const text = { type: 'string', pattern: '\\S', description: 'text that is not empty' };
const texts = { type: 'array', items: text };
const yes = { const: true, description: 'true, or left out' };

/** An object that has these members, all but the optional ones, and no others. */
const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []) => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

const pick = {
  description: '"primary", "untyped", "any", or { "type": "…" }',
  if: { type: 'object' },
  then: object({ type: text }),
  else: { enum: ['primary', 'untyped', 'any'] },
};

const source = {
  description: 'a path, { "path": … } or { "extension": … }',
  type: ['string', 'object'],
  if: { type: 'object' },
  then: {
    if: { required: ['extension'] },
    then: object({ extension: text, names: texts }, ['names']),
    else: object({ path: text, pick: { type: 'array', items: pick, minItems: 1 }, among: texts, onlyWithAt: yes }, [
      'pick',
      'among',
      'onlyWithAt',
    ]),
  },
};

const key = object(
  {
    key: {
      type: 'string',
      pattern: '^[a-z][a-z0-9]*(_[a-z0-9]+)*$',
      description: 'snake_case: a-z, 0-9 and single "_"',
    },
    namespace: { enum: KEY_NAMESPACES },
    sources: { type: 'array', items: source, minItems: 1, description: 'at least one source' },
    type: { enum: Object.keys(TYPES) },
    literals: { type: 'array', items: { enum: ['number', 'boolean'] } },
    asks: { enum: ['countryCode'] },
    level: { enum: KEY_LEVELS },
    sensitive: { type: 'boolean' },
    description: text,
  },
  ['literals', 'asks'],
);

/** What a profile must look like, as JSON Schema 2020-12. What it must mean is asked by `checkProfile`. */
export const PRODUCT_PROFILE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Rollcall product profile',
  ...object(
    {
      $schema: { type: 'string' },
      id: {
        type: 'string',
        pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
        maxLength: 60,
        description: 'a-z, 0-9 and single "-", at most 60 characters',
      },
      title: text,
      enabledByDefault: yes,
      identityKey: text,
      keys: { type: 'array', items: key, minItems: 1, description: 'at least one key' },
      roles: object({
        key: { $ref: '#/properties/keys/items/properties/key' },
        from: { enum: ['everyGroup', 'mappedGroups'] },
        description: text,
      }),
      clientNamespace: text,
      ownKeys: yes,
      deactivation: object({
        loginBlocked: { type: 'boolean' },
        dataRetained: { type: 'boolean' },
        historyVisible: { type: 'boolean' },
        description: text,
      }),
    },
    ['$schema', 'enabledByDefault', 'roles', 'clientNamespace', 'ownKeys'],
  ),
};
