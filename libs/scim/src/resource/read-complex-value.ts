import { ScimError } from '../scim-error.js';
import { isAttributeName, quoteName } from '../schema/attribute-name.js';
import type { AttributeDefinition, JsonValue } from '../schema/schema.types.js';
import { checkNameCount, countElements, invalidName, keepJson, placeOf, type Walk, wrongValue } from './keep-json.js';
import type { ReadValue } from './normalize-value.js';
import { isUnassigned } from './read-simple-value.js';
import { settleElements } from './settle-elements.js';

type JsonObject = { [name: string]: JsonValue };

export interface SubReader {
  readonly definition: AttributeDefinition;
  readonly read: ReadValue;
}

interface Slot {
  readonly name: string;
  readonly read: ReadValue;
  /** Another client's word for `name`: gives way to the real one. */
  readonly alias: boolean;
}

/** Words of clients for sub-attributes: OneLogin's templates write `manager.managerId`. */
const SUB_ALIASES: readonly { attribute: string; alias: string; name: string }[] = [
  { attribute: 'manager', alias: 'managerid', name: 'value' },
];

/** Reader of elements, which also knows what makes two of them the same. */
export interface ReadElement extends ReadValue {
  /** Elements point at other resources: `value` alone tells them apart, and nothing beyond the schema is kept. */
  readonly isReferenceList: boolean;
}

/** Reader for one object of a complex attribute; a string or number stands for its `value`. Refuses arrays. */
export function complexReader(
  definition: AttributeDefinition,
  subReaders: readonly SubReader[],
  below: string,
): ReadElement {
  const slots = new Map<string, Slot>();
  for (const { definition: sub, read } of subReaders) {
    const ignored = sub.mutability === 'readOnly';
    const slot = { name: sub.name, read: ignored ? () => undefined : read, alias: false };
    slots.set(sub.name, slot).set(sub.name.toLowerCase(), slot);
  }
  for (const { attribute, alias, name } of SUB_ALIASES) {
    const slot = attribute === definition.name ? slots.get(name) : undefined;
    if (slot && !slots.has(alias)) slots.set(alias, { ...slot, alias: true });
  }
  const valueSlot = slots.get('value');
  const valueDefinition = subReaders.find(({ definition: sub }) => sub.name === 'value')?.definition;
  // RFC 7643 §2.4 has `type` and `primary` label an element; in a single object they would be content.
  const labelled = definition.multiValued;
  const isReferenceList = labelled && valueDefinition?.mutability === 'immutable';
  const required = subReaders.filter(({ definition: sub }) => sub.required).map(({ definition: sub }) => sub.name);

  const read: ReadValue = (value, walk) => {
    if (typeof value !== 'object' || value === null) {
      if (value === null || value === undefined || value === '') return undefined;
      if (valueSlot && (typeof value === 'string' || typeof value === 'number')) {
        const read = valueSlot.read(value, walk);
        return read === undefined ? undefined : { value: read };
      }
      throw wrongValue(placeOf(walk, below), value, 'an object');
    }
    if (Array.isArray(value)) throw wrongValue(placeOf(walk, below), value, 'an object');

    const source = value as Record<string, unknown>;
    const names = Object.keys(source);
    checkNameCount(names.length, walk.path);
    let changed: JsonObject | undefined;
    let content = false;
    for (let i = 0; i < names.length; i++) {
      const given = names[i]!;
      const slot = slots.get(given) ?? slots.get(given.toLowerCase());
      const name = slot ? slot.name : given;
      let kept: JsonValue | undefined;
      if (slot) kept = slot.read(source[given], walk);
      else if (!isAttributeName(given)) throw invalidName(given);
      else if (!isReferenceList) kept = keepJson(source[given], walk);

      if (kept !== undefined && !(labelled && (name === 'type' || name === 'primary'))) content = true;
      if (changed === undefined) {
        if (kept === source[given] && name === given && kept !== undefined) continue;
        changed = {};
        for (let j = 0; j < i; j++) changed[names[j]!] = source[names[j]!] as JsonValue;
      }
      if (kept !== undefined && !(slot?.alias && Object.hasOwn(changed, name))) changed[name] = kept;
    }
    const result = changed ?? (source as JsonObject);
    if (!content) {
      if (!isReferenceList) return keepDraft(result, walk);
      // Whoever says something of a member has to say which: taken for nobody, it would empty a group by mistake.
      if (names.length === 0) return undefined;
    }
    for (const name of required) {
      if (result[name] === undefined) {
        throw new ScimError('invalidValue', `Attribute ${quoteName(placeOf(walk, `${below}.${name}`))} is missing.`);
      }
    }
    return result;
  };
  return Object.assign(read, { isReferenceList });
}

function keepDraft(labels: JsonObject, { drafts }: Walk): JsonObject | undefined {
  if (!drafts || Object.keys(labels).length === 0) return undefined;
  drafts.found = true;
  return labels;
}

/** One object; a list of one is taken for it, as Entra ID sends `manager`. */
export function singularComplexReader(one: ReadValue, below: string): ReadValue {
  return (value, walk) => {
    if (!Array.isArray(value)) return one(value, walk);
    if (value.length === 0) return undefined;
    if (value.length > 1) throw wrongValue(placeOf(walk, below), value, 'a single object');
    return one(value[0], walk);
  };
}

/** A list of simple values without repetitions; one value is taken for a list of one. */
export function pluralReader(one: ReadValue, below: string): ReadValue {
  return (value, walk) => {
    if (!Array.isArray(value)) {
      const element = one(value, walk);
      return element === undefined ? undefined : [element];
    }
    countElements(walk, value.length);
    const elements = new Set<JsonValue>();
    for (let i = 0; i < value.length; i++) {
      if (below === '') walk.element = i;
      const element = one(value[i], walk);
      if (element !== undefined) elements.add(element);
    }
    if (below === '') walk.element = undefined;
    return elements.size === 0 ? undefined : [...elements];
  };
}

/** A list of objects, settled: at most one primary, nothing twice. One object or string is taken for a list of one. */
export function pluralComplexReader(one: ReadElement): ReadValue {
  return (value, walk) => {
    if (!Array.isArray(value)) {
      if (isUnassigned(value)) return undefined;
      const element = one(value, walk);
      return element === undefined ? undefined : [element];
    }
    const items = value as unknown[];
    countElements(walk, items.length);
    let changed: JsonObject[] | undefined;
    for (let i = 0; i < items.length; i++) {
      walk.element = i;
      const element = one(items[i], walk);
      if (changed === undefined) {
        if (element !== undefined && element === items[i]) continue;
        changed = items.slice(0, i) as JsonObject[];
      }
      if (element !== undefined) changed.push(element as JsonObject);
    }
    walk.element = undefined;
    const elements = changed ?? (items as JsonObject[]);
    return elements.length === 0 ? undefined : settleElements(elements, one.isReferenceList);
  };
}
