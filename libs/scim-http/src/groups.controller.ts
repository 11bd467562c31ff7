import { groupStream } from '#domain';
import { Aggregates, versionOf, type WrittenGroup } from '#handlers';
import { groupModel, ScimError } from '#scim';
import { Controller, Delete, Get, Patch, Post, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DirectoryLists } from './directory-lists.js';
import { answeredNotModified } from './not-modified.js';
import { parameter } from './list-query.js';
import { noteRemarkable } from './note-hints.js';
import { type Audience, ResourceRenderer } from './resource-renderer.js';
import { GroupWrites } from './resource-writes.js';
import { contextOf, type ScimQuery, type ScimRequest, sendEmpty, sendScim } from './scim-request.js';
import { projectorOf } from './projector-of.js';

type IdRequest = ScimRequest & { params: { id: string }; query: ScimQuery };

/** Largest group that is shown after a PATCH to those who like to see it: one member more costs the same in any size. */
const SHOWN_AFTER_PATCH = 50;

/** RFC 7644 §3.2 to §3.6 for `/Groups`. */
@Controller('scim/v2/:tenant/Groups')
export class GroupsController {
  constructor(
    private readonly writes: GroupWrites,
    private readonly aggregates: Aggregates,
    private readonly lists: DirectoryLists,
    private readonly renderer: ResourceRenderer,
  ) {}

  @Get()
  async list(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    sendScim(reply, 200, await this.lists.groups(this.listAudience(request), request.query));
  }

  @Post()
  async create(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const audience = this.audience(request);
    const written = await this.writes.create(contextOf(request), request.body);
    reply.header('location', `${audience.baseUrl}/Groups/${written.id}`);
    this.send(reply, 201, audience, written);
  }

  @Get(':id')
  async read(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id } = request.params;
    const audience = this.audience(request);
    const stream = groupStream(audience.tenant, id);
    const loaded = this.aggregates.groups.peek(stream) ?? (await this.aggregates.groups.load(stream));
    if (loaded.state.status !== 'present') throw new ScimError('notFound', `Group ${id} not found`);
    if (answeredNotModified(request, reply, loaded.revision)) return;
    this.send(reply, 200, audience, { id, loaded });
  }

  @Put(':id')
  async replace(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const audience = this.audience(request);
    const { id } = request.params;
    const written = await this.writes.replace(contextOf(request), id, request.body, request.headers['if-match']);
    this.send(reply, 200, audience, written);
  }

  /**
   * 204, as every IdP expects of a group, unless the client asked for attributes (RFC 7644 §3.5.2) or its preset would
   * rather have the group.
   */
  @Patch(':id')
  async patch(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    const audience = this.audience(request);
    const { id } = request.params;
    const written = await this.writes.patch(contextOf(request), id, request.body, request.headers['if-match']);
    const likesToSee = request.scim.caller?.groupPatchAnswer === 'resource';
    const isSmall = written.loaded.state.members.size <= SHOWN_AFTER_PATCH;
    if (parameter(request.query, 'attributes') || (likesToSee && isSmall)) this.send(reply, 200, audience, written);
    else sendEmpty(reply.header('etag', versionOf(written.loaded.revision)), 204);
  }

  @Delete(':id')
  async remove(@Req() request: IdRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.writes.remove(contextOf(request), request.params.id, request.headers['if-match']);
    sendEmpty(reply, 204);
  }

  private listAudience(request: IdRequest): Audience {
    const audience = this.audience(request);
    if (request.query['filter'] === undefined) return audience;
    return { ...audience, remarkable: (node, found) => noteRemarkable(request, node, found) };
  }

  private audience({ scim: { tenant, baseUrl, caller }, query }: IdRequest): Audience {
    return {
      tenant,
      baseUrl,
      projector: projectorOf(groupModel, query),
      tolerances: caller?.tolerances,
      settings: caller?.settings,
    };
  }

  private send(
    reply: FastifyReply,
    status: number,
    audience: Audience,
    { id, loaded }: Pick<WrittenGroup, 'id' | 'loaded'>,
  ): void {
    reply.header('etag', versionOf(loaded.revision));
    sendScim(
      reply,
      status,
      this.renderer.group(audience, this.renderer.describeGroup(id, loaded), () => loaded.state.members),
    );
  }
}
