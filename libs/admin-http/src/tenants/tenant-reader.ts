import type { AdminPrincipal } from '#access';
import { type Tenant, tenantStream } from '#domain';
import { Aggregates, ReadYourWrites } from '#handlers';
import { TENANTS, type TenantDocument } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { noSuchTenant } from '../access/admin.guard.js';
import type { TenantsQuery, TenantStatus } from './tenants.dto.js';

const DEFAULT_LIMIT = 100;

/** Finds tenants for the routes of the admin API: one from the log itself, lists from the read models. */
@Injectable()
export class TenantReader {
  constructor(
    private readonly aggregates: Aggregates,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  /** The tenant, a deleted one too: its history can be read. @throws NotFoundException */
  async known(slug: string): Promise<Tenant> {
    const { state } = await this.aggregates.tenants.load(tenantStream(slug));
    if (state.status === 'absent') throw noSuchTenant();
    return state;
  }

  /** @throws NotFoundException also when it was deleted, and then says so */
  async living(slug: string): Promise<Tenant> {
    const tenant = await this.known(slug);
    if (tenant.status !== 'deleted') return tenant;
    throw new NotFoundException(
      `This tenant was deleted at ${tenant.statusSince ?? ''}; its history is kept under /events.`,
    );
  }

  /** Whether the tenant is there and was not deleted. */
  async exists(slug: string): Promise<boolean> {
    const { status } = (await this.aggregates.tenants.load(tenantStream(slug))).state;
    return status === 'active' || status === 'suspended';
  }

  /** In the order of slugs, those that the admin may see. */
  async page(
    { tenants: visible }: AdminPrincipal,
    { status, limit = DEFAULT_LIMIT, cursor = '' }: TenantsQuery,
  ): Promise<{ tenants: TenantDocument[]; nextCursor?: string }> {
    await this.readYourWrites.requireCurrent();
    const found = await (visible
      ? this.among(visible, status, cursor)
      : this.readModels.find<TenantDocument>(TENANTS.name, {
          filter: { $and: [inState(status), { _id: { $gt: cursor } }] },
          sort: { _id: 1 },
          limit: limit + 1,
        }));
    const tenants = found.slice(0, limit);
    const last = tenants.at(-1);
    return { tenants, ...(found.length > limit && last && { nextCursor: last.slug }) };
  }

  private async among(
    visible: readonly string[],
    status: TenantStatus | undefined,
    cursor: string,
  ): Promise<TenantDocument[]> {
    const slugs = visible.filter((slug) => slug > cursor).sort();
    const found = await this.readModels.getMany<TenantDocument>(TENANTS.name, slugs);
    return found.flatMap((tenant) => (tenant && isInState(tenant, status) ? [tenant] : []));
  }
}

function inState(status: TenantStatus | undefined): object {
  if (status === undefined) return { status: { $ne: 'deleted' } };
  return { status: status === 'active' ? { $exists: false } : status };
}

const isInState = ({ status }: TenantDocument, wanted: TenantStatus | undefined): boolean =>
  wanted === undefined ? status !== 'deleted' : (status ?? 'active') === wanted;
