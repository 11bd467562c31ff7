import { ScimError } from '../scim-error.js';
import { isAttributeName, quoteName } from '../schema/attribute-name.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { AttributePath, JsonValue, ResourceAttributes } from '../schema/schema.types.js';
import { isNamespace } from '../schema/split-urn.js';
import { STRICT, type Tolerances } from '../tolerances.js';
import { type AttributeSlot, type CompiledModel, compileModel, type NameTable } from './compile-model.js';
import { emptyBlanks } from './empty-blanks.js';
import { Faults } from './gather-faults.js';
import { checkNameCount, invalidName, keepJson, type Walk, wrongValue } from './keep-json.js';
import { overlayElement } from './overlay-element.js';
import { isUnassigned } from './read-simple-value.js';

type JsonObject = { [name: string]: JsonValue };

/** What a client's body comes to. */
export interface NormalizedResource {
  /** May share structure with the body. */
  readonly attributes: ResourceAttributes;
  /** Whether a password came; it was checked and dropped. */
  readonly passwordGiven: boolean;
}

/**
 * Canonical form of the body of a POST or PUT, from whatever spelling the client has: names in any case, dotted and
 * full-URN keys, booleans as strings, single values for lists, empty values for none. What clients may not set (`id`,
 * `meta`, `schemas`, `groups`) is passed over, RFC 7644 §3.3 and §3.5.1. Attributes that no schema knows are kept.
 * @throws ScimError `invalidSyntax` for a body or a name of the wrong form, `invalidValue` for values of the wrong type,
 *   for a required attribute that is given but empty and for a body beyond the limits (one error for all of them),
 *   `invalidPath` for a key with a filter in it
 */
