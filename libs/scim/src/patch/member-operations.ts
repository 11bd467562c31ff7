import type { FilterNode } from '../filter/filter.types.js';
import { isObject, ownValue } from '../filter/read-value.js';
import { ScimError } from '../scim-error.js';
import type { JsonValue } from '../schema/schema.types.js';
import { isUnassigned, onlyElement } from './attribute-edit.js';
import type { PatchOperation } from './patch-body.js';
import type { PatchPath } from './patch-path.js';
import type { Member, MemberOperation, MemberRemoval } from './patch.types.js';

/**
 * What an operation on `members` asks for; undefined when nothing. Membership lives apart from a group's attributes, so
 * whether somebody is a member is not known here: removing who is not one changes nothing (RFC 7644 §3.5.2.2), and a
 * filter never makes a member.
 * @throws ScimError `invalidValue` for what is no member, `mutability` for a change of a member's id
 */
export function memberOperation(
  { op, value }: PatchOperation,
  { path, filter }: PatchPath,
): MemberOperation | undefined {
  if (path.subAttribute !== undefined) return editMember(path.subAttribute, op, value, filter);
  if (filter) return editSelected(op, value, filter);
  switch (op) {
    case 'add': {
      const members = readMembers(value);
      return members.length === 0 ? undefined : { op: 'add', members };
    }
    case 'replace':
      return { op: 'replace', members: readMembers(value) };
    case 'remove': {
      // RFC 7644 §3.5.2.2: `members` alone means all. With a value, as Entra ID and JumpCloud send it, it means those.
      if (value === undefined || value === null) return { op: 'replace', members: [] };
      const ids = readMembers(value).map((member) => member.value);
      return ids.length === 0 ? undefined : { op: 'remove', ids };
    }
  }
}

/** An operation on the whole members that a filter selects. */
function editSelected(
  op: PatchOperation['op'],
  value: JsonValue | undefined,
  filter: FilterNode,
): MemberOperation | undefined {
  if (op === 'remove' || (op === 'replace' && isUnassigned(value))) return removeWhere(filter);
  const given = onlyElement(value);
  if (isUnassigned(given) || (isObject(given) && ownValue(given, 'value') === undefined)) return undefined;
  const members = readMembers(value);
  if (op === 'replace') return { op: 'exchange', leaving: removeWhere(filter), members };
  for (const member of members) editMember('value', op, member.value, filter);
  return undefined;
}

function removeWhere(filter: FilterNode): MemberRemoval {
  const ids = idsOf(filter);
  return ids ? { op: 'remove', ids } : { op: 'removeWhere', filter };
}

/** The ids of `value eq "x" or value eq "y"`; undefined for any other filter. */
function idsOf(filter: FilterNode): string[] | undefined {
  if (filter.type === 'or') {
    const ids = filter.children.map(idsOf);
    return ids.every((some) => some !== undefined) ? ids.flat() : undefined;
  }
  if (filter.type !== 'compare' || filter.operator !== 'eq' || filter.path.attribute !== 'value') return undefined;
  return filter.value === null || filter.value === '' ? undefined : [String(filter.value)];
}

/** A member's name and type are those of the resource it points at, so an edit of them changes nothing here. */
function editMember(
  sub: string,
  op: PatchOperation['op'],
  value: JsonValue | undefined,
  filter: FilterNode | undefined,
): undefined {
  if (sub !== 'value') return undefined;
  const same = filter && idsOf(filter)?.every((id) => id === value);
  if (op !== 'remove' && (same || value === undefined)) return undefined;
  throw new ScimError(
    'mutability',
    "A member's value cannot be changed; remove the member and add the other one (RFC 7643 §8.7.1, members.value).",
  );
}

/**
 * Members from a list, one object, or plain ids.
 * @throws ScimError `invalidValue`
 */
export function readMembers(value: unknown): Member[] {
  const elements: readonly unknown[] = Array.isArray(value) ? value : [value];
  const members: Member[] = [];
  for (const element of elements) {
    if (element === undefined || element === null || element === '' || isEmptyObject(element)) continue;
    members.push(readMember(element, members.length));
  }
  return members;
}

function readMember(element: unknown, index: number): Member {
  const id = isObject(element) ? ownValue(element, 'value') : element;
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '' || String(id).includes('\u0000')) {
    throw new ScimError(
      'invalidValue',
      `members[${index}] must be an object whose "value" is the id of a user or group.`,
    );
  }
  const type = readType(element);
  return { value: String(id), ...(type && { type }) };
}

const REFERENCE = /\/(user|group)s\/[^/]+$/i;

function readType(element: unknown): Member['type'] {
  if (!isObject(element)) return undefined;
  const type = ownValue(element, 'type');
  const reference = ownValue(element, '$ref');
  const text = typeof type === 'string' ? type : typeof reference === 'string' ? REFERENCE.exec(reference)?.[1] : '';
  switch (text?.toLowerCase()) {
    case 'user':
      return 'User';
    case 'group':
      return 'Group';
    default:
      return undefined;
  }
}

const isEmptyObject = (value: unknown): boolean => isObject(value) && Object.keys(value).length === 0;
