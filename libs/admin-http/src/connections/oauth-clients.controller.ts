import { hashRandomSecret, hashSecret, newToken, TOKEN_USE_MEMORY, type TokenUses, TooManySecrets } from '#access';
import type { OAuthClient, Tenant, TenantCommand } from '#domain';
import { ChangeTenant, IDENTITY_SOURCE, type IdentitySource } from '#handlers';
import { findPreset, oauthSetupFor } from '#idp';
import { endpointsAt } from '#oauth';
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
  Patch,
  Post,
  Req,
  ServiceUnavailableException,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { scimUrls } from '../tenants/scim-base-url.js';
import { TenantReader } from '../tenants/tenant-reader.js';
import { ChangeOAuthClientDto, ChangePasswordDto, RegisterOAuthClientDto } from './oauth-clients.dto.js';
import {
  ChangedPassword,
  describeOAuthClient,
  OAuthClientsList,
  OAuthClientView,
  OAuthClientWithSecret,
  RegisteredOAuthClient,
} from './oauth-clients.views.js';
import { defaultScopes } from './tokens.controller.js';

const PASSWORD_LENGTH = 24;

/** The OAuth 2 clients of connections. Read from the log, so each answer shows what was acknowledged before it. */
@ApiTags('oauth clients')
@Controller('admin/v1/tenants/:slug')
export class OAuthClientsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly tenants: TenantReader,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
    @Inject(TOKEN_USE_MEMORY) private readonly uses: TokenUses,
  ) {}

  @Post('connections/:id/oauth-clients')
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Register an OAuth client for a connection',
    description: 'With the account that its admin signs in with. Secret and password are shown this once.',
  })
  @ApiCreatedResponse({ type: RegisteredOAuthClient })
  @Problems(400, 404)
  async register(
    @Param('slug') slug: string,
    @Param('id') connectionId: string,
    @Body() { name, userName, password, redirectUris, scopes }: RegisterOAuthClientDto,
    @Req() request: FastifyRequest,
  ): Promise<RegisteredOAuthClient> {
    const { idp } = connectionIn(await this.tenants.living(slug), connectionId);
    const secret = this.newSecret();
    const shown = password ?? newPassword();
    const clientId = this.source.newResourceId();
    const tenant = await this.change(request, slug, {
      type: 'RegisterOAuthClient',
      clientId,
      connectionId,
      name: name ?? 'OAuth client',
      userName: userName ?? `scim-${slug}`,
      passwordHash: await hashed(shown),
      redirectUris: redirectUris ?? [],
      scopes: scopes ?? defaultScopes(idp),
      ...secret.facts,
    });
    return { ...this.withSecret(request, slug, tenant, clientId, secret.clientSecret), password: shown };
  }

  @Get('connections/:id/oauth-clients')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List the OAuth clients of a connection' })
  @ApiOkResponse({ type: OAuthClientsList })
  @Problems(404)
  async list(@Param('slug') slug: string, @Param('id') connectionId: string): Promise<OAuthClientsList> {
    const tenant = await this.tenants.living(slug);
    connectionIn(tenant, connectionId);
    const clients = Object.values(tenant.oauthClients).filter((client) => client.connectionId === connectionId);
    const lastUsed = await this.uses.lastUsed(clients.map(({ id }) => id));
    return { oauthClients: clients.map(({ id }) => described(tenant, id, lastUsed.get(id))) };
  }

  @Get('oauth-clients/:clientId')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'Read an OAuth client' })
  @ApiOkResponse({ type: OAuthClientView })
  @Problems(404)
  async read(@Param('slug') slug: string, @Param('clientId') id: string): Promise<OAuthClientView> {
    const tenant = await this.tenants.living(slug);
    clientIn(tenant, id);
    return described(tenant, id, (await this.uses.lastUsed([id])).get(id));
  }

  @Patch('oauth-clients/:clientId')
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Rename an OAuth client, or change its redirect URIs' })
  @ApiOkResponse({ type: OAuthClientView })
  @Problems(400, 404)
  async update(
    @Param('slug') slug: string,
    @Param('clientId') clientId: string,
    @Body() { name, redirectUris }: ChangeOAuthClientDto,
    @Req() request: FastifyRequest,
  ): Promise<OAuthClientView> {
    const tenant = await this.change(request, slug, { type: 'ChangeOAuthClient', clientId, name, redirectUris });
    return described(tenant, clientId, (await this.uses.lastUsed([clientId])).get(clientId));
  }

  @Post('oauth-clients/:clientId/rotate')
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Give an OAuth client another secret',
    description: 'The old one and every token granted under it end at once; the connection is authorized anew.',
  })
  @ApiCreatedResponse({ type: OAuthClientWithSecret })
  @Problems(404)
  async rotate(
    @Param('slug') slug: string,
    @Param('clientId') clientId: string,
    @Req() request: FastifyRequest,
  ): Promise<OAuthClientWithSecret> {
    clientIn(await this.tenants.living(slug), clientId);
    const { clientSecret, facts } = this.newSecret();
    const tenant = await this.change(request, slug, { type: 'RotateOAuthClientSecret', clientId, ...facts });
    return this.withSecret(request, slug, tenant, clientId, clientSecret);
  }

  @Post('oauth-clients/:clientId/password')
  @HttpCode(200)
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Change the account that signs in for an OAuth client',
    description: 'What it has allowed goes on; rotate the client to end that too.',
  })
  @ApiOkResponse({ type: ChangedPassword })
  @Problems(400, 404)
  async changePassword(
    @Param('slug') slug: string,
    @Param('clientId') clientId: string,
    @Body() { userName, password = newPassword() }: ChangePasswordDto,
    @Req() request: FastifyRequest,
  ): Promise<ChangedPassword> {
    clientIn(await this.tenants.living(slug), clientId);
    const passwordHash = await hashed(password);
    const command = { type: 'ChangeOAuthClientPassword', clientId, userName, passwordHash } as const;
    return { userName: clientIn(await this.change(request, slug, command), clientId).userName, password };
  }

  @Delete('oauth-clients/:clientId')
  @HttpCode(204)
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Delete an OAuth client; its tokens end at once' })
  @ApiNoContentResponse()
  @Problems(404)
  async remove(
    @Param('slug') slug: string,
    @Param('clientId') clientId: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.change(request, slug, { type: 'DeleteOAuthClient', clientId, reason: 'deleted by an admin' });
  }

  private newSecret() {
    const clientSecret = newToken();
    const secretHash = hashRandomSecret(clientSecret);
    const facts = { secretId: this.source.newResourceId(), secretHash, lastFour: clientSecret.slice(-4) };
    return { clientSecret, facts };
  }

  private withSecret(
    request: FastifyRequest,
    slug: string,
    tenant: Tenant,
    clientId: string,
    clientSecret: string,
  ): OAuthClientWithSecret {
    const endpoints = endpointsAt(originOf(request));
    const where = {
      ...scimUrls(request, slug, {}),
      authorizationEndpoint: endpoints.authorization_endpoint,
      tokenEndpoint: endpoints.token_endpoint,
    };
    const { idp } = connectionIn(tenant, clientIn(tenant, clientId).connectionId);
    return {
      ...described(tenant, clientId),
      clientId,
      clientSecret,
      ...where,
      revocationEndpoint: endpoints.revocation_endpoint,
      setup: oauthSetupFor(findPreset(idp), { ...where, clientId, clientSecret }),
    };
  }

  private async change(request: FastifyRequest, slug: string, command: TenantCommand): Promise<Tenant> {
    return (await this.commands.execute(new ChangeTenant(contextOf(request, slug), command))).loaded.state;
  }
}

const newPassword = (): string => newToken().slice(0, PASSWORD_LENGTH);

async function hashed(secret: string): Promise<string> {
  try {
    return await hashSecret(secret);
  } catch (error) {
    if (error instanceof TooManySecrets)
      throw new ServiceUnavailableException('Many are signing in; try again shortly.');
    throw error;
  }
}

function connectionIn({ connections }: Tenant, id: string) {
  const connection = Object.hasOwn(connections, id) ? connections[id] : undefined;
  if (!connection) throw new NotFoundException('No such connection');
  return connection;
}

function clientIn({ oauthClients }: Tenant, id: string): OAuthClient {
  const client = Object.hasOwn(oauthClients, id) ? oauthClients[id] : undefined;
  if (!client) throw new NotFoundException('No such OAuth client');
  return client;
}

function described(tenant: Tenant, id: string, lastUsedAt?: string): OAuthClientView {
  const client = clientIn(tenant, id);
  const { idp } = connectionIn(tenant, client.connectionId);
  return describeOAuthClient(client, findPreset(idp)?.oauthClient?.redirectUris ?? [], lastUsedAt);
}
