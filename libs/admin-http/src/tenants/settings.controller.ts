import type { TenantSettings, TenantSettingsChanges } from '#domain';
import { ChangeTenant } from '#handlers';
import { type PageSizes, pageSizesFor } from '#scim-http';
import { Body, Controller, Get, Inject, Param, Patch, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { TenantReader } from './tenant-reader.js';
import { ChangeSettingsDto } from './tenants.dto.js';
import { describeSettings, SettingsView } from './tenants.views.js';

/** Injection token of the installation's {@link PageSizes}. */
export const PAGE_SIZES = Symbol('PageSizes');

/** How one tenant wants to be served. */
@ApiTags('tenants')
@Controller('admin/v1/tenants/:slug/settings')
export class SettingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tenants: TenantReader,
    @Inject(PAGE_SIZES) private readonly installation: PageSizes,
  ) {}

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read a tenant’s settings' })
  @ApiOkResponse({ type: SettingsView })
  @Problems(404)
  async read(@Param('slug') slug: string): Promise<SettingsView> {
    const { settings } = await this.tenants.living(slug);
    return this.describe(settings);
  }

  @Patch()
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Change some of a tenant’s settings', description: 'What is left out stays as it is.' })
  @ApiOkResponse({ type: SettingsView })
  @Problems(400, 404)
  async change(
    @Param('slug') slug: string,
    @Body() body: ChangeSettingsDto,
    @Req() request: FastifyRequest,
  ): Promise<SettingsView> {
    const changes: TenantSettingsChanges = Object.fromEntries(
      Object.entries(body).filter(([, value]) => value !== undefined),
    );
    const command = { type: 'ChangeTenantSettings', changes } as const;
    const { loaded } = await this.commands.execute(new ChangeTenant(contextOf(request, slug), command));
    return this.describe(loaded.state.settings);
  }

  private describe(settings: TenantSettings): SettingsView {
    return describeSettings(settings, pageSizesFor(settings, this.installation));
  }
}
