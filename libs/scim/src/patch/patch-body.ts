import { isObject, ownValue } from '../filter/read-value.js';
import { ScimError } from '../scim-error.js';
import type { ResourceModel } from '../schema/resource-model.js';
import type { JsonValue } from '../schema/schema.types.js';
import type { Tolerances } from '../tolerances.js';

export const MAX_PATCH_OPERATIONS = 1_000;

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path?: string;
  /** Undefined when the operation has none, which is not the same as null. */
  readonly value: JsonValue | undefined;
}

/**
 * The operations of a PatchOp message (RFC 7644 §3.5.2). `schemas` is not looked at; names and verbs count in any case.
 * @throws ScimError `invalidSyntax`
 */
export function readOperations(model: ResourceModel, body: unknown, tolerances: Tolerances): PatchOperation[] {
  if (!isObject(body)) throw new ScimError('invalidSyntax', 'The body must be a JSON object with "Operations".');
  const given = ownValue(body, 'Operations');
  if (given === undefined && tolerances.scim1GroupPatch && isScim1Patch(model, body)) return readScim1Patch(body);
  const operations = isObject(given) ? [given] : given;
  if (!Array.isArray(operations) || operations.length === 0) {
    throw new ScimError('invalidSyntax', 'The body must have "Operations", a list with at least one operation.');
  }
  if (operations.length > MAX_PATCH_OPERATIONS) {
    throw new ScimError(
      'invalidSyntax',
      `A PATCH may have at most ${MAX_PATCH_OPERATIONS} operations; split it into several requests.`,
    );
  }
  return operations.map(readOperation);
}

function readOperation(operation: JsonValue, index: number): PatchOperation {
  const fault = (detail: string) => new ScimError('invalidSyntax', `Operation ${index + 1}: ${detail}`);
  if (!isObject(operation)) throw fault('it must be an object with "op", "path" and "value"');
  const verb = ownValue(operation, 'op');
  const op = typeof verb === 'string' ? verb.trim().toLowerCase() : undefined;
  if (op !== 'add' && op !== 'remove' && op !== 'replace') throw fault('"op" must be "add", "remove" or "replace"');

  const given = ownValue(operation, 'path') ?? '';
  if (typeof given !== 'string') throw fault('"path" must be a string');
  const path = given.trim();
  const value = ownValue(operation, 'value');
  if (value === undefined && op !== 'remove') throw fault(`"${op}" must have a "value"`);
  return { op, value, ...(path !== '' && { path }) };
}

function isScim1Patch(model: ResourceModel, body: { [name: string]: JsonValue }): boolean {
  return model.findAttribute('members') !== undefined && Array.isArray(ownValue(body, 'members'));
}

function readScim1Patch(body: { [name: string]: JsonValue }): PatchOperation[] {
  const members = ownValue(body, 'members') as JsonValue[];
  const leaves = (member: JsonValue) => {
    const operation = ownValue(member, 'operation');
    return typeof operation === 'string' && operation.toLowerCase() === 'delete';
  };
  const rest = Object.entries(body).filter(([name]) => name.toLowerCase() !== 'members');
  const leaving = members.filter(leaves);
  return [
    { op: 'replace', value: Object.fromEntries(rest) },
    { op: 'add', path: 'members', value: members.filter((member) => !leaves(member)) },
    ...(leaving.length > 0 ? [{ op: 'remove', path: 'members', value: leaving } as const] : []),
  ];
}
