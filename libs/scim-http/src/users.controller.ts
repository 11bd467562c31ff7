import { versionOf } from '#handlers';
import { ScimError, userModel } from '#scim';
import { Controller, Delete, Get, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { CurrentUsers } from './current-users.js';
import { DirectoryLists } from './directory-lists.js';
import { answeredNotModified } from './not-modified.js';
import { inspectWrite, noteRemarkable } from './note-hints.js';
import { projectorOf } from './projector-of.js';
import { type Audience, type Described, ResourceRenderer } from './resource-renderer.js';
import { UserWrites } from './resource-writes.js';
import { contextOf, type ScimQuery, type ScimRequest, sendEmpty, sendScim } from './scim-request.js';

type IdRequest = ScimRequest & { params: { id: string }; query: ScimQuery };

/** RFC 7644 §3.2 to §3.6 for `/Users`. */
@Controller('scim/v2/:tenant/Users')
export class UsersController {
  constructor(
    private readonly writes: UserWrites,
    private readonly users: CurrentUsers,
    private readonly lists: DirectoryLists,
    private readonly renderer: ResourceRenderer,
  ) {}

  @Get()
  async list(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    sendScim(reply, 200, await this.lists.users(this.listAudience(request), request.query));
  }

  @Post()
  async create(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const audience = this.audience(request);
    const written = await this.writes.create(contextOf(request), request.body);
    reply.header('location', `${audience.baseUrl}/Users/${written.id}`);
    inspectWrite(request, 201, userModel, written.loaded.state.attributes);
    const user = this.renderer.describeUser(written.id, written.loaded);
    reply.header('etag', versionOf(user.version));
    sendScim(reply, 201, this.renderer.newUser(audience, user));
  }

  @Get(':id')
  async read(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = request.params;
    const audience = this.audience(request);
    const user = await this.users.byId(audience.tenant, id);
    if (!user) throw new ScimError('notFound', `User ${id} not found`);
    if (answeredNotModified(request, reply, user.version)) return;
    await this.send(reply, 200, audience, user);
  }

  @Put(':id')
  async replace(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const audience = this.audience(request);
    const { id } = request.params;
    const { loaded } = await this.writes.replace(contextOf(request), id, request.body, request.headers['if-match']);
    inspectWrite(request, 200, userModel, loaded.state.attributes);
    await this.send(reply, 200, audience, this.renderer.describeUser(id, loaded));
  }

  @Patch(':id')
  async patch(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const audience = this.audience(request);
    const { id } = request.params;
    const { loaded } = await this.writes.patch(contextOf(request), id, request.body, request.headers['if-match']);
    inspectWrite(request, 200, userModel, loaded.state.attributes);
    await this.send(reply, 200, audience, this.renderer.describeUser(id, loaded));
  }

  @Delete(':id')
  async remove(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.writes.remove(contextOf(request), request.params.id, request.headers['if-match']);
    sendEmpty(reply, 204);
  }

  private listAudience(request: IdRequest): Audience {
    const filtered = request.query['filter'] !== undefined;
    return this.audience(request, filtered ? (node, found) => noteRemarkable(request, node, found) : undefined);
  }

  private audience(
    { scim: { tenant, baseUrl, caller }, query }: IdRequest,
    remarkable?: Audience['remarkable'],
  ): Audience {
    return {
      tenant,
      baseUrl,
      projector: projectorOf(userModel, query),
      tolerances: caller?.tolerances,
      settings: caller?.settings,
      remarkable,
    };
  }

  private async send(reply: FastifyReply, status: number, audience: Audience, user: Described): Promise<void> {
    reply.header('etag', versionOf(user.version));
    sendScim(reply, status, await this.renderer.user(audience, user));
  }
}
