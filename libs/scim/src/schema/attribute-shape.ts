import { defineAttribute } from './define-attribute.js';
import type { AttributeDefinition, AttributeType } from './schema.types.js';

/** What JSON can show of a value's type. */
export type ShapeType = 'string' | 'boolean' | 'integer' | 'decimal' | 'complex';

/** In which order types are told, whatever the order they were met in. */
export const SHAPE_TYPES: readonly ShapeType[] = ['string', 'boolean', 'integer', 'decimal', 'complex'];

/** An attribute that no schema defines, as it has been met or is expected. */
export interface AttributeShape {
  /** In the spelling met first. */
  readonly name: string;
  /** All that were met, in the order of {@link SHAPE_TYPES}; none for an attribute that a schema defines. */
  readonly types: readonly ShapeType[];
  readonly multiValued: boolean;
  readonly description?: string;
  /** What objects among the values hold; one level, as SCIM knows no more (RFC 7643 §2.3.8). */
  readonly subAttributes?: readonly AttributeShape[];
}

/** Attributes beyond those that a schema defines, or a schema of nothing but such. */
export interface SchemaShape {
  /** URN; the core schema's own for attributes that stand beside userName. */
  readonly id: string;
  readonly name?: string;
  readonly description?: string;
  readonly attributes: readonly AttributeShape[];
}

/** What both say of one attribute: neither order nor repetition matters, the first's name and description aside. */
export function mergeShapes(a: AttributeShape, b: AttributeShape): AttributeShape {
  const subAttributes = mergeShapeLists(a.subAttributes ?? [], b.subAttributes ?? []);
  const description = a.description ?? b.description;
  return {
    name: a.name,
    types: SHAPE_TYPES.filter((type) => a.types.includes(type) || b.types.includes(type)),
    multiValued: a.multiValued || b.multiValued,
    ...(description !== undefined && { description }),
    ...(subAttributes.length > 0 && { subAttributes }),
  };
}

/** Both lists as one; names are the same in any case (RFC 7643 §2.1). */
export function mergeShapeLists(a: readonly AttributeShape[], b: readonly AttributeShape[]): AttributeShape[] {
  const byName = new Map<string, AttributeShape>();
  for (const shape of [...a, ...b]) {
    const key = shape.name.toLowerCase();
    const present = byName.get(key);
    byName.set(key, present ? mergeShapes(present, shape) : shape);
  }
  return [...byName.values()];
}

const CUSTOM = 'Custom attribute; any value is kept and given back as it came.';
const NESTED = 'Object inside an object; what it holds is kept and given back as it came.';

/**
 * The definition to declare for a shape. One type is declared as it is, integer and decimal as decimal, other simple types
 * together as string, in which all can be written. Where objects came, the attribute is complex, and simple values that
 * came beside them are its `value`, which RFC 7643 §2.4 takes a bare value for.
 */
export function definitionOf(shape: AttributeShape): AttributeDefinition {
  const { name, multiValued, description = CUSTOM } = shape;
  if (!shape.types.includes('complex')) return defineAttribute(name, simpleTypeOf(shape), description, { multiValued });
  const simple = shape.types.filter((type) => type !== 'complex');
  const value: AttributeShape[] = simple.length > 0 ? [{ name: 'value', types: simple, multiValued: false }] : [];
  const subAttributes = mergeShapeLists(value, shape.subAttributes ?? []).map(subDefinitionOf);
  return defineAttribute(name, 'complex', description, { multiValued, subAttributes });
}

export function subDefinitionOf(shape: AttributeShape): AttributeDefinition {
  const { name, multiValued, description } = shape;
  if (shape.types.includes('complex')) {
    return defineAttribute(name, 'complex', description ?? NESTED, { multiValued, subAttributes: [] });
  }
  return defineAttribute(name, simpleTypeOf(shape), description ?? CUSTOM, { multiValued });
}

function simpleTypeOf({ types }: AttributeShape): Exclude<AttributeType, 'complex'> {
  const [only, ...others] = types.filter((type) => type !== 'complex');
  if (only === undefined) return 'string';
  if (others.length === 0) return only;
  return types.every((type) => type === 'integer' || type === 'decimal') ? 'decimal' : 'string';
}
