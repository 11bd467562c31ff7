import type { JsonValue } from '#scim';
import {
  type AttributeMapping,
  checkMapping,
  type MappingFault,
  overriddenSource,
  ownKeysOf,
} from './attribute-mapping.js';
import { checkProfile, describeFaults } from './check-profile.js';
import { type Convert, converterFor, isObject, member } from './convert-value.js';
import type { ElementPick, KeyLevel, ProductKey, ProductProfile, Source } from './product-profile.js';
import { parseSource, type ParsedSource } from './source-path.js';

/** The person's attributes that the profile names, each in its slot. */
export type Slots = readonly (JsonValue | undefined)[];

export interface CompiledSource {
  readonly path: string;
  readonly onlyWithAt: boolean;
  /** The raw value, undefined when there is none. */
  readonly read: (slots: Slots) => JsonValue | undefined;
}

export interface CompiledKey {
  readonly key: string;
  readonly level: KeyLevel;
  readonly sensitive: boolean;
  readonly asks: ProductKey['asks'];
  /** Set instead of sources where the tenant's mapping names a path that cannot be read. */
  readonly unreadable?: string;
  readonly sources: readonly CompiledSource[];
  readonly convert: Convert;
}

/** Names of one object (the resource, or one of its extensions) → slot. */
export interface SlotNames {
  /** As the profile writes them. */
  readonly exact: ReadonlyMap<string, number>;
  readonly lowerCase: ReadonlyMap<string, number>;
}

/** A profile under a tenant's mapping, ready to be applied to many people. Make it once and keep it. */
export interface CompiledProfile {
  readonly profile: ProductProfile;
  /** 0 without a mapping. */
  readonly mappingVersion: number;
  /** A key whose override cannot be read has no value: better none than one the tenant has mapped away. */
  readonly mappingFaults: readonly MappingFault[];
  readonly keys: readonly CompiledKey[];
  readonly slotCount: number;
  readonly coreNames: SlotNames;
  /** Slot of the person's `id`, where some source reads it. */
  readonly idSlot: number | undefined;
  /** Slot that holds the extension's object, and the names wanted from inside it. */
  readonly extensions: readonly { readonly slot: number; readonly names: SlotNames }[];
}

/**
 * A mapping once accepted into the log must never stop the reader of the log, so its faults are kept beside the result.
 * @throws Error the profile itself is faulty
 */
export function compileProfile(profile: ProductProfile, mapping?: AttributeMapping): CompiledProfile {
  requireSound(profile);
  const overrides = new Map(mapping?.overrides.map(({ key, path }) => [key, path]));
  const slots = new SlotAllocator();
  const keys = [...profile.keys, ...ownKeysOf(profile, mapping)].map((key): CompiledKey => {
    const path = key.type === 'object' ? undefined : overrides.get(key.key);
    const sources: readonly Source[] = path === undefined ? key.sources : [overriddenSource(profile, key, path)];
    const parsed = sources.map(parseSource).filter((source) => source !== undefined);
    return {
      key: key.key,
      level: key.level,
      sensitive: key.sensitive,
      asks: key.asks,
      ...(path !== undefined && parsed.length === 0 ? { unreadable: path } : {}),
      sources: parsed.map((source) => compileSource(source, slots)),
      convert: converterFor(key.type, key.literals),
    };
  });
  return {
    profile,
    mappingVersion: mapping?.version ?? 0,
    mappingFaults: mapping ? checkMapping(profile, mapping) : [],
    keys,
    slotCount: slots.count,
    coreNames: slots.core,
    idSlot: slots.core.lowerCase.get('id'),
    extensions: [...slots.extensions.values()],
  };
}

/** Profiles that have been checked already: one is compiled for each mapping of each tenant. */
const sound = new WeakSet<ProductProfile>();

/** @throws Error naming all faults of the profile and where they are */
function requireSound(profile: ProductProfile): void {
  if (sound.has(profile)) return;
  const faults = checkProfile(profile);
  if (faults.length > 0) {
    throw new Error(`Product profile "${profile.id}" is faulty: ${describeFaults(faults).join('; ')}`);
  }
  sound.add(profile);
}

class NameTable implements SlotNames {
  readonly exact = new Map<string, number>();
  readonly lowerCase = new Map<string, number>();

  /** Slot of this name in any case; `next` gives the number of a new one. */
  slotOf(name: string, next: () => number): number {
    const lower = name.toLowerCase();
    const slot = this.lowerCase.get(lower) ?? next();
    this.exact.set(name, slot);
    this.lowerCase.set(lower, slot);
    return slot;
  }
}

/** Gives every attribute that some source names one slot, so that a person's attributes are gone through only once. */
class SlotAllocator {
  count = 0;
  readonly core = new NameTable();
  readonly extensions = new Map<string, { slot: number; names: NameTable }>();
  private readonly next = (): number => this.count++;

  slotOf(schema: string | undefined, attribute: string | undefined): number {
    if (schema === undefined) return this.core.slotOf(attribute ?? '', this.next);
    const slot = this.core.slotOf(schema, this.next);
    const extension = this.extensions.get(schema.toLowerCase()) ?? { slot, names: new NameTable() };
    this.extensions.set(schema.toLowerCase(), extension);
    return attribute === undefined ? slot : extension.names.slotOf(attribute, this.next);
  }
}

function compileSource(
  { path, schema, attribute, onlyWithAt, ...rest }: ParsedSource,
  slots: SlotAllocator,
): CompiledSource {
  const slot = slots.slotOf(schema, attribute);
  return { path, onlyWithAt, read: reader(slot, rest) };
}

function reader(slot: number, { sub, pick, among }: Partial<ParsedSource>): CompiledSource['read'] {
  // A path that ends in a sub-attribute but meets a list reads the first element that has it.
  const picks = pick ?? ['any'];
  const wanted = among ?? (sub === undefined ? [] : [sub]);
  const finish = (element: JsonValue): JsonValue | undefined => (sub === undefined ? element : within(element, sub));
  return (values) => {
    const value = values[slot];
    if (value === undefined) return undefined;
    if (pick === undefined && (sub === undefined || !Array.isArray(value))) return finish(value);
    const elements = Array.isArray(value) ? value : [value];
    for (const choice of picks) {
      for (const element of elements) {
        if (fits(element, choice) && hasAny(element, wanted)) return finish(element);
      }
    }
    return undefined;
  };
}

/** A simple value stands for an element that has nothing but it. */
function within(element: JsonValue, sub: string): JsonValue | undefined {
  if (isObject(element)) return member(element, sub);
  return sub === 'value' && !Array.isArray(element) ? element : undefined;
}

function fits(element: JsonValue, choice: ElementPick): boolean {
  if (choice === 'any') return true;
  if (!isObject(element)) return choice === 'untyped';
  if (choice === 'primary') return isTrue(member(element, 'primary'));
  const type = member(element, 'type');
  if (choice === 'untyped') return type === undefined || type === null || type === '';
  return typeof type === 'string' && type.toLowerCase() === choice.type.toLowerCase();
}

function isTrue(value: JsonValue | undefined): boolean {
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
}

function hasAny(element: JsonValue, wanted: readonly string[]): boolean {
  if (wanted.length === 0) return true;
  for (const name of wanted) {
    const value = within(element, name);
    if (value !== undefined && value !== null && (typeof value !== 'string' || value.trim() !== '')) return true;
  }
  return false;
}
