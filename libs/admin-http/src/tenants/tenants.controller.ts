import type { Tenant, TenantCommand } from '#domain';
import { ChangeTenant } from '#handlers';
import { REQUEST_LOG, type RequestLog } from '#request-log';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actingAdmin, contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { ConnectionReader } from '../connections/connection-reader.js';
import { Problems } from '../openapi/problem.js';
import { SCIM_ADDRESSES, type ScimAddresses, scimUrls } from './scim-base-url.js';
import { TenantReader } from './tenant-reader.js';
import {
  DeleteTenantQuery,
  RegisterTenantDto,
  RenameTenantDto,
  SuspendTenantDto,
  TenantsQuery,
} from './tenants.dto.js';
import {
  describeStrangers,
  describeTenant,
  RegisteredTenant,
  TenantsPage,
  TenantView,
  TenantWithConnections,
} from './tenants.views.js';

/** Tenants: customer organisations, each with connections of its own. */
@ApiTags('tenants')
@Controller('admin/v1/tenants')
export class TenantsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tenants: TenantReader,
    private readonly connections: ConnectionReader,
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
    @Inject(SCIM_ADDRESSES) private readonly addresses: ScimAddresses,
  ) {}

  @Post()
  @Requires('tenants:register')
  @ApiOperation({ summary: 'Register a tenant' })
  @ApiCreatedResponse({ type: RegisteredTenant })
  @Problems(400, 409)
  async register(@Body() { slug, name }: RegisterTenantDto, @Req() request: FastifyRequest): Promise<RegisteredTenant> {
    await this.change(request, slug, { type: 'RegisterTenant', slug, name });
    return { slug, name, ...scimUrls(request, slug, this.addresses) };
  }

  @Get()
  @Requires('tenants:list')
  @ApiOperation({ summary: 'List the tenants that this admin may see' })
  @ApiOkResponse({ type: TenantsPage })
  @Problems(400)
  async list(@Query() query: TenantsQuery, @Req() request: FastifyRequest): Promise<TenantsPage> {
    const { tenants, ...page } = await this.tenants.page(actingAdmin(request), query);
    return { tenants: tenants.map((tenant) => this.describe(request, tenant)), ...page };
  }

  @Get(':slug')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read a tenant with its connections' })
  @ApiOkResponse({ type: TenantWithConnections })
  @Problems(404)
  async read(@Param('slug') slug: string, @Req() request: FastifyRequest): Promise<TenantWithConnections> {
    const tenant = await this.tenants.living(slug);
    const connections = await this.connections.ofTenant(slug);
    const strangers = await this.requestLog.strangersOf(slug);
    return {
      ...this.describe(request, tenant),
      connections,
      ...(strangers && { strangers: describeStrangers(strangers) }),
    };
  }

  @Patch(':slug')
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Rename a tenant; its slug stays' })
  @ApiOkResponse({ type: TenantView })
  @Problems(400, 404)
  async rename(
    @Param('slug') slug: string,
    @Body() { name }: RenameTenantDto,
    @Req() request: FastifyRequest,
  ): Promise<TenantView> {
    return this.changed(request, slug, { type: 'RenameTenant', name });
  }

  @Post(':slug/suspend')
  @HttpCode(200)
  @Requires('tenant:rule')
  @ApiOperation({
    summary: 'Suspend a tenant',
    description:
      'SCIM answers 403 from then on, whatever the credential, until the tenant is resumed. People and settings stay; what identity providers change meanwhile is taken with their next full synchronisation.',
  })
  @ApiOkResponse({ type: TenantView })
  @Problems(400, 404)
  async suspend(
    @Param('slug') slug: string,
    @Body() { reason }: SuspendTenantDto,
    @Req() request: FastifyRequest,
  ): Promise<TenantView> {
    return this.changed(request, slug, { type: 'SuspendTenant', ...(reason !== undefined && { reason }) });
  }

  @Post(':slug/resume')
  @HttpCode(200)
  @Requires('tenant:rule')
  @ApiOperation({ summary: 'Resume a suspended tenant' })
  @ApiOkResponse({ type: TenantView })
  @Problems(404)
  async resume(@Param('slug') slug: string, @Req() request: FastifyRequest): Promise<TenantView> {
    return this.changed(request, slug, { type: 'ResumeTenant' });
  }

  @Delete(':slug')
  @HttpCode(204)
  @Requires('tenant:rule')
  @ApiOperation({
    summary: 'Delete a tenant, for good',
    description:
      'All access ends at once: connections are deleted and their credentials revoked. People and history are kept for audit, and products keep the people they know. The slug is never given to another tenant.',
  })
  @ApiNoContentResponse()
  @Problems(400, 404)
  async remove(
    @Param('slug') slug: string,
    @Query() { confirm: confirmedSlug }: DeleteTenantQuery,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.change(request, slug, { type: 'DeleteTenant', confirmedSlug, reason: 'deleted by an admin' });
  }

  private describe(request: FastifyRequest, tenant: Parameters<typeof describeTenant>[0]): TenantView {
    return describeTenant(tenant, scimUrls(request, tenant.slug, this.addresses));
  }

  private async changed(request: FastifyRequest, slug: string, command: TenantCommand): Promise<TenantView> {
    return this.describe(request, await this.change(request, slug, command));
  }

  private async change(request: FastifyRequest, slug: string, command: TenantCommand): Promise<Tenant> {
    return (await this.commands.execute(new ChangeTenant(contextOf(request, slug), command))).loaded.state;
  }
}
