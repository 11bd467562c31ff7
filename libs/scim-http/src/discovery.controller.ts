import { hash } from 'node:crypto';
import { type ResourceModel, resourceTypes, schemas, ScimError, serviceProviderConfig } from '#scim';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { listResponse, pageSizesFor, parameter } from './list-query.js';
import { type ScimQuery, type ScimRequest, sendEmpty, sendScim } from './scim-request.js';
import { TenantModels } from './tenant-models.js';
import { SCIM_HTTP_OPTIONS, type ScimHttpOptions } from './scim-http.options.js';

type DiscoveryRequest = ScimRequest & { params: { id: string }; query: ScimQuery };

/** The three discovery endpoints, RFC 7644 §4. They need no token and take no filter. */
@Controller('scim/v2/:tenant')
export class DiscoveryController {
  constructor(
    @Inject(SCIM_HTTP_OPTIONS) private readonly options: ScimHttpOptions,
    private readonly tenantModels: TenantModels,
  ) {}

  @Get('ServiceProviderConfig')
  serviceProviderConfig(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): void {
    refuseFilter(request.query);
    const { baseUrl, caller } = request.scim;
    const { bulk, cursors } = this.options;
    const page = pageSizesFor(caller?.settings, this.options.page);
    const config = serviceProviderConfig({
      baseUrl,
      maxResults: page.maxSize,
      bulk,
      pagination: {
        defaultPageSize: page.defaultSize,
        maxPageSize: page.maxSize,
        cursorTimeout: cursors.timeoutSeconds,
      },
    });
    sendDiscovered(request, reply, JSON.stringify(config));
  }

  @Get('ResourceTypes')
  async listResourceTypes(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): Promise<void> {
    sendList(request, reply, resourceTypes(request.scim.baseUrl, await this.modelsFor(request)));
  }

  @Get('ResourceTypes/:id')
  async readResourceType(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): Promise<void> {
    sendOne(request, reply, 'ResourceType', resourceTypes(request.scim.baseUrl, await this.modelsFor(request)));
  }

  @Get('Schemas')
  async listSchemas(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): Promise<void> {
    sendList(request, reply, schemas(request.scim.baseUrl, await this.modelsFor(request)));
  }

  @Get('Schemas/:id')
  async readSchema(@Req() request: DiscoveryRequest, @Res() reply: FastifyReply): Promise<void> {
    sendOne(request, reply, 'Schema', schemas(request.scim.baseUrl, await this.modelsFor(request)));
  }

  /** What a tenant's people carry is told to the tenant alone; undefined: what everybody may know. */
  private async modelsFor({
    scim: { tenant, caller },
  }: DiscoveryRequest): Promise<readonly ResourceModel[] | undefined> {
    return caller && this.tenantModels.of(tenant);
  }
}

type Discovered = ReturnType<typeof schemas>;

function sendList(request: DiscoveryRequest, reply: FastifyReply, resources: Discovered): void {
  refuseFilter(request.query);
  const texts = resources.map((resource) => JSON.stringify(resource));
  sendDiscovered(request, reply, listResponse(texts, { totalResults: texts.length, startIndex: 1 }));
}

function sendOne(request: DiscoveryRequest, reply: FastifyReply, kind: string, resources: Discovered): void {
  refuseFilter(request.query);
  const wanted = request.params.id.toLowerCase();
  const found = resources.find(({ id }) => typeof id === 'string' && id.toLowerCase() === wanted);
  if (!found) throw new ScimError('notFound', `${kind} ${request.params.id} not found`);
  sendDiscovered(request, reply, JSON.stringify(found));
}

/** With a token the same URL has other content, and that may change with any write: asked for anew, sent if it changed. */
function sendDiscovered({ headers }: DiscoveryRequest, reply: FastifyReply, json: string): void {
  const etag = `W/"${hash('sha256', json, 'base64url').slice(0, 22)}"`;
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  const known = headers['if-none-match']?.split(',').map((tag) => tag.trim());
  if (known?.some((tag) => tag === etag || tag === '*')) sendEmpty(reply, 304);
  else sendScim(reply, 200, json);
}

/** RFC 7644 §4: a filter on a discovery endpoint is answered 403. */
function refuseFilter(query: ScimQuery): void {
  if (parameter(query, 'filter') !== undefined) {
    throw new ScimError('forbidden', 'Discovery endpoints take no filter.');
  }
}
