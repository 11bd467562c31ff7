import { DEFAULT_GUARD, type GuardSettings } from './guard.js';

/**
 * What DELETE of a user means. `deactivate`: the name stays claimed, and provisioned again it brings the same person back.
 * `release`: the name is free, and provisioned again it is another person. Either way the person is kept.
 */
export type UserDeletion = 'deactivate' | 'release';

export const USER_DELETIONS: readonly UserDeletion[] = ['deactivate', 'release'];

/** How a tenant wants to be served, where it differs from what everybody gets. */
export interface TenantSettings {
  /** Default `deactivate`. It decides the deletions that come after it was chosen; earlier ones stay what they were. */
  readonly userDeletion?: UserDeletion;
  /** Resources on a page when the client names no count; default the installation's. */
  readonly defaultPageSize?: number;
  /** Most resources on a page; default, and never more than, the installation's. */
  readonly maxPageSize?: number;
  /** See {@link GuardSettings}; default {@link DEFAULT_GUARD}. */
  readonly guardPercent?: number;
  readonly guardLeastPeople?: number;
  readonly guardWindowMinutes?: number;
}

/** The guard as this tenant wants it. */
export function guardSettings({ guardPercent, guardLeastPeople, guardWindowMinutes }: TenantSettings): GuardSettings {
  return {
    percent: guardPercent ?? DEFAULT_GUARD.percent,
    leastPeople: guardLeastPeople ?? DEFAULT_GUARD.leastPeople,
    windowMinutes: guardWindowMinutes ?? DEFAULT_GUARD.windowMinutes,
  };
}

/** Setting → its new value; null: what everybody gets again. */
export type TenantSettingsChanges = { readonly [Name in keyof TenantSettings]?: TenantSettings[Name] | null };

/** @returns the very same object when `changes` change nothing */
export function changeSettings(settings: TenantSettings, changes: TenantSettingsChanges): TenantSettings {
  const effective = effectiveChanges(settings, changes);
  const next: Record<string, unknown> = { ...settings };
  for (const [name, value] of Object.entries(effective)) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  return Object.keys(effective).length === 0 ? settings : next;
}

/** Those of `changes` that would really change something. */
export function effectiveChanges(settings: TenantSettings, changes: TenantSettingsChanges): TenantSettingsChanges {
  const current = settings as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => value !== undefined && (current[name] ?? null) !== value),
  );
}
