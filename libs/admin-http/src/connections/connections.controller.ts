import { issueToken } from '#access';
import type { Tenant, TenantCommand } from '#domain';
import { ChangeTenant, IDENTITY_SOURCE, type IdentitySource } from '#handlers';
import { findPreset, setupFor } from '#idp';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Patch,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { SCIM_ADDRESSES, type ScimAddresses, scimUrls } from '../tenants/scim-base-url.js';
import { ConnectionReader } from './connection-reader.js';
import { ChangeConnectionDto, ConnectionsQuery, CreateConnectionDto } from './connections.dto.js';
import { ConnectionsList, ConnectionView, CreatedConnection } from './connections.views.js';

/** Connections: identity providers linked to a tenant. */
@ApiTags('connections')
@Controller('admin/v1/tenants/:slug/connections')
export class ConnectionsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly connections: ConnectionReader,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
    @Inject(SCIM_ADDRESSES) private readonly addresses: ScimAddresses,
  ) {}

  @Post()
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Make a connection from a preset, with a first token' })
  @ApiCreatedResponse({ type: CreatedConnection })
  @Problems(400, 404)
  async create(
    @Param('slug') tenant: string,
    @Body() { idp, name, matchingAttribute, scopes }: CreateConnectionDto,
    @Req() request: FastifyRequest,
  ): Promise<CreatedConnection> {
    const preset = findPreset(idp);
    if (!preset) throw new NotFoundException(`No preset for ${idp}`);
    const { token, credential } = issueToken({
      credentialId: this.source.newResourceId(),
      name: 'first token',
      scopes: scopes ?? preset.scopes,
    });
    const connection = {
      connectionId: this.source.newResourceId(),
      idp,
      name: name ?? preset.title,
      matchingAttribute: matchingAttribute ?? preset.matchingAttribute,
    };
    await this.change(request, tenant, { type: 'CreateConnection', ...connection, credential });
    const { connectionId: id, ...described } = connection;
    const urls = scimUrls(request, tenant, this.addresses);
    const setup = setupFor(preset, { scimBaseUrl: urls.scimBaseUrl, token });
    return { id, ...described, ...urls, tokenId: credential.credentialId, token, setup };
  }

  @Get()
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List a tenant’s connections, with their state' })
  @ApiOkResponse({ type: ConnectionsList })
  @Problems(400, 404)
  async list(@Param('slug') tenant: string, @Query() { deleted }: ConnectionsQuery): Promise<ConnectionsList> {
    return { connections: await this.connections.ofTenant(tenant, deleted === 'true') };
  }

  @Get(':id')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read a connection, with its state and when it was last heard of' })
  @ApiOkResponse({ type: ConnectionView })
  @Problems(404)
  read(@Param('slug') tenant: string, @Param('id') id: string): Promise<ConnectionView> {
    return this.connections.one(tenant, id);
  }

  @Patch(':id')
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Rename a connection, or change its matching attribute' })
  @ApiOkResponse({ type: ConnectionView })
  @Problems(400, 404)
  async update(
    @Param('slug') tenant: string,
    @Param('id') connectionId: string,
    @Body() { name, matchingAttribute }: ChangeConnectionDto,
    @Req() request: FastifyRequest,
  ): Promise<ConnectionView> {
    const changes = { ...(name !== undefined && { name }), ...(matchingAttribute && { matchingAttribute }) };
    return this.changed(request, tenant, { type: 'ChangeConnection', connectionId, ...changes });
  }

  @Post(':id/pause')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Pause a connection',
    description:
      'SCIM answers its identity provider 503 with Retry-After, so that it keeps its changes and sends them again, until the connection is resumed.',
  })
  @ApiOkResponse({ type: ConnectionView })
  @Problems(404)
  pause(
    @Param('slug') tenant: string,
    @Param('id') connectionId: string,
    @Req() request: FastifyRequest,
  ): Promise<ConnectionView> {
    return this.changed(request, tenant, { type: 'PauseConnection', connectionId });
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Resume a paused connection' })
  @ApiOkResponse({ type: ConnectionView })
  @Problems(404)
  resume(
    @Param('slug') tenant: string,
    @Param('id') connectionId: string,
    @Req() request: FastifyRequest,
  ): Promise<ConnectionView> {
    return this.changed(request, tenant, { type: 'ResumeConnection', connectionId });
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Delete the SCIM set-up of an identity provider',
    description:
      'Its access ends at once: its credentials are revoked. The people it provisioned stay as they are; remove them at the identity provider first if they are to go.',
  })
  @ApiNoContentResponse()
  @Problems(404)
  async remove(
    @Param('slug') tenant: string,
    @Param('id') connectionId: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.change(request, tenant, { type: 'DeleteConnection', connectionId });
  }

  private async changed(
    request: FastifyRequest,
    tenant: string,
    command: TenantCommand & { connectionId: string },
  ): Promise<ConnectionView> {
    return this.connections.oneOf(await this.change(request, tenant, command), command.connectionId);
  }

  private async change(request: FastifyRequest, tenant: string, command: TenantCommand): Promise<Tenant> {
    return (await this.commands.execute(new ChangeTenant(contextOf(request, tenant), command))).loaded.state;
  }
}
