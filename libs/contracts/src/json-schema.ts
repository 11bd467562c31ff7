/** JSON Schema 2020-12, as far as contracts use it. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: string | number | boolean;
  readonly enum?: readonly (string | number | boolean)[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly minLength?: number;
  readonly uniqueItems?: boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Absent: consumers must pass over members that they do not know. */
  readonly additionalProperties?: boolean | Schema;
}

export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

export const text = (description?: string): Schema => ({ type: 'string', ...(description && { description }) });
export const id = (description: string): Schema => ({ type: 'string', minLength: 1, description });
export const count = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
export const instant = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
export const digits = (description: string): Schema => ({ type: 'string', pattern: '^[0-9]+$', description });

/** An object whose members are all required but for those of `optional`. */
export function object(
  properties: Readonly<Record<string, Schema>>,
  { optional = [], ...about }: { optional?: readonly string[] } & Pick<Schema, 'description' | 'title'> = {},
): Schema {
  return {
    type: 'object',
    ...about,
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
  };
}

/** The same, taking no member that it does not name: what a spec holds messages to, so that none goes out undescribed. */
export function closed(schema: Schema): Schema {
  const { properties, items, anyOf, additionalProperties } = schema;
  return {
    ...schema,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, member]) => [name, closed(member)])),
      additionalProperties: additionalProperties ?? false,
    }),
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
  };
}
