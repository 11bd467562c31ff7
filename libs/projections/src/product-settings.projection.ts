import {
  type AttributeOverride,
  evolveHolds,
  evolveProduct,
  type Fact,
  type GuardEvent,
  type Hold,
  parseStream,
  type ProductEvent,
  type ProductSettings,
  type RoleRule,
} from '#domain';
import type { CollectionDefinition, Document } from '#read-models';
import type { ProjectedEvent, Touch } from './projection.js';

/** Which admin, as they stood then; absent: a part of the system. */
interface ByAdmin {
  readonly admin?: { readonly id: string; readonly name: string; readonly role: string };
}

/** What a tenant has settled about a product; `_id` is `tenant/product`. None: everything is as the profile has it. */
export interface ProductSettingsDocument extends Document, ProductSettings {
  readonly tenant: string;
  readonly product: string;
}

export type MappingKind = 'attributes' | 'roles';

/** One saved version of a mapping, with who saved it. See {@link mappingVersionId}. */
export interface MappingVersionDocument extends Document, ByAdmin {
  readonly tenant: string;
  readonly product: string;
  readonly kind: MappingKind;
  readonly version: number;
  /** Of kind `attributes`. */
  readonly overrides?: readonly AttributeOverride[];
  /** Of kind `roles`. */
  readonly rules?: readonly RoleRule[];
  /** The earlier version that this one brought back. */
  readonly restores?: number;
  /** UTC with milliseconds. */
  readonly savedAt: string;
}

/** A mass departure that was held, also after its end; `_id` is the hold's id. */
export interface HoldDocument extends Document, ByAdmin, Omit<Hold, 'status'> {
  readonly tenant: string;
  readonly status: Hold['status'] | 'released' | 'undone';
  /** `admin` is who released or undid it. */
  readonly endedAt?: string;
  readonly passUntil?: string;
  readonly restored?: number;
  readonly failed?: number;
}

export const PRODUCT_SETTINGS: CollectionDefinition = {
  name: 'product-settings',
  indexes: [{ name: 'tenant', fields: ['tenant', '_id'] }],
};
/** Their ids begin with tenant, product and kind, and go on in the order of versions. */
export const MAPPING_VERSIONS: CollectionDefinition = { name: 'mapping-versions', indexes: [] };
export const HOLDS: CollectionDefinition = {
  name: 'deprovisioning-holds',
  indexes: [{ name: 'tenant', fields: ['tenant', 'heldAt'] }],
};

const VERSION_DIGITS = 8;

export const productSettingsId = (tenant: string, product: string): string => `${tenant}/${product}`;

/** Begins every id of the versions of one mapping; what sorts behind them all is the same with `0` for the last `/`. */
export const mappingVersionsOf = (tenant: string, product: string, kind: MappingKind): string =>
  `${tenant}/${product}/${kind}/`;

export const mappingVersionId = (tenant: string, product: string, kind: MappingKind, version: number): string =>
  `${mappingVersionsOf(tenant, product, kind)}${String(version).padStart(VERSION_DIGITS, '0')}`;

export function touchesOfProduct(event: ProjectedEvent): readonly Touch[] {
  const fact = event as unknown as Fact<ProductEvent>;
  const { tenant } = parseStream(event.stream);
  const { product } = fact.data;
  const touch: Touch = { collection: PRODUCT_SETTINGS.name, id: productSettingsId(tenant, product) };
  if (fact.type === 'ProductEnabled' || fact.type === 'ProductDisabled') return [touch];
  const { version } = fact.data;
  const kind = fact.type === 'AttributeMappingChanged' ? 'attributes' : 'roles';
  const put: MappingVersionDocument = {
    _id: mappingVersionId(tenant, product, kind, version),
    tenant,
    kind,
    ...fact.data,
    savedAt: event.metadata.occurredAt,
    ...adminOf(event),
  };
  return [touch, { collection: MAPPING_VERSIONS.name, put }];
}

export function foldProduct(document: Document | undefined, event: ProjectedEvent): ProductSettingsDocument {
  const fact = event as unknown as Fact<ProductEvent>;
  const { tenant } = parseStream(event.stream);
  const { product } = fact.data;
  const before = document as ProductSettingsDocument | undefined;
  return { _id: productSettingsId(tenant, product), tenant, product, ...evolveProduct(before ?? {}, fact) };
}

export function foldHold(document: Document | undefined, event: ProjectedEvent): HoldDocument | undefined {
  const fact = event as unknown as Fact<GuardEvent>;
  const { tenant } = parseStream(event.stream);
  const { holdId } = fact.data;
  const before = document as HoldDocument | undefined;
  if (fact.type === 'DeprovisioningHeld') {
    const hold = evolveHolds({}, fact)[holdId];
    return hold && { _id: holdId, tenant, ...hold };
  }
  if (!before) return undefined;
  const { holdId: _id, ...data } = fact.data;
  const by = adminOf(event);
  if (fact.type === 'DeprovisioningUndoStarted') return { ...before, status: 'undoing', ...by };
  const status = fact.type === 'DeprovisioningReleased' ? 'released' : 'undone';
  return { ...before, status, endedAt: event.metadata.occurredAt, ...data, ...by };
}

function adminOf({ metadata }: ProjectedEvent): ByAdmin {
  const { admin } = metadata as ByAdmin;
  return admin ? { admin } : {};
}
