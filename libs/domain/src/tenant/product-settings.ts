/** The product's key is read from this place instead of where its profile says. */
export interface AttributeOverride {
  /** The product's key. */
  readonly key: string;
  /** A SCIM path, or a bare client key. */
  readonly path: string;
}

/** How a role mapping names a group: by its id, or by what the identity provider calls it. */
export type GroupReference =
  { readonly id: string } | { readonly displayName: string } | { readonly externalId: string };

/** Who is in this group, directly or through a nested one, has this role of the product. */
export interface RoleRule {
  readonly group: GroupReference;
  readonly role: string;
}

/** A tenant's settings for one product; what is absent is as the product's profile has it. */
export interface ProductSettings {
  /** Whether the product is told about the tenant's people; absent: as for everybody. */
  readonly enabled?: boolean;
  readonly mapping?: MappingVersion<'overrides', AttributeOverride>;
  readonly roles?: MappingVersion<'rules', RoleRule>;
}

type MappingVersion<Name extends string, Line> = {
  /** Counts from 1; without a mapping, 0 is in force: the profile as it comes. */
  readonly version: number;
  /** UTC with milliseconds. */
  readonly changedAt: string;
} & { readonly [N in Name]: readonly Line[] };

export type AttributeMappingSettings = NonNullable<ProductSettings['mapping']>;
export type RoleMappingSettings = NonNullable<ProductSettings['roles']>;

/** Facts about what a tenant's people look like to one product. */
export type ProductEvent =
  /** From here on the product is told about everybody. */
  | { type: 'ProductEnabled'; data: { product: string } }
  /** From here on the product is told nothing more; what it has, it keeps. */
  | { type: 'ProductDisabled'; data: { product: string } }
  | {
      type: 'AttributeMappingChanged';
      data: {
        product: string;
        version: number;
        /** All of them: what is not listed is as the profile has it. */
        overrides: readonly AttributeOverride[];
        /** The earlier version that this one brings back. */
        restores?: number;
      };
    }
  | {
      type: 'RoleMappingChanged';
      data: { product: string; version: number; rules: readonly RoleRule[]; restores?: number };
    };

type Products = Readonly<Record<string, ProductSettings>>;

export const productSettingsOf = (products: Products, product: string): ProductSettings =>
  (Object.hasOwn(products, product) ? products[product] : undefined) ?? {};

/** What is so of one product once `event` has happened. */
export function evolveProduct(
  settings: ProductSettings,
  event: ProductEvent & { readonly metadata: { readonly occurredAt: string } },
): ProductSettings {
  const changedAt = event.metadata.occurredAt;
  switch (event.type) {
    case 'ProductEnabled':
      return { ...settings, enabled: true };
    case 'ProductDisabled':
      return { ...settings, enabled: false };
    case 'AttributeMappingChanged': {
      const { version, overrides } = event.data;
      return { ...settings, mapping: { version, overrides, changedAt } };
    }
    case 'RoleMappingChanged': {
      const { version, rules } = event.data;
      return { ...settings, roles: { version, rules, changedAt } };
    }
  }
}
