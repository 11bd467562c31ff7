import { type AttributeShape, type JsonValue, mergeShapes, type SchemaShape, SHAPE_TYPES, type ShapeType } from '#scim';

/** How much is learned of one resource type of one tenant; beyond it attributes are kept all the same, but not declared. */
export const LEARNING_LIMITS = {
  /** URNs, the core schema's included. */
  schemas: 100,
  /** Attributes under one URN. */
  attributes: 500,
  /** Attributes and sub-attributes under all URNs. */
  names: 2_000,
} as const;

/** What a tenant's resources of one type have carried beyond the schemas. JSON, and of bounded size. */
export interface LearnedSchemas {
  readonly schemas: readonly SchemaShape[];
  /** Attributes and sub-attributes in `schemas`. */
  readonly names: number;
  /** False once something was left out for a limit. */
  readonly complete: boolean;
}

export const NOTHING_LEARNED: LearnedSchemas = { schemas: [], names: 0, complete: true };

/** One meeting of an attribute, or of a sub-attribute of one that a schema defines. */
export interface Sighting {
  readonly schema: string;
  readonly name: string;
  readonly sub: string | undefined;
  readonly value: JsonValue;
}

/**
 * Whether `learned` already says what a value shows. For every event that carries a custom attribute, so it allocates
 * nothing; what it looks at is prepared once per version of the document.
 */
export function isLearned(
  learned: LearnedSchemas,
  schema: string,
  name: string,
  sub: string | undefined,
  value: JsonValue,
): boolean {
  const entry = find(find(indexOf(learned), schema)?.below, name);
  if (!entry) return false;
  if (sub === undefined) return covers(entry, value);
  const below = find(entry.below, sub);
  return below !== undefined && (kindsOf(value) & ~below.kinds) === 0;
}

/** What is known after `sightings`; `learned` itself where they show nothing that there is room for. */
export function learn(learned: LearnedSchemas, sightings: readonly Sighting[]): LearnedSchemas {
  let now = learned;
  for (const { schema, name, sub, value } of sightings) {
    const seen: AttributeShape =
      sub === undefined
        ? shapeOf(name, value)
        : { name, types: [], multiValued: false, subAttributes: [leafShapeOf(sub, value)] };
    now = withShape(now, schema, seen);
  }
  return now;
}

/** The attribute's shape as one value shows it. */
function shapeOf(name: string, value: JsonValue): AttributeShape {
  const subs = new Map<string, AttributeShape>();
  for (const element of Array.isArray(value) ? value : [value]) {
    if (!isObject(element)) continue;
    for (const [sub, one] of Object.entries(element)) {
      const shape = leafShapeOf(sub, one);
      const present = subs.get(sub.toLowerCase());
      subs.set(sub.toLowerCase(), present ? mergeShapes(present, shape) : shape);
    }
  }
  return { ...leafShapeOf(name, value), ...(subs.size > 0 && { subAttributes: [...subs.values()] }) };
}

function leafShapeOf(name: string, value: JsonValue): AttributeShape {
  const kinds = kindsOf(value);
  const types = SHAPE_TYPES.filter((type) => (kinds & KINDS[type]) !== 0);
  return { name, types, multiValued: (kinds & MULTI_VALUED) !== 0 };
}

function withShape(learned: LearnedSchemas, urn: string, seen: AttributeShape): LearnedSchemas {
  const at = learned.schemas.findIndex(({ id }) => id.toLowerCase() === urn.toLowerCase());
  const schema = learned.schemas[at] ?? { id: urn, attributes: [] };
  const inSchema = schema.attributes.findIndex(({ name }) => name.toLowerCase() === seen.name.toLowerCase());
  const present = schema.attributes[inSchema];
  const { schemas, attributes, names } = LEARNING_LIMITS;
  const room = names - learned.names - (present ? 0 : 1);
  const fits =
    present ?? (room >= 0 && schema.attributes.length < attributes && (at >= 0 || learned.schemas.length < schemas));
  if (!fits) return learned.complete ? { ...learned, complete: false } : learned;

  const trimmed = trimmedTo(seen, present, room);
  const shape = present ? mergeShapes(present, trimmed) : trimmed;
  const added = sizeOf(shape) - (present ? sizeOf(present) : 0);
  const complete = learned.complete && trimmed === seen;
  if (present && added === 0 && sameTypes(present, shape))
    return complete === learned.complete ? learned : { ...learned, complete };
  const widened = { ...schema, attributes: put(schema.attributes, inSchema, shape) };
  return { schemas: put(learned.schemas, at, widened), names: learned.names + added, complete };
}

