import type { GroupReference, RoleRule } from '#domain';
import type { ProductRoles } from './product-profile.js';

/** A group that somebody is in, directly or through a nested one. */
export interface RoleGroup {
  readonly id: string;
  readonly displayName?: string;
  readonly externalId?: string;
}

/** Whether anybody can have a role at all: only then groups need to be looked at. */
export const givesRoles = (roles: ProductRoles | undefined, rules: readonly RoleRule[] | undefined): boolean =>
  roles !== undefined && (roles.from === 'everyGroup' || (rules ?? []).length > 0);

/** Whether a change of what a group is called may change roles. */
export const asksForNames = (roles: ProductRoles | undefined, rules: readonly RoleRule[] | undefined): boolean =>
  roles !== undefined && (roles.from === 'everyGroup' || (rules ?? []).some(({ group }) => !('id' in group)));

/** The roles that being in these groups comes to: each once, in alphabetical order. */
export function deriveRoles(
  { from }: ProductRoles,
  rules: readonly RoleRule[] | undefined,
  groups: readonly RoleGroup[],
): string[] {
  const roles = new Set<string>();
  for (const group of groups) {
    const mapped = (rules ?? []).filter((rule) => names(rule.group, group));
    for (const { role } of mapped) roles.add(role);
    if (mapped.length === 0 && from === 'everyGroup' && group.displayName) roles.add(group.displayName);
  }
  return [...roles].sort();
}

/** displayName is compared without regard to case, as RFC 7643 §4.2 has it; id and externalId are not. */
function names(reference: GroupReference, { id, displayName, externalId }: RoleGroup): boolean {
  if ('id' in reference) return reference.id === id;
  if ('externalId' in reference) return reference.externalId === externalId;
  return displayName !== undefined && fold(reference.displayName) === fold(displayName);
}

const fold = (text: string): string => text.trim().toLowerCase();
