import { issueToken, TOKEN_USE_MEMORY, type TokenUses } from '#access';
import { type Credential, type Tenant, tenantStream } from '#domain';
import { Aggregates, ChangeTenant, IDENTITY_SOURCE, type IdentitySource } from '#handlers';
import { findPreset } from '#idp';
import { invalidField, InvalidFields } from '#scim-http';
import { Body, Controller, Delete, Get, HttpCode, Inject, NotFoundException, Param, Post, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { contextOf } from '../access/acting-admin.js';
import { Requires } from '../access/requires.decorator.js';
import { Problems } from '../openapi/problem.js';
import { describeToken, IssuedTokenDescription, RotatedTokenDescription, TokensList } from './describe-token.js';
import { IssueTokenDto, RotateTokenDto } from './tokens.dto.js';

/** The bearer tokens of connections. Read from the log, so each answer shows what was acknowledged before it. */
@ApiTags('tokens')
@Controller('admin/v1/tenants/:slug')
export class TokensController {
  constructor(
    private readonly commands: CommandBus,
    private readonly aggregates: Aggregates,
    @Inject(IDENTITY_SOURCE) private readonly source: IdentitySource,
    @Inject(TOKEN_USE_MEMORY) private readonly uses: TokenUses,
  ) {}

  @Get('connections/:id/tokens')
  @Requires('tenant:read')
  @ApiOperation({ summary: 'List the living tokens of a connection' })
  @ApiOkResponse({ type: TokensList })
  @Problems(404)
  async list(@Param('slug') slug: string, @Param('id') connectionId: string): Promise<TokensList> {
    const { credentials } = await this.requireConnection(slug, connectionId);
    const ofConnection = Object.values(credentials).filter((credential) => credential.connectionId === connectionId);
    const lastUsed = await this.uses.lastUsed(ofConnection.map(({ id }) => id));
    const now = this.source.now();
    return { tokens: ofConnection.map((credential) => describeToken(credential, now, lastUsed.get(credential.id))) };
  }

  @Post('connections/:id/tokens')
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Issue another token for a connection' })
  @ApiCreatedResponse({ type: IssuedTokenDescription })
  @Problems(400, 404)
  async issue(
    @Param('slug') slug: string,
    @Param('id') connectionId: string,
    @Body() { name, expiresAt, scopes }: IssueTokenDto,
    @Req() request: FastifyRequest,
  ): Promise<IssuedTokenDescription> {
    const { connections } = await this.requireConnection(slug, connectionId);
    this.expectFuture(expiresAt);
    const { token, credential } = issueToken({
      credentialId: this.source.newResourceId(),
      name: name ?? 'token',
      scopes: scopes ?? defaultScopes(connections[connectionId]?.idp),
      ...(expiresAt !== undefined && { expiresAt }),
    });
    const command = { type: 'IssueCredential', connectionId, credential } as const;
    const { loaded } = await this.commands.execute(new ChangeTenant(contextOf(request, slug), command));
    return { ...describeToken(credentialIn(loaded.state, credential.credentialId), this.source.now()), token };
  }

  @Post('tokens/:id/rotate')
  @Requires('tenant:change')
  @ApiOperation({
    summary: 'Issue a token that takes the place of another',
    description: 'At once, or side by side until the old one’s grace is over.',
  })
  @ApiCreatedResponse({ type: RotatedTokenDescription })
  @Problems(400, 404, 409)
  async rotate(
    @Param('slug') slug: string,
    @Param('id') credentialId: string,
    @Body() { graceSeconds, expiresAt, name }: RotateTokenDto,
    @Req() request: FastifyRequest,
  ): Promise<RotatedTokenDescription> {
    const at = this.source.now();
    this.expectFuture(expiresAt);
    const { token, credential } = issueToken({ credentialId: this.source.newResourceId(), name: '', scopes: [] });
    const { credentialId: successorId, tokenHash, lastFour } = credential;
    const command = {
      type: 'RotateCredential',
      credentialId,
      successor: { credentialId: successorId, tokenHash, lastFour, name, expiresAt },
      graceSeconds: graceSeconds ?? 0,
      at,
    } as const;
    const { loaded } = await this.commands.execute(new ChangeTenant(contextOf(request, slug), command));
    const { credentials } = loaded.state;
    const validUntil = (Object.hasOwn(credentials, credentialId) && credentials[credentialId]?.expiresAt) || at;
    const described = describeToken(credentialIn(loaded.state, successorId), at);
    return { ...described, token, replaces: { id: credentialId, validUntil } };
  }

  @Delete('tokens/:id')
  @HttpCode(204)
  @Requires('tenant:change')
  @ApiOperation({ summary: 'Revoke a token at once' })
  @ApiNoContentResponse()
  @Problems(404)
  async revoke(
    @Param('slug') slug: string,
    @Param('id') credentialId: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const command = { type: 'RevokeCredential', credentialId, reason: 'revoked by an admin' } as const;
    await this.commands.execute(new ChangeTenant(contextOf(request, slug), command));
  }

  private async requireConnection(slug: string, connectionId: string): Promise<Tenant> {
    const { state } = await this.aggregates.tenants.load(tenantStream(slug));
    if (state.status === 'absent' || state.status === 'deleted') throw new NotFoundException('No such tenant');
    if (!Object.hasOwn(state.connections, connectionId)) throw new NotFoundException('No such connection');
    return state;
  }

  /** @throws InvalidFields it has passed */
  private expectFuture(expiresAt: string | null | undefined): void {
    if (!expiresAt || expiresAt > this.source.now()) return;
    throw new InvalidFields([invalidField(['expiresAt'], 'expiresAt must be in the future')]);
  }
}

/** What a token of this provider may do unless an admin says otherwise. */
export const defaultScopes = (idp = 'generic') => (findPreset(idp) ?? findPreset('generic'))!.scopes;

function credentialIn({ credentials }: Tenant, id: string): Credential {
  const credential = credentials[id];
  if (!credential) throw new Error('a credential just issued must be there');
  return credential;
}