export function normalizeResource(
  model: ResourceModel,
  body: unknown,
  tolerances: Tolerances = STRICT,
): NormalizedResource {
  if (!isPlainObject(body)) {
    throw new ScimError('invalidSyntax', 'The body must be a JSON object holding the attributes of the resource.');
  }
  const reading = new BodyReading(model);
  reading.readCore(tolerances.blankIsUnassigned ? (emptyBlanks(body) as Record<string, unknown>) : body);
  return reading.finish();
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const EXTERNAL_ID = 'externalId';

/** One pass over one body. */
class BodyReading {
  private readonly compiled: CompiledModel;
  private readonly attributes: ResourceAttributes = {};
  private readonly walk: Walk = { path: '', elements: 0 };
  private passwordGiven = false;
  private readonly faults = new Faults();
  private names = 0;
  private inCoreObject = false;
  private readonly extensionKeys: string[] = [];
  /** Spelling of each name that no schema knows, by lower case, so that `Country` and `country` stay one attribute. */
  private spellings: Map<string, string> | undefined;
  /** Lists given by dotted keys (`addresses.locality`): one element each, read at the end. */
  private dotted: Map<AttributeSlot, { target: JsonObject; element: JsonObject }> | undefined;

  constructor(private readonly model: ResourceModel) {
    this.compiled = compileModel(model);
  }

  readCore(source: Record<string, unknown>): void {
    const { core } = this.compiled;
    const names = this.namesOf(source);
    // First, as it is shown, so that nobody has to put the attributes in order later.
    const hasExternalId = Object.hasOwn(source, EXTERNAL_ID);
    if (hasExternalId) this.readName(this.attributes, core, '', EXTERNAL_ID, source[EXTERNAL_ID]);
    for (const key of names) {
      if (!hasExternalId || key !== EXTERNAL_ID) this.readName(this.attributes, core, '', key, source[key]);
    }
  }

  finish(): NormalizedResource {
    if (this.dotted) {
      for (const [slot, { target, element }] of this.dotted) {
        const present = target[slot.name];
        delete target[slot.name];
        if (!Array.isArray(present)) this.put(target, slot, element);
        else this.put(target, slot, slot.overlaid ? overlayElement(present, element) : [...present, element]);
      }
    }
    this.faults.throwIfAny();
    for (const key of this.extensionKeys) {
      if (Object.keys(this.attributes[key] as JsonObject).length === 0) delete this.attributes[key];
    }
    return { attributes: this.attributes, passwordGiven: this.passwordGiven };
  }

  private namesOf(source: Record<string, unknown>): string[] {
    const names = Object.keys(source);
    this.names += names.length;
    checkNameCount(this.names, '');
    return names;
  }

  private put(target: JsonObject, slot: AttributeSlot, value: unknown): void {
    if (slot.role === 'ignored') return;
    try {
      this.read(target, slot, value);
    } catch (error) {
      this.faults.gather(error);
    }
  }

  private read(target: JsonObject, slot: AttributeSlot, value: unknown): void {
    this.walk.path = slot.path;
    this.walk.element = undefined;
    const read = slot.read(value, this.walk);
    if (slot.role === 'password') {
      this.passwordGiven ||= read !== undefined;
      return;
    }
    if (read === undefined) {
      if (slot.required) {
        throw new ScimError('invalidValue', `Attribute ${quoteName(slot.path)} is required and must not be empty.`);
      }
      return;
    }
    const present = slot.mergeable ? target[slot.name] : undefined;
    // `name` and `name.givenName`, or two spellings of `name`, add up.
    target[slot.name] = present === undefined ? read : { ...(present as JsonObject), ...(read as JsonObject) };
  }

  /** @param schema URN of the extension that `target` holds, empty for the resource itself */
  private readName(target: JsonObject, table: NameTable, schema: string, key: string, value: unknown): void {
    const slot = table.get(key);
    if (slot) this.put(target, slot, value);
    else this.readOtherSpelling(target, table, schema, key, value);
  }

  /** A key that is not an attribute's name as the schema writes it. */
  private readOtherSpelling(target: JsonObject, table: NameTable, schema: string, key: string, value: unknown): void {
    if (key.includes('[')) {
      throw new ScimError('invalidPath', `${quoteName(key)}: a filter in a key has a meaning in PATCH only.`);
    }
    if (schema === '' && key.includes(':')) return this.readUrnKey(key, value);

    const dot = key.indexOf('.');
    if (dot >= 0) return this.putSub(target, table, schema, key.slice(0, dot), key.slice(dot + 1), value);
    if (!isAttributeName(key)) throw invalidName(key);
    const slot = table.get(key.toLowerCase());
    if (slot) this.put(target, slot, value);
    else this.putUnknown(target, schema, key, value);
  }

  private putUnknown(target: JsonObject, schema: string, name: string, value: unknown): void {
    this.walk.path = schema === '' ? name : `${schema}:${name}`;
    this.walk.element = undefined;
    let kept: JsonValue | undefined;
    try {
      kept = keepJson(value, this.walk);
    } catch (error) {
      this.faults.gather(error);
    }
    if (kept === undefined) return;
    // Whatever the schema, what calls itself a password is not for storing.
    if (name.toLowerCase() === 'password') this.passwordGiven = true;
    else target[this.spellingOf(schema, name)] = kept;
  }

  private spellingOf(schema: string, name: string): string {
    this.spellings ??= new Map();
    const identity = `${schema}:${name}`.toLowerCase();
    const first = this.spellings.get(identity);
    if (first === undefined) this.spellings.set(identity, name);
    return first ?? name;
  }

  /** `name.givenName`, `addresses.locality`, `ENT:manager.value`. */
  private putSub(
    target: JsonObject,
    table: NameTable,
    schema: string,
    name: string,
    sub: string,
    value: unknown,
  ): void {
    const slot = table.get(name) ?? table.get(name.toLowerCase());
    if (!isAttributeName(name) || !isAttributeName(sub)) throw invalidName(`${name}.${sub}`);
    if (slot?.role === 'ignored') return;
    // Of a list it may be the end of what an element had.
    if (isUnassigned(value) && !slot?.overlaid) return;
    if (!slot) {
      const present = target[this.spellingOf(schema, name)];
      this.putUnknown(target, schema, name, { ...(isPlainObject(present) ? present : {}), [sub]: value });
    } else if (slot.mergeable) {
      this.put(target, slot, { [sub]: value });
    } else if (slot.complex) {
      this.dotted ??= new Map();
      const pending = this.dotted.get(slot);
      if (pending) pending.element[sub] = value as JsonValue;
      else this.dotted.set(slot, { target, element: { [sub]: value as JsonValue } });
    } else {
      throw new ScimError('invalidSyntax', `Attribute ${quoteName(slot.path)} has no sub-attribute ${quoteName(sub)}.`);
    }
  }

  /** A schema's URN with an object, or the full name of one attribute (`urn:…:User:employeeId`). */
  private readUrnKey(key: string, value: unknown): void {
    const { extensions } = this.compiled;
    const extension = extensions.has(key) ? key : this.model.findExtension(key)?.id;
    if (extension !== undefined) return this.readExtension(extension, key, value);

    const path = this.resolveKey(key);
    const isOurs =
      path && (path.schema === undefined || path.schema === this.model.coreSchema.id || extensions.has(path.schema));
    if (!isOurs && isPlainObject(value)) {
      // An object under a URN that we do not know is an extension, and goes back under the URN it came in. A dot in the
      // last part, which makes a poor path, may still be part of a URN.
      if (!isNamespace(key) || (!path && !/\.[^:]*$/.test(key))) throw invalidName(key);
      return this.readExtension(key, key, value);
    }
    if (!path) throw invalidName(key);
    if (path.attribute === undefined) {
      if (isOurs) this.readCoreObject(key, value);
      else this.readExtension(path.schema!, key, value);
      return;
    }
    const name = path.subAttribute === undefined ? path.attribute : `${path.attribute}.${path.subAttribute}`;
    if (path.schema === undefined) this.readName(this.attributes, this.compiled.core, '', name, value);
    else this.readName(this.extensionObject(path.schema), this.tableOf(path.schema), path.schema, name, value);
  }

  private resolveKey(key: string): AttributePath | undefined {
    try {
      return this.model.resolve(key);
    } catch {
      return undefined;
    }
  }

  private readCoreObject(key: string, value: unknown): void {
    if (isUnassigned(value)) return;
    if (!isPlainObject(value)) throw wrongValue(key, value, 'an object');
    if (this.inCoreObject) throw new ScimError('invalidSyntax', `${quoteName(key)} must not stand inside itself.`);
    this.inCoreObject = true;
    this.readCore(value);
    this.inCoreObject = false;
  }

  private readExtension(schema: string, key: string, value: unknown): void {
    if (isUnassigned(value)) return;
    const only: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
    if (!isPlainObject(only)) {
      this.faults.gather(wrongValue(key, value, 'an object with the attributes of this schema'));
      return;
    }
    const table = this.tableOf(schema);
    const target = this.extensionObject(schema);
    for (const name of this.namesOf(only)) this.readName(target, table, schema, name, only[name]);
  }

  private tableOf(schema: string): NameTable {
    return this.compiled.extensions.get(schema) ?? EMPTY_TABLE;
  }

  private extensionObject(schema: string): JsonObject {
    const key = this.compiled.extensions.has(schema) ? schema : this.spellingOf('', schema);
    const present = this.attributes[key];
    if (present !== undefined) return present as JsonObject;
    this.extensionKeys.push(key);
    return (this.attributes[key] = {});
  }
}

const EMPTY_TABLE: NameTable = new Map();
