import { isLive, userStream } from '#domain';
import {
  Aggregates,
  DeprovisionUser,
  PatchUser,
  ProvisionUser,
  ReplaceUser,
  versionOf,
  type WrittenUser,
} from '#handlers';
import { normalizeResource, ScimError, userModel } from '#scim';
import { Controller, Delete, Get, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply } from 'fastify';
import { DirectoryLists } from './directory-lists.js';
import { answeredNotModified } from './not-modified.js';
import { projectorOf } from './projector-of.js';
import { type Audience, type Described, ResourceRenderer } from './resource-renderer.js';
import { contextOf, type ScimQuery, type ScimRequest, sendScim } from './scim-request.js';

type IdRequest = ScimRequest & { params: { id: string }; query: ScimQuery };

/** RFC 7644 §3.2 to §3.6 for `/Users`. */
@Controller('scim/v2/:tenant/Users')
export class UsersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly aggregates: Aggregates,
    private readonly lists: DirectoryLists,
    private readonly renderer: ResourceRenderer,
  ) {}

  @Get()
  async list(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    sendScim(reply, 200, await this.lists.users(this.audience(request), request.query));
  }

  @Post()
  async create(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const { attributes } = normalizeResource(userModel, request.body);
    const audience = this.audience(request);
    const written: WrittenUser = await this.commands.execute(new ProvisionUser(contextOf(request), attributes));
    reply.header('location', `${audience.baseUrl}/Users/${written.id}`);
    const user = this.renderer.describeUser(written.id, written.loaded);
    reply.header('etag', versionOf(user.version));
    sendScim(reply, 201, this.renderer.newUser(audience, user));
  }

  @Get(':id')
  async read(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = request.params;
    const audience = this.audience(request);
    const stream = userStream(audience.tenant, id);
    const loaded = this.aggregates.users.peek(stream) ?? (await this.aggregates.users.load(stream));
    if (!isLive(loaded.state)) throw new ScimError('notFound', `User ${id} not found`);
    if (answeredNotModified(request, reply, loaded.revision)) return;
    await this.send(reply, 200, audience, this.renderer.describeUser(id, loaded));
  }

  @Put(':id')
  async replace(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const { attributes } = normalizeResource(userModel, request.body);
    const audience = this.audience(request);
    const { id } = request.params;
    const command = new ReplaceUser(contextOf(request), id, attributes, request.headers['if-match']);
    const written: WrittenUser = await this.commands.execute(command);
    await this.send(reply, 200, audience, this.renderer.describeUser(id, written.loaded));
  }

  @Patch(':id')
  async patch(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const audience = this.audience(request);
    const { id } = request.params;
    const command = new PatchUser(contextOf(request), id, request.body, request.headers['if-match']);
    const written: WrittenUser = await this.commands.execute(command);
    await this.send(reply, 200, audience, this.renderer.describeUser(id, written.loaded));
  }

  @Delete(':id')
  async remove(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const command = new DeprovisionUser(contextOf(request), request.params.id, request.headers['if-match']);
    await this.commands.execute(command);
    reply.code(204).send();
  }

  private audience({ scim: { tenant, baseUrl, caller }, query }: IdRequest): Audience {
    return { tenant, baseUrl, projector: projectorOf(userModel, query), idp: caller?.idp };
  }

  private async send(reply: FastifyReply, status: number, audience: Audience, user: Described): Promise<void> {
    reply.header('etag', versionOf(user.version));
    sendScim(reply, status, await this.renderer.user(audience, user));
  }
}
