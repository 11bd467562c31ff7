import {
  type DeprovisioningDocument,
  DEPROVISIONINGS,
  InvalidDeprovisioningsCursor,
  listDeprovisionings,
} from '#deprovisioning';
import { READ_MODELS, type ReadModels } from '#read-models';
import { BadRequestException, Controller, Get, Inject, type OnModuleInit, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { TenantReader } from '../tenants/tenant-reader.js';
import { DeprovisioningsPageView, DeprovisioningsQuery, type DeprovisioningView } from './deprovisionings.dto.js';

/** Injection token: how long products may take, ms. */
export const DEPROVISIONING_LATE_MS = Symbol('DeprovisioningLateMs');

const DEFAULT_LIMIT = 100;

/** Who left, by which request, and when each product had it. */
@ApiTags('history')
@Controller('admin/v1/tenants/:slug/deprovisionings')
export class DeprovisioningsController implements OnModuleInit {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(DEPROVISIONING_LATE_MS) private readonly lateMs: number,
    private readonly tenants: TenantReader,
  ) {}

  /** Whoever writes it may run elsewhere, and come up later. */
  onModuleInit(): Promise<void> {
    return this.readModels.declare(DEPROVISIONINGS);
  }

  @Get()
  @Requires('tenant:read')
  @ApiOperation({
    summary: 'List leavers, with the proof that products have blocked them',
    description: 'Those of a deleted tenant too. An entry appears within a second of its request.',
  })
  @ApiOkResponse({ type: DeprovisioningsPageView })
  @Problems(400, 404)
  async list(
    @Param('slug') tenant: string,
    @Query() { state, product, limit = DEFAULT_LIMIT, cursor }: DeprovisioningsQuery,
  ): Promise<DeprovisioningsPageView> {
    await this.tenants.known(tenant);
    const lateBefore = Date.now() - this.lateMs;
    try {
      const query = { tenant, state, product, limit, cursor, lateBefore };
      const { deprovisionings, ...page } = await listDeprovisionings(this.readModels, query);
      return { deprovisionings: deprovisionings.map((document) => describe(document, lateBefore)), ...page };
    } catch (error) {
      if (error instanceof InvalidDeprovisioningsCursor) throw new BadRequestException(error.message);
      throw error;
    }
  }
}

function describe(
  {
    _id,
    tenant: _tenant,
    person: _person,
    returnedAt: _returnedAt,
    open,
    products,
    ...document
  }: DeprovisioningDocument,
  lateBefore: number,
): DeprovisioningView {
  const { requestedAt, closedAt } = document;
  const state = !open ? 'done' : Date.parse(requestedAt) < lateBefore ? 'late' : 'open';
  const elapsedMs = closedAt === undefined ? undefined : Math.max(0, Date.parse(closedAt) - Date.parse(requestedAt));
  return {
    state,
    ...document,
    ...(elapsedMs !== undefined && { elapsedMs }),
    products: Object.entries(products).map(([product, proof]) => ({ product, ...proof })),
  };
}
