import { SettingsError } from '../settings-error.js';
import {
  type AttributeOverride,
  type ProductEvent,
  type ProductSettings,
  productSettingsOf,
  type RoleRule,
} from './product-settings.js';

interface SaveVersion {
  readonly product: string;
  /** Version that the admin has seen; another one in force by now is a conflict. Absent: whatever is in force. */
  readonly basedOn?: number | undefined;
  /** The earlier version whose lines these are. */
  readonly restores?: number | undefined;
}

/**
 * Wishes about one product of a tenant. Whether there is such a product, and whether its profile takes these lines, is for
 * the caller to check; `enabledByDefault` is what that profile says.
 */
export type ProductCommand =
  | { type: 'EnableProduct' | 'DisableProduct'; product: string; enabledByDefault: boolean }
  | ({ type: 'ChangeAttributeMapping'; overrides: readonly AttributeOverride[] } & SaveVersion)
  | ({ type: 'ChangeRoleMapping'; rules: readonly RoleRule[] } & SaveVersion);

/** @throws SettingsError */
export function decideProduct(
  { products }: { readonly products: Readonly<Record<string, ProductSettings>> },
  command: ProductCommand,
): ProductEvent[] {
  const { product } = command;
  const settings = productSettingsOf(products, product);
  switch (command.type) {
    case 'EnableProduct':
      return (settings.enabled ?? command.enabledByDefault) ? [] : [{ type: 'ProductEnabled', data: { product } }];
    case 'DisableProduct':
      return (settings.enabled ?? command.enabledByDefault) ? [{ type: 'ProductDisabled', data: { product } }] : [];
    case 'ChangeAttributeMapping': {
      const overrides = command.overrides.map(({ key, path }) => ({ key, path }));
      const { version = 0, overrides: current = [] } = settings.mapping ?? {};
      if (!isNewVersion(version, command, sameLines(current, overrides, lineOfOverride))) return [];
      const restores = command.restores === undefined ? {} : { restores: command.restores };
      return [{ type: 'AttributeMappingChanged', data: { product, version: version + 1, overrides, ...restores } }];
    }
    case 'ChangeRoleMapping': {
      const rules = command.rules.map(({ group, role }) => ({ group, role }));
      const { version = 0, rules: current = [] } = settings.roles ?? {};
      if (!isNewVersion(version, command, sameLines(current, rules, lineOfRule))) return [];
      const restores = command.restores === undefined ? {} : { restores: command.restores };
      return [{ type: 'RoleMappingChanged', data: { product, version: version + 1, rules, ...restores } }];
    }
  }
}

function isNewVersion(current: number, { basedOn, restores }: SaveVersion, same: boolean): boolean {
  if (basedOn !== undefined && basedOn !== current) {
    const detail = `Version ${current} is in force by now, not ${basedOn}. Look at it, then save again.`;
    throw new SettingsError('conflict', detail, 'basedOn');
  }
  if (restores !== undefined && (restores < 0 || restores > current)) {
    throw new SettingsError('notFound', `There is no version ${restores}`, 'restores');
  }
  return !same;
}

const lineOfOverride = ({ key, path }: AttributeOverride): string => JSON.stringify([key, path]);
const lineOfRule = ({ group, role }: RoleRule): string => JSON.stringify([Object.entries(group), role]);

/** Whether both say the same, in whatever order. */
function sameLines<Line>(a: readonly Line[], b: readonly Line[], text: (line: Line) => string): boolean {
  const lines = new Set(a.map(text));
  return a.length === b.length && b.every((line) => lines.has(text(line)));
}
