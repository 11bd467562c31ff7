import { isObject, ownName, ownValue } from '../filter/read-value.js';
import { printPath } from '../filter/resolve-path.js';
import { compileModel } from '../resource/compile-model.js';
import { Faults } from '../resource/gather-faults.js';
import { checkNameCount } from '../resource/keep-json.js';
import { normalizeValue } from '../resource/normalize-value.js';
import { ScimError } from '../scim-error.js';
import { quoteName } from '../schema/attribute-name.js';
import type { ResourceModel } from '../schema/resource-model.js';
import { isNamespace } from '../schema/split-urn.js';
import type { AttributeDefinition, AttributePath, JsonValue, ResourceAttributes } from '../schema/schema.types.js';
import { STRICT, type Tolerances } from '../tolerances.js';
import { isUnassigned, mutabilityFault, type ReadWhole, readUnknown } from './attribute-edit.js';
import { readAttribute, writeAttribute } from './attribute-store.js';
import { editAttribute } from './edit-attribute.js';
import { memberOperation } from './member-operations.js';
import { type PatchOperation, readOperations } from './patch-body.js';
import { parseExtensionKey, parsePatchPath, type PatchPath } from './patch-path.js';
import type { MemberOperation, PatchResult } from './patch.types.js';
import { sameJson } from './same-json.js';

/** Values of readOnly attributes as clients see them now: an operation that sets one to what it is already is let pass. */
export type PresentValues = Readonly<Record<string, JsonValue>>;

/**
 * Applies a PatchOp message (RFC 7644 §3.5.2) to attributes in canonical form: all operations in order or none. The
 * arguments are not changed; the result shares with `attributes` whatever stayed the same and is that very object when
 * everything did. Whether the result is a valid resource is for `validateResource` to say.
 * @param present e.g. `{ id }`
 * @param tolerances what the sender's preset lets it write that RFC 7644 does not have
 * @throws ScimError `invalidSyntax`, `invalidPath`, `invalidFilter`, `invalidValue`, `noTarget` or `mutability`, naming
 *   the operation; wrong values of several operations are one error
 */
export function applyPatch(
  model: ResourceModel,
  attributes: ResourceAttributes,
  body: unknown,
  present: PresentValues = {},
  tolerances: Tolerances = STRICT,
): PatchResult {
  const patch = new Patch(model, attributes, present, tolerances);
  readOperations(model, body, tolerances).forEach((operation, index) => patch.run(operation, index));
  return patch.result();
}

/** The working copy of one request. */
class Patch {
  private readonly memberOperations: MemberOperation[] = [];
  private passwordGiven = false;
  private activeRemoved = false;
  /** Lists of extensions that an `add` of this request has brought. */
  private broughtLists: Set<string> | undefined;
  private attributes: ResourceAttributes;
  /** Attributes some of whose elements may have no content yet, by schema and name. */
  private drafts: Map<string, AttributePath> | undefined;
  private readonly faults = new Faults();
  /** What stands in front of each fault. */
  private operation = '';

  constructor(
    private readonly model: ResourceModel,
    private readonly original: ResourceAttributes,
    private readonly present: PresentValues,
    private readonly tolerances: Tolerances,
  ) {
    this.attributes = original;
  }

  /** Applies an operation; a wrong value is gathered, so that the operations behind it are looked at too. */
  run(operation: PatchOperation, index: number): void {
    this.operation = `Operation ${index + 1} (${operation.op})`;
    try {
      this.apply(operation);
    } catch (error) {
      const fault = this.named(error);
      // What does not fit behind a fault may fit once that is mended.
      if (fault.kind !== 'invalidValue') this.faults.throwIfAny();
      this.faults.gather(fault);
    }
  }

  private named(error: unknown): ScimError {
    if (!(error instanceof ScimError)) throw error;
    return new ScimError(error.kind, `${this.operation}: ${error.detail}`, { cause: error });
  }

  /** One attribute of a value that holds several: the others are looked at even if this one is wrong. */
  private applyPart(target: PatchPath, part: PatchOperation): void {
    try {
      this.applyAt(target, part, false);
    } catch (error) {
      if (!(error instanceof ScimError) || error.kind !== 'invalidValue') throw error;
      this.faults.gather(this.named(error));
    }
  }

