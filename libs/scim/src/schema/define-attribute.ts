import type { AttributeDefinition, AttributeType } from './schema.types.js';

type Characteristics = Partial<Omit<AttributeDefinition, 'name' | 'type' | 'description'>>;

/** Defines an attribute; characteristics left out take the defaults of RFC 7643 §2.2. */
export function defineAttribute(
  name: string,
  type: AttributeType,
  description: string,
  characteristics: Characteristics = {},
): AttributeDefinition {
  return {
    name,
    type,
    multiValued: false,
    description,
    required: false,
    // RFC 7643 §2.3.6 and §2.3.7: binary and reference values are case-exact by their type.
    caseExact: type === 'binary' || type === 'reference',
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  };
}

/** Sub-attributes that most multi-valued attributes share (RFC 7643 §2.4), around the `value` given. */
export function pluralSubAttributes(
  value: AttributeDefinition,
  canonicalTypes: readonly string[] = [],
): AttributeDefinition[] {
  return [
    value,
    defineAttribute('display', 'string', 'Text to show to people in place of the value.'),
    defineAttribute(
      'type',
      'string',
      'Label telling what this value is for.',
      canonicalTypes.length > 0 ? { canonicalValues: canonicalTypes } : {},
    ),
    defineAttribute('primary', 'boolean', 'Marks the preferred value; at most one value carries true.'),
  ];
}
