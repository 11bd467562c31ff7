import type { AdminPrincipal } from '#access';
import { ReadYourWrites } from '#handlers';
import { CONNECTIONS, type ConnectionDocument, TENANTS, type TenantDocument } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { Inject, Injectable, NotFoundException } from '@nestjs/common';
import { noSuchTenant } from '../access/admin.guard.js';
import type { TenantsQuery, TenantStatus } from './tenants.dto.js';

const DEFAULT_LIMIT = 100;

/** Finds tenants and connections for the routes of the admin API; what was acknowledged is there. */
@Injectable()
export class TenantReader {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    private readonly readYourWrites: ReadYourWrites,
  ) {}

  /** The tenant, a deleted one too: its history can be read. @throws NotFoundException */
  async known(slug: string): Promise<TenantDocument> {
    await this.readYourWrites.requireCurrent();
    const tenant = await this.readModels.get<TenantDocument>(TENANTS.name, slug);
    if (!tenant) throw noSuchTenant();
    return tenant;
  }

  /** @throws NotFoundException also when it was deleted, and then says so */
  async living(slug: string): Promise<TenantDocument> {
    const tenant = await this.known(slug);
    if (tenant.status !== 'deleted') return tenant;
    throw new NotFoundException(
      `This tenant was deleted at ${tenant.statusSince ?? ''}; its history is kept under /events.`,
    );
  }

  /** Whether the tenant is there and was not deleted. */
  async exists(slug: string): Promise<boolean> {
    await this.readYourWrites.requireCurrent();
    const tenant = await this.readModels.get<TenantDocument>(TENANTS.name, slug);
    return tenant !== undefined && tenant.status !== 'deleted';
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

  async connections(tenant: string): Promise<ConnectionDocument[]> {
    return this.readModels.find<ConnectionDocument>(CONNECTIONS.name, { filter: { tenant } });
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
