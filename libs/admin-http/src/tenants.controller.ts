import { issueToken } from '#access';
import { ChangeTenant, IDENTITY_SOURCE, type IdentitySource, type RequestContext } from '#handlers';
import { type ConnectionSetup, findPreset, setupFor } from '#idp';
import {
  CONNECTIONS,
  type ConnectionDocument,
  CREDENTIALS,
  type CredentialDocument,
  TENANTS,
  type TenantDocument,
} from '#projections';
import { READ_MODELS, type ReadModels } from '#read-models';
import { type ContactRecord, REQUEST_LOG, type RequestLog } from '#request-log';
import { originOf } from '#scim-http';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  NotFoundException,
  Param,
  Post,
  Req,
  UseGuards,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import { CreateConnectionDto, RegisterTenantDto } from './admin.dto.js';
import { AdminKeyGuard } from './admin-key.guard.js';
import { describeToken } from './describe-token.js';

/** A connection just made, with its first token, shown this once. */
export interface CreatedConnection {
  readonly id: string;
  readonly idp: string;
  readonly name: string;
  readonly matchingAttribute: string;
  readonly scimBaseUrl: string;
  readonly tokenId: string;
  readonly token: string;
  /** What to type where at the identity provider; it holds the token too. */
  readonly setup: ConnectionSetup;
}

/** Tenants, their connections and tokens. */
@Controller('admin/v1/tenants')
@UseGuards(AdminKeyGuard)
export class TenantsController {
  constructor(
    private readonly commands: CommandBus,
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
    @Inject(REQUEST_LOG) private readonly requestLog: RequestLog,
  ) {}

  @Post()
  async register(@Body() { slug, name }: RegisterTenantDto, @Req() request: FastifyRequest) {
    await this.commands.execute(new ChangeTenant(contextOf(request, slug), { type: 'RegisterTenant', slug, name }));
    return { slug, name, scimBaseUrl: this.scimBaseUrl(request, slug) };
  }

  @Get()
  async list() {
    const tenants = await this.readModels.find<TenantDocument>(TENANTS.name, { filter: {} });
    return { tenants: tenants.map(({ slug, name, registeredAt }) => ({ slug, name, registeredAt })) };
  }

  @Get(':slug')
  async read(@Param('slug') tenant: string, @Req() request: FastifyRequest) {
    const { slug, name, registeredAt } = await this.require(tenant);
    const connections = await this.readModels.find<ConnectionDocument>(CONNECTIONS.name, { filter: { tenant } });
    const credentials = await this.readModels.find<CredentialDocument>(CREDENTIALS.name, { filter: { tenant } });
    const contacts = await this.requestLog.contacts(connections.map(({ connectionId }) => connectionId));
    return {
      slug,
      name,
      registeredAt,
      scimBaseUrl: this.scimBaseUrl(request, slug),
      connections: connections.map(({ connectionId: id, idp, name: title, matchingAttribute, createdAt }) => ({
        id,
        idp,
        name: title,
        matchingAttribute,
        createdAt,
        contact: describeContact(contacts.get(id)),
        tokens: credentials
          .filter(({ connectionId }) => connectionId === id)
          .map((document) => describeToken({ ...document, id: document._id })),
      })),
    };
  }

  @Post(':slug/connections')
  async createConnection(
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
    const command = { type: 'CreateConnection', ...connection, credential } as const;
    await this.commands.execute(new ChangeTenant(contextOf(request, tenant), command));
    const { connectionId: id, ...described } = connection;
    const scimBaseUrl = this.scimBaseUrl(request, tenant);
    const setup = setupFor(preset, { scimBaseUrl, token });
    return { id, ...described, scimBaseUrl, tokenId: credential.credentialId, token, setup };
  }

  @Delete(':slug/connections/:id')
  @HttpCode(204)
  async deleteConnection(
    @Param('slug') tenant: string,
    @Param('id') connectionId: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const command = { type: 'DeleteConnection', connectionId } as const;
    await this.commands.execute(new ChangeTenant(contextOf(request, tenant), command));
  }

  private async require(slug: string): Promise<TenantDocument> {
    const tenant = await this.readModels.get<TenantDocument>(TENANTS.name, slug);
    if (!tenant) throw new NotFoundException('No such tenant');
    return tenant;
  }

  private scimBaseUrl(request: FastifyRequest, slug: string): string {
    return `${originOf(request)}/scim/v2/${slug}`;
  }
}

/** When the identity provider was last heard of; times are left out until there is one. */
function describeContact(contact: ContactRecord | undefined) {
  if (!contact) return { requests: 0, refusals: 0 };
  const { _id, tenant: _tenant, ...shown } = contact;
  return shown;
}

const contextOf = ({ id }: FastifyRequest, tenant: string): RequestContext => ({
  tenant,
  actor: 'admin key',
  correlationId: id,
});
