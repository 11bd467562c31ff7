import { setTimeout as pause } from 'node:timers/promises';
import type { TenantCommand } from '#domain';
import { ChangeTenant, DeprovisioningUndo, ReadYourWrites } from '#handlers';
import { type HoldDocument, HOLDS } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { type Logger, LOGGER } from '#telemetry';
import { Body, Controller, Get, HttpCode, Inject, NotFoundException, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { TenantReader } from '../tenants/tenant-reader.js';
import { describeHold, HoldsList, HoldView, ReleaseHoldDto } from './holds.dto.js';

const MOST_HOLDS = 100;

/** How long an answer waits for the undoing to be done, milliseconds. */
const UNDO_WAIT_MS = 2_000;

/** Mass departures that products have not been told about. */
@ApiTags('products')
@Controller('admin/v1/tenants/:slug/holds')
export class HoldsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tenants: TenantReader,
    private readonly readYourWrites: ReadYourWrites,
    private readonly undoing: DeprovisioningUndo,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List mass departures that were held back from products' })
  @ApiOkResponse({ type: HoldsList })
  @Problems(404)
  async list(@Param('slug') tenant: string): Promise<HoldsList> {
    await this.tenants.known(tenant);
    await this.readYourWrites.requireCurrent();
    const found = await this.readModels.find<HoldDocument>(HOLDS.name, {
      filter: { tenant },
      sort: { heldAt: -1 },
      limit: MOST_HOLDS,
    });
    return { holds: found.map(describeHold) };
  }

  @Post(':holdId/release')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Let products be told: the departures were meant' })
  @ApiOkResponse({ type: HoldView })
  @Problems(400, 404, 409)
  async release(
    @Param('slug') tenant: string,
    @Param('holdId') holdId: string,
    @Body() { passMinutes }: ReleaseHoldDto,
    @Req() request: FastifyRequest,
  ): Promise<HoldView> {
    const passUntil = passMinutes && new Date(Date.now() + passMinutes * 60_000).toISOString();
    return this.decide(tenant, request, { type: 'ReleaseDeprovisioning', holdId, ...(passUntil && { passUntil }) });
  }

  @Post(':holdId/undo')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Bring the people and their memberships back',
    description: 'Everybody who departed since `since`, those whom products were told about already too.',
  })
  @ApiOkResponse({ type: HoldView })
  @Problems(404)
  async undo(
    @Param('slug') tenant: string,
    @Param('holdId') holdId: string,
    @Req() request: FastifyRequest,
  ): Promise<HoldView> {
    await this.decide(tenant, request, { type: 'StartUndo', holdId });
    const undone = this.undoing
      .run(tenant)
      .catch((err: unknown) => this.log.error({ err, tenant, holdId }, 'Undoing a mass departure has failed'));
    // Nobody waits for thousands; what a stop interrupts is carried on at the next start.
    const limit = new AbortController();
    await Promise.race([undone, pause(UNDO_WAIT_MS, undefined, { signal: limit.signal }).catch(() => undefined)]);
    limit.abort();
    return this.read(holdId);
  }

  private async decide(tenant: string, request: FastifyRequest, command: TenantCommand): Promise<HoldView> {
    const { holdId } = command as { holdId: string };
    await this.tenants.living(tenant);
    await this.commands.execute(new ChangeTenant(contextOf(request, tenant), command));
    return this.read(holdId);
  }

  private async read(holdId: string): Promise<HoldView> {
    await this.readYourWrites.requireCurrent();
    const hold = await this.readModels.get<HoldDocument>(HOLDS.name, holdId);
    if (!hold) throw new NotFoundException('Nothing is held under this id');
    return describeHold(hold);
  }
}