  result(): PatchResult {
    this.faults.throwIfAny();
    if (this.drafts) this.finishDrafts(this.drafts);
    const { attributes, passwordGiven, memberOperations } = this;
    const activeRemoved = this.activeRemoved && attributes.active === undefined;
    if (attributes !== this.original) checkNameCount(countNames(attributes), '');
    return {
      attributes,
      passwordGiven,
      memberOperations,
      ...(activeRemoved && { activeRemoved }),
    };
  }

  private apply(operation: PatchOperation): void {
    const { path } = operation;
    if (path !== undefined) return this.applyAt(parsePatchPath(this.model, this.attributes, path), operation, true);
    if (operation.op === 'remove') {
      throw new ScimError('noTarget', 'a remove must have a "path" (RFC 7644 §3.5.2.2).');
    }
    const { value } = operation;
    this.applyToCore(operation, this.tolerances.jsonTextValue ? readJsonText(value) : value);
  }

  /** A pathless value: each of its attributes is added or replaced on its own (RFC 7644 §3.5.2.1, §3.5.2.3). */
  private applyToCore(operation: PatchOperation, value: JsonValue | undefined): void {
    for (const object of objectsIn(value, 'value')) {
      for (const key of Object.keys(object)) {
        const part = { op: operation.op, value: object[key] };
        this.applyPart(this.pathOfKey(key, part.value), part);
      }
    }
  }

  private pathOfKey(key: string, value: JsonValue | undefined): PatchPath {
    if (!isObject(value) || !isNamespace(key)) return parsePatchPath(this.model, this.attributes, key);
    // As in a POST: an object under a URN that no schema of ours has is an extension, whatever the URN ends in.
    const extension = { path: { schema: ownName(this.attributes, key) ?? key } };
    let target: PatchPath;
    try {
      target = parsePatchPath(this.model, this.attributes, key);
    } catch {
      return extension;
    }
    const { schema } = target.path;
    const isOurs = schema === undefined || schema === this.model.coreSchema.id || this.model.findExtension(schema);
    return isOurs ? target : extension;
  }

  private applyAt(target: PatchPath, operation: PatchOperation, explicit: boolean): void {
    const { path } = target;
    if (path.attribute === undefined) return this.applyToSchema(path.schema ?? '', operation);
    if (path.schema === undefined && path.definition) {
      // What a resource has attributes of is seen from its attributes.
      if (path.attribute === 'schemas') return;
      if (path.attribute === 'members') {
        const change = memberOperation(operation, target);
        if (change) this.memberOperations.push(change);
        return;
      }
      if (path.attribute === 'active') this.activeRemoved ||= operation.op === 'remove';
    }
    if (isPassword(path)) {
      if (path.definition && operation.op !== 'remove')
        normalizeValue(path.definition, operation.value, printPath(path));
      this.passwordGiven ||= operation.op !== 'remove' && !isUnassigned(operation.value);
      return;
    }
    if (path.definition?.mutability === 'readOnly') return this.checkReadOnly(path, operation, explicit);
    this.edit(target, operation, explicit);
  }

  private edit({ path, filter }: PatchPath, operation: PatchOperation, explicit: boolean): void {
    const label = printPath(path);
    const { definition } = path;
    const { value } = operation;
    const before = readAttribute(this.attributes, path);
    const op = filter === undefined && this.bringsWholeList(path, operation, label) ? 'replace' : operation.op;
    const drafts = { found: false };
    const read = this.readerOf(path, label, drafts);
    const after = editAttribute(before, { op, path, value, label, explicit, read, ...(filter && { filter }) });
    if (definition?.required && after === undefined) throw requiredFault(definition, label, op);
    if (definition?.mutability === 'immutable' && before !== undefined && !sameJson(before, after)) {
      throw mutabilityFault(label, 'immutable');
    }
    this.attributes = writeAttribute(this.attributes, path, after);
    if (drafts.found) (this.drafts ??= new Map()).set(`${path.schema ?? ''}:${path.attribute ?? ''}`, path);
  }

  /** Elements go that no operation has given content. What is as it was before the request is no change. */
  private finishDrafts(drafts: ReadonlyMap<string, AttributePath>): void {
    for (const path of drafts.values()) {
      const finished = this.readerOf(path, printPath(path))(readAttribute(this.attributes, path));
      this.attributes = writeAttribute(this.attributes, path, finished);
    }
    if (sameJson(this.original, this.attributes)) this.attributes = this.original;
  }

