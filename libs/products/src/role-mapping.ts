import type { GroupReference, RoleRule } from '#domain';
import type { ProductProfile } from './product-profile.js';

export interface RoleFault {
  /** Index of the rule, and the half of it that is wrong; absent for the mapping as a whole. */
  readonly line?: number;
  readonly field?: 'group' | 'role';
  /** Tells an admin what to change. */
  readonly fault: string;
}

const WAYS = ['id', 'displayName', 'externalId'] as const;

/** All faults of a role mapping at once. Whether there is such a group is not asked: it may come tomorrow. */
export function checkRoleRules(profile: ProductProfile, rules: readonly RoleRule[]): RoleFault[] {
  if (!profile.roles) {
    return rules.length === 0 ? [] : [{ fault: `the ${profile.title} has no roles; leave the list of rules empty` }];
  }
  const faults: RoleFault[] = [];
  const seen = new Map<string, number>();
  for (const [line, { group, role }] of rules.entries()) {
    const named = WAYS.filter((way) => (group as Partial<Record<string, string>>)[way] !== undefined);
    if (named.length !== 1) {
      faults.push({ line, field: 'group', fault: 'name the group in one way: by id, displayName or externalId' });
    } else if (nameOf(group).trim() === '') {
      faults.push({ line, field: 'group', fault: `the ${named[0]} of the group is empty` });
    }
    if (role.trim() === '') faults.push({ line, field: 'role', fault: 'the role has no name' });
    else if (role !== role.trim()) faults.push({ line, field: 'role', fault: `"${role}" has spaces around it` });
    // Names of groups count without regard to case, RFC 7643 §4.2; ids do not.
    const name = nameOf(group);
    const text = JSON.stringify([named[0], named[0] === 'displayName' ? name.trim().toLowerCase() : name, role]);
    const first = seen.get(text);
    if (first === undefined) seen.set(text, line);
    else faults.push({ line, field: 'group', fault: `it says the same as rule ${first + 1}; keep one of the two` });
  }
  return faults;
}

const nameOf = (group: GroupReference): string => Object.values(group).find((name) => name !== undefined) ?? '';
