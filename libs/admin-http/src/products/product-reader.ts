import { productSettingsOf, type ProductSettings, type Tenant } from '#domain';
import { ReadYourWrites } from '#handlers';
import { type AttributeMapping, isEnabled, type ProductProfile } from '#products';
import {
  MAPPING_VERSIONS,
  type MappingKind,
  mappingVersionId,
  mappingVersionsOf,
  type MappingVersionDocument,
  TENANT_SCHEMAS,
  tenantSchemasId,
  type TenantSchemasDocument,
} from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import type { SchemaShape } from '#scim';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { TenantReader } from '../tenants/tenant-reader.js';

/** Injection token of the products that the installation serves. */
export const PRODUCTS = Symbol('Products');

/** A product as one tenant has it. */
export interface TenantProduct {
  readonly profile: ProductProfile;
  readonly settings: ProductSettings;
  readonly enabled: boolean;
  /** Absent: the profile as it comes. */
  readonly mapping?: AttributeMapping;
}

/** Finds products of tenants: settings from the log itself, earlier versions and what was carried from the read models. */
@Injectable()
export class ProductReader {
  constructor(
    @Inject(PRODUCTS) private readonly profiles: readonly ProductProfile[],
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly tenants: TenantReader,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  /** @throws NotFoundException */
  profile(id: string): ProductProfile {
    const profile = this.profiles.find((one) => one.id === id);
    if (profile) return profile;
    const known = this.profiles.map((one) => one.id).join(', ');
    throw new NotFoundException(`There is no product "${id}"; there are ${known}`);
  }

  /** @throws NotFoundException no such tenant, or it was deleted */
  async ofTenant(slug: string): Promise<TenantProduct[]> {
    const tenant = await this.tenants.living(slug);
    return this.profiles.map((profile) => productOf(tenant, profile));
  }

  /** @throws NotFoundException no such tenant, or no such product */
  async one(slug: string, product: string): Promise<TenantProduct> {
    const tenant = await this.tenants.living(slug);
    return productOf(tenant, this.profile(product));
  }

  /** Newest first. @param before only versions below this one */
  async versions(
    slug: string,
    product: string,
    kind: MappingKind,
    { limit, before }: { limit: number; before?: number | undefined },
  ): Promise<MappingVersionDocument[]> {
    await this.readYourWrites.requireCurrent();
    const first = mappingVersionsOf(slug, product, kind);
    const end = before === undefined ? `${first.slice(0, -1)}0` : mappingVersionId(slug, product, kind, before);
    const filter = { _id: { $gt: first, $lt: end } };
    return this.readModels.find<MappingVersionDocument>(MAPPING_VERSIONS.name, { filter, sort: { _id: -1 }, limit });
  }

  /** @throws NotFoundException */
  async version(slug: string, product: string, kind: MappingKind, version: number): Promise<MappingVersionDocument> {
    await this.readYourWrites.requireCurrent();
    const id = mappingVersionId(slug, product, kind, version);
    const found = await this.readModels.get<MappingVersionDocument>(MAPPING_VERSIONS.name, id);
    if (!found) throw new NotFoundException(`There is no version ${version} of this mapping`);
    return found;
  }

  /** What the tenant's people have carried beyond the schemas of the RFC, as far as the read models have come. */
  async carried(slug: string): Promise<{ schemas: readonly SchemaShape[]; complete: boolean }> {
    await this.readYourWrites.catchUp();
    const id = tenantSchemasId(slug, 'User');
    const found = await this.readModels.get<TenantSchemasDocument>(TENANT_SCHEMAS.name, id);
    return { schemas: found?.schemas ?? [], complete: found?.complete ?? true };
  }
}

/** What is so of one product in the tenant's settings. */
export function productOf({ products }: Tenant, profile: ProductProfile): TenantProduct {
  const settings = productSettingsOf(products, profile.id);
  const { mapping } = settings;
  return {
    profile,
    settings,
    enabled: isEnabled(profile, settings),
    ...(mapping && { mapping: { product: profile.id, version: mapping.version, overrides: mapping.overrides } }),
  };
}