  /** The first `add` of a request at a list of an extension; what it adds there after that joins the first. */
  private bringsWholeList(path: AttributePath, { op, value }: PatchOperation, label: string): boolean {
    if (!this.tolerances.addReplacesExtensionLists || op !== 'add') return false;
    // To add nothing is not to take everything away.
    if (!Array.isArray(value) || isUnassigned(value)) return false;
    if (path.schema === undefined || path.subAttribute !== undefined) return false;
    if (path.definition && !path.definition.multiValued) return false;
    const brought = (this.broughtLists ??= new Set());
    const isFirst = !brought.has(label);
    brought.add(label);
    return isFirst;
  }

  private readerOf(path: AttributePath, label: string, drafts?: { found: boolean }): ReadWhole {
    const compiled = compileModel(this.model);
    const table = path.schema === undefined ? compiled.core : compiled.extensions.get(path.schema);
    const slot = path.definition && path.attribute !== undefined ? table?.get(path.attribute) : undefined;
    return slot
      ? (value) => slot.read(value, { path: label, elements: 0, ...(drafts && { drafts }) })
      : readUnknown(label);
  }

  /** A bare schema URN as path means all of its attributes. */
  private applyToSchema(schema: string, { op, value }: PatchOperation): void {
    if (schema === this.model.coreSchema.id) {
      if (op === 'remove') throw new ScimError('mutability', `The attributes of ${schema} cannot all be removed.`);
      return this.applyToCore({ op, value }, value);
    }
    const known = this.model.findExtension(schema);
    if (op === 'remove' || value === null || value === '') {
      const required = known?.attributes.find((attribute) => attribute.required);
      if (required && ownValue(this.attributes, schema) !== undefined) {
        throw requiredFault(required, `${schema}:${required.name}`, op);
      }
      this.attributes = writeAttribute(this.attributes, { schema }, undefined);
      return;
    }
    for (const object of objectsIn(value, schema)) {
      for (const key of Object.keys(object)) {
        const target = parseExtensionKey(this.model, this.attributes, schema, key);
        this.applyPart(target, { op, value: object[key] });
      }
    }
  }

  /** RFC 7644 §3.5.2: readOnly attributes SHALL NOT be changed; Okta sends `id` along in a pathless value. */
  private checkReadOnly(path: AttributePath, { op, value }: PatchOperation, explicit: boolean): void {
    if (!explicit) return;
    const whole = readAttribute(this.present, path) ?? readAttribute(this.attributes, path);
    const now = path.subAttribute === undefined ? whole : ownValue(whole, path.subAttribute);
    const same = sameJson(now, value) || (isUnassigned(now) && isUnassigned(value));
    if (op === 'remove' || !same) throw mutabilityFault(printPath(path), 'readOnly');
  }
}

/** As a POST counts them: attributes and those of extensions. */
function countNames(attributes: ResourceAttributes): number {
  let count = 0;
  for (const [name, value] of Object.entries(attributes)) {
    count += name.includes(':') && isObject(value) ? 1 + Object.keys(value).length : 1;
  }
  return count;
}

function readJsonText(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as JsonValue;
  } catch {
    return value;
  }
}

function objectsIn(value: JsonValue | undefined, label: string): { [name: string]: JsonValue }[] {
  const objects = Array.isArray(value) ? value : [value];
  return objects.map((object) => {
    if (isObject(object)) return object;
    throw new ScimError('invalidValue', `${quoteName(label)} must be an object with the attributes to change.`);
  });
}

/** Whatever the schema, what calls itself a password is not for storing. */
function isPassword({ attribute, definition }: AttributePath): boolean {
  if (definition) return definition.mutability === 'writeOnly' || definition.returned === 'never';
  return attribute?.toLowerCase() === 'password';
}

function requiredFault({ name }: AttributeDefinition, label: string, op: PatchOperation['op']): ScimError {
  return op === 'remove'
    ? new ScimError('mutability', `Attribute ${quoteName(label)} is required and cannot be removed.`)
    : new ScimError('invalidValue', `Attribute ${quoteName(name)} is required and must not be empty.`);
}
