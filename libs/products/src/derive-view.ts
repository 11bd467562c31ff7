import { type JsonValue, type ResourceAttributes, sameJson } from '#scim';
import type { CompiledKey, CompiledProfile, SlotNames, Slots } from './compile-profile.js';
import { isObject, Unfit } from './convert-value.js';

/** One person as a derivation needs them. Attributes are canonical: see `ResourceAttributes`. */
export interface Person {
  readonly id: string;
  readonly attributes: ResourceAttributes;
  readonly active: boolean;
}

/** Something an admin can mend: what was expected of which attribute. Never holds the value itself. */
export interface KeyProblem {
  readonly key: string;
  /** The source that gave the bad value. */
  readonly path: string;
  readonly problem: string;
}

/** One person as one product sees them under a tenant's mapping. Nothing but mapped keys is in it. */
export interface AttributeView {
  readonly product: string;
  /** 0 for the profile without a mapping. */
  readonly mappingVersion: number;
  readonly active: boolean;
  /** Keys without a value are left out. */
  readonly keys: Readonly<Record<string, JsonValue>>;
  /** In the order of the profile. A key may have both a problem and a value, when the value was kept as sent. */
  readonly problems: readonly KeyProblem[];
  /** Required keys without a value, in the order of the profile. */
  readonly missing: readonly string[];
}

const COUNTRY_CODE = /^[a-z]{2}$/i;

/** Never throws, whatever the attributes: what cannot be used is a problem of its key. The view may share objects with them. */
export function deriveView(compiled: CompiledProfile, person: Person): AttributeView {
  const slots = fillSlots(compiled, person);
  const keys: Record<string, JsonValue> = {};
  const problems: KeyProblem[] = [];
  const missing: string[] = [];
  for (const key of compiled.keys) {
    const value = deriveKey(key, slots, problems);
    if (value !== undefined) keys[key.key] = value;
    else if (key.level === 'required') missing.push(key.key);
  }
  const { profile, mappingVersion } = compiled;
  return { product: profile.id, mappingVersion, active: person.active, keys, problems, missing };
}

/** What a key is read from at one of its sources, as it came; undefined where there is nothing. */
export function readRaw(
  compiled: CompiledProfile,
  keyName: string,
  path: string,
  person: Pick<Person, 'id' | 'attributes'>,
): JsonValue | undefined {
  const source = compiled.keys.find(({ key }) => key === keyName)?.sources.find((one) => one.path === path);
  return source?.read(fillSlots(compiled, person));
}

function fillSlots(compiled: CompiledProfile, { id, attributes }: Pick<Person, 'id' | 'attributes'>): Slots {
  const slots = new Array<JsonValue | undefined>(compiled.slotCount).fill(undefined);
  fill(slots, compiled.coreNames, attributes);
  // Ours, whatever a body said: RFC 7643 §3.1.
  if (compiled.idSlot !== undefined) slots[compiled.idSlot] = id;
  for (const { slot, names } of compiled.extensions) {
    const extension = slots[slot];
    if (isObject(extension)) fill(slots, names, extension);
  }
  return slots;
}

/** Names count without regard to case (RFC 7643 §2.1); one in the profile's case goes before others. */
function fill(slots: (JsonValue | undefined)[], names: SlotNames, object: { [name: string]: JsonValue }): void {
  for (const name of Object.keys(object)) {
    const exact = names.exact.get(name);
    if (exact !== undefined) {
      slots[exact] = object[name];
      continue;
    }
    const slot = names.lowerCase.get(name.toLowerCase());
    if (slot !== undefined) slots[slot] ??= object[name];
  }
}

function deriveKey(key: CompiledKey, slots: Slots, problems: KeyProblem[]): JsonValue | undefined {
  if (key.unreadable !== undefined) {
    problems.push({ key: key.key, path: key.unreadable, problem: 'the mapping names a path that cannot be read' });
    return undefined;
  }
  let passedOver: string | undefined;
  for (const { read, onlyWithAt, path } of key.sources) {
    const raw = read(slots);
    if (raw === undefined || raw === null) continue;
    if (onlyWithAt && typeof raw === 'string' && !raw.includes('@')) {
      passedOver ??= path;
      continue;
    }
    const value = key.convert(raw);
    if (value instanceof Unfit) {
      problems.push({ key: key.key, path, problem: value.problem });
      return undefined;
    }
    if (value === undefined) continue;
    if (key.asks === 'countryCode' && !(typeof value === 'string' && COUNTRY_CODE.test(value))) {
      problems.push({ key: key.key, path, problem: 'expected an ISO 3166 two-letter code; kept as sent' });
    }
    return value;
  }
  // An optional key may well find an id where an address could have been; for a required one the admin needs the reason.
  if (passedOver !== undefined && key.level === 'required') {
    problems.push({ key: key.key, path: passedOver, problem: 'expected an e-mail address' });
  }
  return undefined;
}

/**
 * Whether a product would see no difference. The mapping's version is left out on purpose: a mapping changed for some
 * must not be published again to everybody else.
 */
export function sameView(a: AttributeView, b: AttributeView): boolean {
  return (
    a.active === b.active &&
    a.product === b.product &&
    sameJson(a.keys, b.keys) &&
    sameJson(a.missing, b.missing) &&
    sameJson(a.problems, b.problems)
  );
}
