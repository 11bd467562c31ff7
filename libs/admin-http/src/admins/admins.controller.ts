import { hashToken, newToken } from '#access';
import {
  type Admin,
  type AdminCommand,
  AdminError,
  type AdminKeyFacts,
  type AdminMandate,
  type AdminRole,
  adminStream,
} from '#domain';
import { Aggregates, ChangeAdmin, IDENTITY_SOURCE, type IdentitySource, ReadYourWrites } from '#handlers';
import { type AdminDocument, ADMINS } from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
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
import { TenantReader } from '../tenants/tenant-reader.js';
import { AdminsQuery, AppointAdminDto, ChangeAdminDto, ReplaceKeyDto } from './admins.dto.js';
import { AdminsPage, AdminView, AdminWithKey, describeAdmin, describeAdminDocument } from './admins.views.js';

/** Those who administer the installation, each with a key of their own. */
@ApiTags('admins')
@Controller('admin/v1/admins')
export class AdminsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tenants: TenantReader,
    private readonly aggregates: Aggregates,
    private readonly readYourWrites: ReadYourWrites,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
  ) {}

  @Post()
  @Requires('admins:change')
  @ApiOperation({ summary: 'Appoint an admin, with a key that is shown this once' })
  @ApiCreatedResponse({ type: AdminWithKey })
  @Problems(400)
  async appoint(
    @Body() { name, role, tenants, expiresAt }: AppointAdminDto,
    @Req() request: FastifyRequest,
  ): Promise<AdminWithKey> {
    const mandate = await this.mandateOf(role, tenants);
    const { key, facts } = newKey(expiresAt);
    const adminId = this.source.newResourceId();
    const command = { type: 'AppointAdmin', adminId, name, mandate, key: facts } as const;
    return { ...describeAdmin(await this.change(request, adminId, command)), key };
  }

  @Get()
  @Requires('admins:read')
  @ApiOperation({ summary: 'List admins' })
  @ApiOkResponse({ type: AdminsPage })
  @Problems(400)
  async list(@Query() { status = 'active', limit = 100, cursor = '' }: AdminsQuery): Promise<AdminsPage> {
    await this.readYourWrites.requireCurrent();
    const filter = { status, _id: { $gt: cursor } };
    const found = await this.readModels.find<AdminDocument>(ADMINS.name, {
      filter,
      sort: { _id: 1 },
      limit: limit + 1,
    });
    const last = found[limit - 1];
    return {
      admins: found.slice(0, limit).map(describeAdminDocument),
      ...(found.length > limit && last && { nextCursor: last._id }),
    };
  }

  @Get(':id')
  @Requires('admins:read')
  @ApiOperation({ summary: 'Read an admin' })
  @ApiOkResponse({ type: AdminView })
  @Problems(404)
  async read(@Param('id') id: string): Promise<AdminView> {
    return describeAdmin(await this.known(id));
  }

  @Patch(':id')
  @Requires('admins:change')
  @ApiOperation({ summary: 'Rename an admin, or change role and tenants' })
  @ApiOkResponse({ type: AdminView })
  @Problems(400, 404)
  async update(
    @Param('id') id: string,
    @Body() { name, role, tenants }: ChangeAdminDto,
    @Req() request: FastifyRequest,
  ): Promise<AdminView> {
    const mandate = await this.newMandate((await this.known(id)).mandate, role, tenants);
    const command = { type: 'ChangeAdmin', ...(name !== undefined && { name }), mandate } as const;
    return describeAdmin(await this.change(request, id, command));
  }

  @Post(':id/key')
  @Requires('admins:change')
  @ApiOperation({ summary: 'Give an admin another key', description: 'The one before is dead at once.' })
  @ApiCreatedResponse({ type: AdminWithKey })
  @Problems(400, 404)
  async replaceKey(
    @Param('id') id: string,
    @Body() { expiresAt }: ReplaceKeyDto,
    @Req() request: FastifyRequest,
  ): Promise<AdminWithKey> {
    const { key, facts } = newKey(expiresAt);
    return { ...describeAdmin(await this.change(request, id, { type: 'ReplaceAdminKey', key: facts })), key };
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('admins:change')
  @ApiOperation({ summary: 'Revoke an admin', description: 'Their key is dead at once. What they did stays theirs.' })
  @ApiNoContentResponse()
  @Problems(404)
  async revoke(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.change(request, id, { type: 'RevokeAdmin', reason: 'revoked by an admin' });
  }

  private async change(request: FastifyRequest, adminId: string, command: AdminCommand): Promise<Admin> {
    return (await this.commands.execute(new ChangeAdmin(contextOf(request, ''), adminId, command))).loaded.state;
  }

  /** As the log has them. @throws NotFoundException */
  private async known(id: string): Promise<Admin> {
    const { state } = await this.aggregates.admins.load(adminStream(id));
    if (state.status === 'absent') throw new NotFoundException('No such admin');
    return state;
  }

  /** Tenants that are not spoken of stay: nobody gets to see more by an omission. */
  private async newMandate(
    before: AdminMandate,
    role: AdminRole = before.role,
    tenants: readonly string[] | null | undefined,
  ): Promise<AdminMandate> {
    if (tenants !== undefined) return this.mandateOf(role, tenants ?? undefined);
    return before.tenants && role !== 'operator' ? { role, tenants: before.tenants } : { role };
  }

  /** @throws AdminError for a tenant that is not there: a slip of the pen would wait for somebody to register it */
  private async mandateOf(role: AdminRole, tenants: readonly string[] | undefined): Promise<AdminMandate> {
    for (const slug of tenants ?? []) {
      if (!(await this.tenants.exists(slug)))
        throw new AdminError('invalid', `there is no tenant "${slug}"`, 'tenants');
    }
    return tenants ? { role, tenants } : { role };
  }
}

function newKey(expiresAt: string | undefined): { key: string; facts: AdminKeyFacts } {
  const key = newToken();
  const facts = { keyHash: hashToken(key), lastFour: key.slice(-4), ...(expiresAt !== undefined && { expiresAt }) };
  return { key, facts };
}