/** `seen` without those new sub-attributes that there is no room for. */
function trimmedTo(seen: AttributeShape, present: AttributeShape | undefined, room: number): AttributeShape {
  const known = new Set(present?.subAttributes?.map(({ name }) => name.toLowerCase()));
  let left = room;
  const subAttributes = seen.subAttributes?.filter(({ name }) => known.has(name.toLowerCase()) || left-- > 0);
  return subAttributes === undefined || left >= 0 ? seen : { ...seen, subAttributes };
}

const sizeOf = ({ subAttributes }: AttributeShape): number => 1 + (subAttributes?.length ?? 0);

function sameTypes(a: AttributeShape, b: AttributeShape): boolean {
  return (
    a.types.length === b.types.length &&
    a.multiValued === b.multiValued &&
    (a.subAttributes ?? []).every((sub, i) => sameTypes(sub, b.subAttributes?.[i] ?? sub))
  );
}

function put<T>(list: readonly T[], at: number, item: T): T[] {
  return at < 0 ? [...list, item] : list.with(at, item);
}

const KINDS: Readonly<Record<ShapeType, number>> = { string: 1, boolean: 2, integer: 4, decimal: 8, complex: 16 };
const MULTI_VALUED = 32;

function kindsOf(value: JsonValue): number {
  switch (typeof value) {
    case 'string':
      return KINDS.string;
    case 'boolean':
      return KINDS.boolean;
    case 'number':
      return Number.isInteger(value) ? KINDS.integer : KINDS.decimal;
    default:
      if (value === null) return 0;
      return Array.isArray(value)
        ? value.reduce<number>((kinds, one) => kinds | kindsOf(one), MULTI_VALUED)
        : KINDS.complex;
  }
}

function covers(entry: Entry, value: JsonValue): boolean {
  if ((kindsOf(value) & ~entry.kinds) !== 0) return false;
  if (typeof value !== 'object') return true;
  return Array.isArray(value) ? value.every((element) => coversSubs(entry, element)) : coversSubs(entry, value);
}

function coversSubs(entry: Entry, value: JsonValue): boolean {
  if (!isObject(value)) return true;
  for (const name of Object.keys(value)) {
    const sub = find(entry.below, name);
    if (!sub || (kindsOf(value[name]!) & ~sub.kinds) !== 0) return false;
  }
  return true;
}

/** One name: the kinds of value met there, and the names below it. */
interface Entry {
  readonly kinds: number;
  readonly below: Index;
}
/** By name as it was met first, and in lower case. */
type Index = ReadonlyMap<string, Entry>;

const indexes = new WeakMap<LearnedSchemas, Index>();

function indexOf(learned: LearnedSchemas): Index {
  let index = indexes.get(learned);
  if (!index) {
    index = indexBy(learned.schemas, ({ id }) => id, ({ attributes }) => ({ kinds: 0, below: indexShapes(attributes) })); // prettier-ignore
    indexes.set(learned, index);
  }
  return index;
}

const indexShapes = (shapes: readonly AttributeShape[]): Index =>
  indexBy(shapes, ({ name }) => name, entryOf); // prettier-ignore

function entryOf({ types, multiValued, subAttributes }: AttributeShape): Entry {
  const kinds = types.reduce((all, type) => all | KINDS[type], multiValued ? MULTI_VALUED : 0);
  return { kinds, below: subAttributes ? indexShapes(subAttributes) : NOTHING };
}

function indexBy<T>(items: readonly T[], nameOf: (item: T) => string, entry: (item: T) => Entry): Index {
  const index = new Map<string, Entry>();
  for (const item of items) {
    const made = entry(item);
    index.set(nameOf(item).toLowerCase(), made).set(nameOf(item), made);
  }
  return index;
}

const NOTHING: Index = new Map();

const find = (index: Index | undefined, name: string): Entry | undefined =>
  index?.get(name) ?? index?.get(name.toLowerCase());

const isObject = (value: JsonValue): value is { [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
